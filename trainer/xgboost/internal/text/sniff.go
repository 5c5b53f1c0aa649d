package text

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ErrNoDelimiter is the error of Python's csv.Sniffer.
var ErrNoDelimiter = errors.New("Could not determine delimiter")

// Sniff finds the delimiter of a CSV file from its first line (with its line end, if it has one) as Python's csv.Sniffer does, which
// the container asks: the character beside quoted fields if there are any; else the first of comma, TAB, semicolon, space and colon
// that occurs; else the most frequent ASCII character, of equally frequent ones the last in the alphabet.
func Sniff(line string) (string, error) {
	if d := sniffQuoted(line); d != "" {
		return d, nil
	}
	line = strings.Trim(line, "\n")
	var count [127]int
	best := -1
	for i := range len(line) {
		if c := int(line[i]); c < len(count) {
			count[c]++
		}
	}
	for _, c := range ",\t; :" {
		if count[c] > 0 {
			return string(c), nil
		}
	}
	for c, n := range count {
		if n > 0 && (best < 0 || n >= count[best]) {
			best = c
		}
	}
	if best < 0 {
		return "", ErrNoDelimiter
	}
	return string(rune(best)), nil
}

// sniffQuoted counts the characters beside quoted fields: first fields with a delimiter on both sides, then at the line's start,
// then at its end. The first kind that occurs decides; the most frequent character of it wins, the earliest of equals.
func sniffQuoted(line string) string {
	for _, find := range []func(string, int) (string, int){quotedInside, quotedFirst, quotedLast} {
		var order []string
		count := map[string]int{}
		for i := 0; i < len(line); {
			d, end := find(line, i)
			if end < 0 {
				_, size := utf8.DecodeRuneInString(line[i:])
				i += size
				continue
			}
			if count[d]++; count[d] == 1 {
				order = append(order, d)
			}
			i = end
		}
		best := ""
		for _, d := range order {
			if best == "" || count[d] > count[best] {
				best = d
			}
		}
		if best != "" {
			return best
		}
	}
	return ""
}

// delimiterAt returns the character at i if it may be a delimiter: no word character, line end or quote.
func delimiterAt(s string, i int) string {
	r, size := utf8.DecodeRuneInString(s[i:])
	if size == 0 || r == '\n' || r == '"' || r == '\'' || r == '_' || unicode.IsLetter(r) || unicode.IsNumber(r) {
		return ""
	}
	return s[i : i+size]
}

// openQuote returns the index of a quote at i, after one optional space, or -1.
func openQuote(s string, i int) int {
	if i < len(s) && s[i] == ' ' {
		i++
	}
	if i < len(s) && (s[i] == '"' || s[i] == '\'') {
		return i
	}
	return -1
}

// quotedInside matches a delimiter, a quoted text and the same delimiter at i. The result's end is -1 when it does not match.
func quotedInside(s string, i int) (string, int) {
	d := delimiterAt(s, i)
	if d == "" {
		return "", -1
	}
	open := openQuote(s, i+len(d))
	if open < 0 {
		return "", -1
	}
	closing := s[open:open+1] + d
	n := strings.Index(s[open+1:], closing)
	if n < 0 {
		return "", -1
	}
	return d, open + 1 + n + len(closing)
}

// quotedFirst matches a quoted text at the line's start that is followed by a delimiter.
func quotedFirst(s string, i int) (string, int) {
	if i != 0 && s[i-1] != '\n' || s[i] != '"' && s[i] != '\'' {
		return "", -1
	}
	for j := i + 1; j+1 < len(s); j++ {
		if s[j] != s[i] {
			continue
		}
		if d := delimiterAt(s, j+1); d != "" {
			end := j + 1 + len(d)
			if end < len(s) && s[end] == ' ' {
				end++
			}
			return d, end
		}
	}
	return "", -1
}

// quotedLast matches a delimiter and a quoted text that ends the line.
func quotedLast(s string, i int) (string, int) {
	d := delimiterAt(s, i)
	if d == "" {
		return "", -1
	}
	open := openQuote(s, i+len(d))
	if open < 0 {
		return "", -1
	}
	for j := open + 1; j < len(s); j++ {
		if s[j] == s[open] && (j+1 == len(s) || s[j+1] == '\n') {
			return d, min(j+2, len(s))
		}
	}
	return "", -1
}
