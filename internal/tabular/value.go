package tabular

import (
	"bytes"
	"strconv"
	"unsafe"
)

// kind is what one cell is.
type kind int

const (
	number   kind = iota
	missing       // empty, or one of the words that mean "no value"
	infinite      // inf, or too large for a double
	text          // anything else
)

// classify says what a cell is. A number is written in decimal, with an optional exponent; forms the training program
// reads as something else (0x10, 1_000, 2.5f, True) are text.
func classify(b []byte) (kind, float64) {
	if len(b) == 0 {
		return missing, 0
	}
	if !looksDecimal(b) {
		return classifyWord(b), 0
	}
	// The string lives only as long as this call and ParseFloat does not keep it but in errors, which are dropped.
	v, err := strconv.ParseFloat(unsafe.String(&b[0], len(b)), 64)
	switch {
	case err == nil:
		return number, v
	case v != 0: // out of range: ParseFloat returns ±Inf
		return infinite, v
	}
	return text, 0
}

func looksDecimal(b []byte) bool {
	digit := false
	for _, c := range b {
		switch {
		case c >= '0' && c <= '9':
			digit = true
		case c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E':
		default:
			return false
		}
	}
	return digit
}

func classifyWord(b []byte) kind {
	if len(b) > 9 {
		return text
	}
	switch string(bytes.ToLower(b)) {
	case "na", "n/a", "nan", "null", "none", "?":
		return missing
	case "inf", "+inf", "-inf", "infinity", "+infinity", "-infinity":
		return infinite
	}
	return text
}

// decimalComma reports whether a text is a number written with a decimal comma: 1,5.
func decimalComma(b []byte) bool {
	if bytes.Count(b, []byte{','}) != 1 {
		return false
	}
	k, _ := classify(bytes.Replace(b, []byte{','}, []byte{'.'}, 1))
	return k == number
}
