package value

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// The API's bounds of the member HyperParameters. Characters are counted as the service does, in UTF-16 units.
const (
	maxEntries = 100
	maxValue   = 2500
)

// Split parts texts into those that the API's hyperparameters carry (at most 100 entries less reserved, names of at most 256
// and values of at most 2,500 characters, no line ends or other control characters, not empty) and the rest, which goes into the spec channel.
// Where there are too many entries, the longest go there, of equally long ones the last by name: the short ones are what
// people look at and what a search varies.
func Split(params map[string]string, reserved int) (hyperparameters, spec map[string]string) {
	hyperparameters, spec = map[string]string{}, map[string]string{}
	var fit []string
	for _, name := range slices.Sorted(maps.Keys(params)) {
		if carries(name, maxName) && carries(params[name], maxValue) {
			fit = append(fit, name)
		} else {
			spec[name] = params[name]
		}
	}
	slices.SortStableFunc(fit, func(a, b string) int { return cmp.Compare(len(params[a]), len(params[b])) })
	room := max(maxEntries-reserved, 0)
	for i, name := range fit {
		if i < room {
			hyperparameters[name] = params[name]
		} else {
			spec[name] = params[name]
		}
	}
	return hyperparameters, spec
}

// carries reports whether the API takes a text of at most so many characters. Its pattern is Java's ".*", whose dot does not match line ends,
// among them U+0085, U+2028 and U+2029.
func carries(text string, most int) bool {
	return text != "" && utf8.ValidString(text) && units(text) <= most && !strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsControl(r) || r == '\u2028' || r == '\u2029'
	})
}

// units counts a text's UTF-16 units.
func units(text string) int {
	n := 0
	for _, r := range text {
		n += max(utf16.RuneLen(r), 1)
	}
	return n
}
