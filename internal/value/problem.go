package value

import (
	"errors"
	"fmt"
	"strings"
)

// Problem is one thing that is wrong with one field's value.
type Problem struct {
	Name  string   // the field's; or the name that no field has
	Path  string   // the field's Go path; "" when there is no such field
	Text  string   // what was given; "" when nothing was
	What  string   // stands alone behind the name: is missing
	Cause string   // what the parser said, "" = nothing beyond What
	Near  []string // names that may have been meant
}

// Problems are all that was found, in the order of the fields.
type Problems []Problem

func (p Problem) String() string {
	var b strings.Builder
	if p.Path != "" {
		fmt.Fprintf(&b, "field %s", p.Path)
	} else {
		fmt.Fprintf(&b, "value %q", p.Name)
	}
	if p.Text != "" {
		fmt.Fprintf(&b, " = %s", quoted(p.Text))
	}
	fmt.Fprintf(&b, " %s", p.What)
	if p.Cause != "" {
		fmt.Fprintf(&b, ": %s", p.Cause)
	}
	if len(p.Near) > 0 {
		fmt.Fprintf(&b, "; near it: %s", strings.Join(p.Near, ", "))
	}
	return b.String()
}

// Error is one line a problem.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// orNil keeps an empty list from being an error.
func (ps Problems) orNil() error {
	if len(ps) == 0 {
		return nil
	}
	return ps
}

// quoted is a text for a message, cut where it is long.
func quoted(text string) string {
	const most = 80
	if r := []rune(text); len(r) > most {
		return fmt.Sprintf("%q… (%d characters)", string(r[:most]), len(r))
	}
	return fmt.Sprintf("%q", text)
}

func missing(f Field) Problem {
	return Problem{Name: f.Name, Path: f.Path, What: "is required: " + f.Fits()}
}

// misfit is a text that the field does not take. The parser's words help where the text is more than a word.
func misfit(f Field, text string, err error) Problem {
	p := Problem{Name: f.Name, Path: f.Path, Text: text, What: "is not " + f.Fits()}
	if err != nil && (f.Kind == JSON || f.Kind == Text || f.Kind == Time || errors.Is(err, errUTF8)) {
		p.Cause = strings.TrimPrefix(err.Error(), "json: ")
	}
	return p
}
