package tabular

import (
	"fmt"
	"strings"
)

// Needs is what an algorithm wants of its label. The zero value wants a number and nothing more.
type Needs struct {
	Objective string // XGBoost's objective; "" = reg:squarederror
	NumClass  int    // for multi:*
}

// Check returns what keeps the file, exactly as it is, from being read by the XGBoost image as its owner means it; nil
// when nothing does. The image takes the first column for the label, knows no header, reads text and quoted numbers as
// missing values, and says nothing about any of it.
func Check(r *Report, needs Needs) []*Error {
	var out []*Error
	for _, check := range []func(*Report, Needs) *Error{
		checkWidth, checkDelimiter, checkHeader, checkRagged, checkTexts, checkQuoted, checkBlank, checkInfinite, checkLabel,
	} {
		if e := check(r, needs); e != nil {
			e.File = r.Path
			out = append(out, e)
		}
	}
	return out
}

func checkWidth(r *Report, _ Needs) *Error {
	if len(r.Columns) > 1 {
		return nil
	}
	return &Error{
		What: "has only one column", Line: 1, Why: "a label and at least one feature are needed; the first line is " + r.shownLine(),
		Fix: []string{"separate the columns by commas"},
	}
}

func checkDelimiter(r *Report, _ Needs) *Error {
	seen, ok := containerDelimiter([]byte(r.Lines[0]))
	if len(r.Columns) == 1 || ok && seen == r.Delimiter {
		return nil
	}
	return &Error{
		What: "columns are separated by a " + delimiterName(r.Delimiter), Line: 1,
		Why: "the training program would split this line at another character: " + r.shownLine(),
	}
}

func checkHeader(r *Report, _ Needs) *Error {
	if !r.Header {
		return nil
	}
	return &Error{
		What: "the first line is a header", Line: 1,
		Why: "training files have none: this line would be a row with label 0 and no features: " + r.shownLine(),
	}
}

func checkRagged(r *Report, _ Needs) *Error {
	if r.ragged == nil {
		return nil
	}
	return &Error{
		What: "rows have different lengths", Line: r.ragged.line,
		Why: fmt.Sprintf("this row has %d fields, the first one %d", r.ragged.fields, len(r.Columns)),
		Fix: []string{"mend that row"},
	}
}

func checkTexts(r *Report, _ Needs) *Error {
	var names []string
	var first *Column
	for _, c := range r.Columns {
		if c.Texts == 0 {
			continue
		}
		if first == nil {
			first = c
		}
		names = append(names, c.Label())
	}
	if first == nil {
		return nil
	}
	what := fmt.Sprintf("column %s is text", names[0])
	if len(names) > 1 {
		what = fmt.Sprintf("columns %s are text", list(names))
	}
	why := fmt.Sprintf("%q is not a number; the training program would take every such cell for a missing value", first.Text)
	e := &Error{What: what, Line: first.TextLine, Why: why}
	if first.DecimalComma > 0 {
		e.Why = fmt.Sprintf("%q has a decimal comma", first.Text)
		e.Fix = []string{"write decimal points"}
	}
	return e
}

func checkQuoted(r *Report, _ Needs) *Error {
	for _, c := range r.Columns {
		if c.Quoted > 0 {
			return &Error{
				What: fmt.Sprintf("column %s has numbers in quotes", c.Label()), Line: c.QuotedLine,
				Why: fmt.Sprintf("the training program takes a quoted number for a missing value; %d cells are affected", c.Quoted),
			}
		}
	}
	return nil
}

func checkBlank(r *Report, _ Needs) *Error {
	for _, c := range r.Columns {
		if c.Blank > 0 {
			return &Error{
				What: fmt.Sprintf("column %s has cells of spaces", c.Label()), Line: c.BlankLine,
				Why: "the training program skips spaces, also over the end of a line, and would take the next number for this cell",
			}
		}
	}
	return nil
}

func checkInfinite(r *Report, _ Needs) *Error {
	for _, c := range r.Columns {
		if c.InfLine > 0 {
			return &Error{
				What: fmt.Sprintf("column %s has an infinite value", c.Label()), Line: c.InfLine,
				Why: "the training program refuses inf", Fix: []string{"leave the cell empty (a missing value) or write a number"},
			}
		}
	}
	return nil
}

// checkLabel looks at the first column as the label it would be.
func checkLabel(r *Report, needs Needs) *Error {
	c := r.Columns[0]
	if len(r.Columns) == 1 || c.Texts > 0 { // said already
		return nil
	}
	what := fmt.Sprintf("the first column (%s) would be the label", c.Label())
	if c.Counts && c.Numbers >= 5 {
		return &Error{What: what, Why: fmt.Sprintf("it counts %g, %g, … %g: a row number", c.Min, c.Min+1, c.Max)}
	}
	return labelProblem(c, needs, what)
}

// labelProblem says why a column of numbers cannot be the label of the objective.
func labelProblem(c *Column, needs Needs, what string) *Error {
	if c.Missing > 0 {
		return &Error{
			What: what, Line: c.MissingLine,
			Why: fmt.Sprintf("%d rows have none there; the training program would read 0", c.Missing),
			Fix: []string{"fill the label in or remove those rows"},
		}
	}
	if why := outOfRange(c, needs); why != "" {
		return &Error{What: what, Why: why}
	}
	return nil
}

// outOfRange compares a label column with what its objective accepts; "" when it fits.
func outOfRange(c *Column, needs Needs) string {
	has := fmt.Sprintf("it has values from %g to %g", c.Min, c.Max)
	switch o := needs.Objective; {
	case strings.HasPrefix(o, "binary:") || o == "reg:logistic":
		if c.Min < 0 || c.Max > 1 {
			return fmt.Sprintf("objective %s wants labels from 0 to 1; %s", o, has)
		}
	case strings.HasPrefix(o, "multi:"):
		if !c.Integers || c.Min < 0 || needs.NumClass > 0 && c.Max >= float64(needs.NumClass) {
			return fmt.Sprintf("objective %s wants whole labels from 0 to num_class−1; %s", o, has)
		}
	case o == "count:poisson" || o == "reg:tweedie":
		if c.Min < 0 {
			return fmt.Sprintf("objective %s wants labels of 0 or more; %s", o, has)
		}
	case o == "reg:gamma":
		if c.Min <= 0 {
			return fmt.Sprintf("objective %s wants labels above 0; %s", o, has)
		}
	}
	return ""
}

// list joins names for a sentence, at most six of them.
func list(names []string) string {
	if len(names) > 6 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:6], ", "), len(names)-6)
	}
	return strings.Join(names, ", ")
}

// shownLine is the first line, cut for a message.
func (r *Report) shownLine() string {
	line := []rune(r.Lines[0])
	if len(line) > 72 {
		return string(line[:72]) + "…"
	}
	return string(line)
}
