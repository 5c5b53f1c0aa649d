package closest

import (
	"regexp"
	"strings"
)

// pattern is an expression that finds the number in the candidate's line, or "": the value is no number.
func (c candidate) pattern() string {
	if strings.ContainsAny(c.text[c.number.from:c.number.to], "nN") { // nan, inf
		return ""
	}
	near := general(c.text[c.anchor:c.number.from])
	for _, before := range []string{near, `\b` + near, `.*` + near, general(c.text[:c.number.from])} {
		for _, group := range groups {
			if expression := before + group; c.finds(expression) {
				return expression
			}
		}
	}
	return ""
}

// groups find numbers: a short one, and one for where a point or letter follows that does not belong to the number. Both find any number, for the
// next line may have a sign or an exponent though this one has none.
var groups = []string{`([-+0-9.eE]+)`, `([-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?)`}

// finds reports whether an expression finds the candidate's number and no other.
func (c candidate) finds(expression string) bool {
	re, err := regexp.Compile(expression)
	if err != nil {
		return false
	}
	at := re.FindStringSubmatchIndex(c.text)
	return len(at) == 4 && at[2] == c.number.from && at[3] == c.number.to
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
