// Package text reads CSV training files as the XGBoost container's loader does, bit for bit.
//
// The container hands files to XGBoost's own text loader (dmlc-core), whose number parser does not round correctly and whose idea of
// a missing value, a header or a broken field is its own. Models come out equal only when these are copied, so the arithmetic here
// follows that parser step by step; float32 conversions are spelled out so that no compiler fuses two operations. What cannot be
// copied with certainty (text that depends on the loader's buffers, input that the loader refuses) is reported as [OddError]: the
// caller then lets the library read the files.
package text

// Largest significands for the extreme exponents; beyond them the parser clips instead of overflowing.
const (
	maxExponent       = 38
	maxSignificand    = float32(3.402823466)
	minSignificand    = float32(1.175494351)
	maxFractionDigits = 19
)

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' }

// parseFloat reads a number at s[i:] and returns it with the index after the last byte used. Leading white space, line ends
// included, counts as used. When nothing numeric follows the value is 0. ok is false for a NaN literal that the library refuses.
// s must end with a byte that is no part of a number, such as NUL.
func parseFloat(s []byte, i int) (v float32, end int, ok bool) {
	for s[i] <= ' ' && isSpace(s[i]) {
		i++
	}
	negative := false
	switch s[i] {
	case '-':
		negative = true
		i++
	case '+':
		i++
	}
	if c := s[i] | 32; c == 'i' || c == 'n' {
		if v, end, known, ok := parseWord(s, i, negative); known {
			return v, end, ok
		}
	}
	var whole uint64 // wraps around silently
	for ; s[i]-'0' <= 9; i++ {
		whole = whole*10 + uint64(s[i]-'0')
	}
	v = float32(whole)
	if s[i] == '.' {
		var fraction float32
		fraction, i = parseFraction(s, i+1)
		v = float32(v + fraction)
	}
	if c := s[i] | 32; c == 'e' || c == 'f' {
		if c == 'e' {
			v, i = parseExponent(s, i+1, v)
		}
		if s[i]|32 == 'f' {
			i++
		}
	}
	if negative {
		v = -v
	}
	return v, i, true
}

// parseFraction divides the first digits by a power of ten, in float64, where both are exact but for very long fractions.
func parseFraction(s []byte, i int) (float32, int) {
	digits, n := uint64(0), 0
	for ; s[i]-'0' <= 9 && n < maxFractionDigits; n++ {
		digits = digits*10 + uint64(s[i]-'0')
		i++
	}
	for s[i]-'0' <= 9 {
		i++
	}
	return float32(float64(digits) / powers[n]), i
}

var powers = [maxFractionDigits + 1]float64{
	1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
}

func parseExponent(s []byte, i int, v float32) (float32, int) {
	divide := false
	switch s[i] {
	case '-':
		divide = true
		i++
	case '+':
		i++
	}
	var exponent uint32 // wraps around silently
	for ; s[i]-'0' <= 9; i++ {
		exponent = exponent*10 + uint32(s[i]-'0')
	}
	exponent = min(exponent, maxExponent)
	if exponent == maxExponent {
		if !divide && v > maxSignificand {
			v = maxSignificand
		} else if divide && v < minSignificand {
			v = minSignificand
		}
	}
	scale := float32(1)
	for ; exponent >= 8; exponent -= 8 {
		scale = float32(scale * 1e8)
	}
	for ; exponent > 0; exponent-- {
		scale = float32(scale * 10)
	}
	if divide {
		return float32(v / scale), i
	}
	return float32(v * scale), i
}

// parseWord reads inf, infinity, nan and nan(…) in any case. known is false when the text is none of them.
func parseWord(s []byte, i int, negative bool) (v float32, end int, known, ok bool) {
	if n := match(s[i:], "infinity"); n == 3 || n == 8 {
		return infinity(negative), i + n, true, true
	}
	if match(s[i:], "nan") < 3 {
		return 0, i, false, false
	}
	i += 3
	if s[i] == '(' {
		i++
		for isDigit(s[i]) || isLetter(s[i]) || s[i] == '_' {
			i++
		}
		if s[i] != ')' {
			return 0, i, true, false
		}
		i++
	}
	return nan, i, true, true
}

// match counts how many bytes of s agree with word, ignoring case the way the parser does.
func match(s []byte, word string) int {
	n := 0
	for n < len(word) && s[n]|32 == word[n] {
		n++
	}
	return n
}

func isDigit(c byte) bool { return c-'0' <= 9 }

func isLetter(c byte) bool { return c|32 >= 'a' && c|32 <= 'z' }
