package closest

import (
	"regexp"
	"strings"
)

// pattern is an expression that finds the number in the candidate's line, or "": the value is no number.
func (c candidate) pattern() string {
	group := groupOf(c.text, c.number)
	if group == "" {
		return ""
	}
	near := general(c.text[c.anchor:c.number.from])
	for _, before := range []string{near, `\b` + near, `.*` + near, general(c.text[:c.number.from])} {
		if expression := before + group; c.finds(expression) {
			return expression
		}
	}
	return ""
}

// finds reports whether an expression finds the candidate's number and no other.
func (c candidate) finds(expression string) bool {
	re, err := regexp.Compile(expression)
	if err != nil {
		return false
	}
	at := re.FindStringSubmatchIndex(c.text)
	return len(at) == 4 && at[2] == c.number.from && at[3] == c.number.to
}

// groupOf is a group for numbers like the one in the text.
func groupOf(text string, n span) string {
	number := text[n.from:n.to]
	switch {
	case strings.ContainsAny(number, "nN"): // nan, inf
		return ""
	case n.to < len(text) && text[n.to] == '.': // the end of a sentence
		return `([-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?)`
	case strings.ContainsAny(number, "-+eE"):
		return `([-+0-9.eE]+)`
	}
	return `([0-9.]+)`
}

// variable are the parts of a text that will be others in another line: blanks in a row, and numbers.
var variable = regexp.MustCompile(` {2,}|\b[0-9]+(?:\.[0-9]+)?`)

// general is an expression for texts that differ from the given one in numbers and blanks.
func general(text string) string {
	var b strings.Builder
	rest := 0
	for _, at := range variable.FindAllStringIndex(text, -1) {
		if at[0] > 0 && text[at[0]-1] == '#' { // an escape
			continue
		}
		b.WriteString(regexp.QuoteMeta(text[rest:at[0]]))
		if text[at[0]] == ' ' {
			b.WriteString(` +`)
		} else {
			b.WriteString(`[0-9.]+`)
		}
		rest = at[1]
	}
	b.WriteString(regexp.QuoteMeta(text[rest:]))
	return b.String()
}
