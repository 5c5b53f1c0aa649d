package main

import (
	"fmt"
	"regexp"
	"strings"
)

// rewrites are parts of patterns that Go's regexp cannot express, with an equivalent for whole-string matching.
var rewrites = [][2]string{
	// "does not end in a hyphen" by lookbehind, said by the last character instead.
	{`([a-zA-Z0-9]([a-zA-Z0-9-]){0,62})(?<!-)`, `([a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)`},
	// Go repeats at most 1,000 times; the shapes that say this also limit the whole string to 2,048 characters.
	{`[\S]{1,2048}`, `\S+`},
}

// translate turns a Java expression of the model into a Go one that matches the same strings, whole.
func translate(java string) (string, error) {
	text := java
	for _, r := range rewrites {
		text = strings.ReplaceAll(text, r[0], r[1])
	}
	text = walk(text)
	text = `^(?:` + text + `)$`
	if strings.Contains(text, "(?<") || strings.Contains(text, "(?=") || strings.Contains(text, "(?!") {
		return "", fmt.Errorf("pattern %q: lookaround needs an entry in rewrites", java)
	}
	// No flag is set, so $ is the end of text in Go.
	if _, err := regexp.Compile(text); err != nil {
		return "", fmt.Errorf("pattern %q: %w", java, err)
	}
	return text, nil
}

// walk replaces what the two dialects read differently: Java's dot stops at five line terminators, Go's at one;
// \s of Java includes the vertical tab; \p{Alnum} is [[:alnum:]].
func walk(java string) string {
	var out strings.Builder
	inClass := false
	for i := 0; i < len(java); i++ {
		switch c := java[i]; {
		case c == '\\' && strings.HasPrefix(java[i:], `\p{Alnum}`) && inClass:
			out.WriteString("[:alnum:]")
			i += len(`\p{Alnum}`) - 1
		case c == '\\' && i+1 < len(java):
			out.WriteString(escape(java[i:i+2], inClass))
			i++
		case c == '.' && !inClass:
			out.WriteString(`[^\n\r\x{85}\x{2028}\x{2029}]`)
		default:
			if c == '[' {
				inClass = true
			} else if c == ']' {
				inClass = false
			}
			out.WriteByte(c)
		}
	}
	return out.String()
}

func escape(pair string, inClass bool) string {
	switch {
	case pair == `\S` && !inClass:
		return `[^\s\v]`
	case pair == `\s` && inClass:
		return `\s\v`
	case pair == `\s`:
		return `[\s\v]`
	}
	return pair
}
