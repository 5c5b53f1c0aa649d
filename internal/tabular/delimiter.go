package tabular

import (
	"bytes"
)

// sniff returns the delimiter of a file by its first line: the one of comma, tab, semicolon and bar that is there most
// often outside quotes, else a space between words, else a comma. A tie goes against the comma: it may be a decimal comma.
func sniff(line []byte) byte {
	counts := map[byte]int{}
	inQuote := false
	for _, c := range line {
		if c == '"' {
			inQuote = !inQuote
		}
		if !inQuote {
			counts[c]++
		}
	}
	best := byte('\t')
	for _, c := range []byte(";|,") {
		if counts[c] > counts[best] {
			best = c
		}
	}
	switch {
	case counts[best] > 0:
		return best
	case bytes.IndexByte(bytes.TrimSpace(line), ' ') >= 0:
		return ' '
	}
	return ','
}

// containerDelimiter is what the XGBoost image takes the delimiter of a line without quotes to be: the first of its
// preferred characters that is there at all.
func containerDelimiter(line []byte) (byte, bool) {
	for _, c := range []byte(",\t; :") {
		if bytes.IndexByte(line, c) >= 0 {
			return c, true
		}
	}
	return 0, false
}

// delimiterName is the delimiter in words.
func delimiterName(c byte) string {
	switch c {
	case ',':
		return "comma"
	case '\t':
		return "tab"
	case ';':
		return "semicolon"
	case '|':
		return "bar"
	case ' ':
		return "space"
	case ':':
		return "colon"
	}
	return string(rune(c))
}
