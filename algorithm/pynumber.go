package algorithm

import (
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode"
)

// parsePythonInt reads s as Python's int(s) does: surrounding white space, one sign, decimal digits of any script, and single
// underscores between digits. There is no upper bound.
func parsePythonInt(s string) (*big.Int, bool) {
	digits := asciiDigits(strings.TrimFunc(s, unicode.IsSpace))
	sign, digits := cutSign(digits)
	plain, rest, ok := takeDigits(digits)
	if !ok || rest != "" {
		return nil, false
	}
	return new(big.Int).SetString(sign+plain, 10)
}

// parsePythonFloat reads s as Python's float(s) does. Out of range values become infinities, and inf, infinity and nan are
// accepted in any case; hexadecimal is not.
func parsePythonFloat(s string) (float64, bool) {
	sign, body := cutSign(asciiDigits(strings.TrimFunc(s, unicode.IsSpace)))
	switch strings.ToLower(body) {
	case "inf", "infinity":
		if sign == "-" {
			return math.Inf(-1), true
		}
		return math.Inf(1), true
	case "nan":
		return math.NaN(), true
	}
	plain, ok := plainFloat(body)
	if !ok {
		return 0, false
	}
	// The only error left is "out of range", for which the result is already the infinity that Python gives.
	f, _ := strconv.ParseFloat(sign+plain, 64)
	return f, true
}

// plainFloat checks the grammar digits[.digits][e±digits] (either side of the point may be empty, not both) and removes
// underscores.
func plainFloat(s string) (string, bool) {
	whole, rest, hasWhole := takeDigits(s)
	fraction, hasFraction := "", false
	if after, ok := strings.CutPrefix(rest, "."); ok {
		fraction, rest, hasFraction = takeDigits(after)
	}
	if !hasWhole && !hasFraction {
		return "", false
	}
	plain := whole + "." + fraction
	if rest == "" {
		return plain, true
	}
	if rest[0] != 'e' && rest[0] != 'E' {
		return "", false
	}
	sign, exponent := cutSign(rest[1:])
	digits, rest, ok := takeDigits(exponent)
	return plain + "e" + sign + digits, ok && rest == ""
}

// takeDigits takes the longest run of ASCII digits with single underscores between them, and returns it without underscores. When
// there is none, rest is s.
func takeDigits(s string) (digits, rest string, ok bool) {
	var b strings.Builder
	i := 0
	for i < len(s) {
		switch {
		case '0' <= s[i] && s[i] <= '9':
			b.WriteByte(s[i])
			i++
		case s[i] == '_' && i > 0 && i+1 < len(s) && '0' <= s[i+1] && s[i+1] <= '9':
			i++
		default:
			return b.String(), s[i:], i > 0
		}
	}
	return b.String(), "", i > 0
}

// cutSign returns a leading "-" or nothing for a leading "+" or no sign.
func cutSign(s string) (sign, rest string) {
	if rest, ok := strings.CutPrefix(s, "-"); ok {
		return "-", rest
	}
	return "", strings.TrimPrefix(s, "+")
}

// asciiDigits replaces the decimal digits of other scripts, which Python's int and float accept, by ASCII ones.
func asciiDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x80 || !unicode.Is(unicode.Nd, r) {
			return r
		}
		return '0' + digitOf(r)
	}, s)
}

// digitOf returns the value of a decimal digit. Unicode lists digits in blocks of ten that begin with zero, so the offset within
// the table's range, modulo ten, is the value.
func digitOf(r rune) rune {
	for _, block := range unicode.Nd.R16 {
		if rune(block.Lo) <= r && r <= rune(block.Hi) {
			return (r - rune(block.Lo)) % 10
		}
	}
	for _, block := range unicode.Nd.R32 {
		if rune(block.Lo) <= r && r <= rune(block.Hi) {
			return (r - rune(block.Lo)) % 10
		}
	}
	return 0
}

// ReprFloat prints f as Python's repr does: the shortest text that reads back, with ".0" for whole numbers and an exponent below
// 1e-4 and from 1e16 on.
func ReprFloat(f float64) string {
	switch {
	case math.IsNaN(f):
		return "nan"
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	}
	if a := math.Abs(f); a != 0 && (a < 1e-4 || a >= 1e16) {
		return strconv.FormatFloat(f, 'e', -1, 64)
	}
	s := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}
