package value

import (
	"fmt"
	"strings"
	"unicode"
)

// snake is a Go name in snake case. A word begins at an upper-case letter behind a lower-case one, and at one that a
// lower-case letter follows: MaxDepth max_depth, HTTPPort http_port, F1Score f1_score, Conv2D conv2d, ID id.
func snake(name string) string {
	letters := []rune(name)
	var b strings.Builder
	for i, r := range letters {
		if i > 0 && unicode.IsUpper(r) && letters[i-1] != '_' {
			startsWord := i+1 < len(letters) && unicode.IsLower(letters[i+1])
			if startsWord || unicode.IsLower(letters[i-1]) {
				b.WriteByte('_')
			}
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// maxName is the API's bound for names of hyperparameters.
const maxName = 256

// checkName refuses names that a request or a command line cannot carry.
func checkName(name string) error {
	bad := strings.ContainsFunc(name, func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsPrint(r) || r == unicode.ReplacementChar || strings.ContainsRune(`="'|,`, r)
	})
	switch {
	case name == "" || bad || strings.HasPrefix(name, "-") || strings.HasPrefix(name, ".") || strings.HasSuffix(name, "."):
		return fmt.Errorf("%q is no name of a field: a name has no spaces, quotes, commas, = or |, and begins with neither - nor a dot", name)
	case units(name) > maxName:
		return fmt.Errorf("the name %.20q… is longer than %d characters, the API's limit", name, maxName)
	}
	return nil
}
