package container

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// The training toolkit is a Python program: what it prints follows json.dumps and str(). The functions here print
// decoded JSON (nil, bool, string, json.Number, float64, []any, map[string]any) in these two ways.

// pyJSON is json.dumps(v, sort_keys=True, separators=(",", ":"), ensure_ascii=True).
func pyJSON(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return strconv.FormatBool(v)
	case int:
		return strconv.Itoa(v)
	case json.Number:
		return pyInt(v)
	case float64:
		return pyFloat(v, "NaN", "Infinity")
	case string:
		return pyQuote(v)
	case []string:
		return pyJSON(anys(v))
	case []any:
		return "[" + joinFunc(v, ",", pyJSON) + "]"
	case map[string]any:
		return "{" + joinFunc(slices.Sorted(maps.Keys(v)), ",", func(k string) string {
			return pyQuote(k) + ":" + pyJSON(v[k])
		}) + "}"
	}
	panic(fmt.Sprintf("container: no JSON for %T", v))
}

// pyStr is str(v).
func pyStr(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	return pyRepr(v)
}

// pyRepr is repr(v).
func pyRepr(v any) string {
	switch v := v.(type) {
	case nil:
		return "None"
	case bool:
		if v {
			return "True"
		}
		return "False"
	case json.Number:
		return pyInt(v)
	case float64:
		return pyFloat(v, "nan", "inf")
	case string:
		return pyReprString(v)
	case []any:
		return "[" + joinFunc(v, ", ", pyRepr) + "]"
	case map[string]any:
		return "{" + joinFunc(slices.Sorted(maps.Keys(v)), ", ", func(k string) string {
			return pyReprString(k) + ": " + pyRepr(v[k])
		}) + "}"
	}
	panic(fmt.Sprintf("container: no repr for %T", v))
}

// pyInt prints an integer of any size; Python has no negative zero.
func pyInt(n json.Number) string {
	if n == "-0" {
		return "0"
	}
	return n.String()
}

// pyFloat is Python's shortest form: an exponent below 1e-4 and from 1e16 on, else a point.
func pyFloat(f float64, nan, inf string) string {
	switch {
	case math.IsNaN(f):
		return nan
	case math.IsInf(f, 1):
		return inf
	case math.IsInf(f, -1):
		return "-" + inf
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

// pyQuote is a JSON string in ASCII.
func pyQuote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\b':
			b.WriteString(`\b`)
		case r == '\f':
			b.WriteString(`\f`)
		case r >= ' ' && r < 0x7f:
			b.WriteRune(r)
		case r > 0xffff:
			r -= 0x10000
			fmt.Fprintf(&b, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// pyReprString prefers single quotes.
func pyReprString(s string) string {
	quote := '\''
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		quote = '"'
	}
	var b strings.Builder
	b.WriteRune(quote)
	for _, r := range s {
		switch {
		case r == quote || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\x%02x`, r)
		case !unicode.IsPrint(r) && r <= 0xff:
			fmt.Fprintf(&b, `\x%02x`, r)
		case !unicode.IsPrint(r) && r <= 0xffff:
			fmt.Fprintf(&b, `\u%04x`, r)
		case !unicode.IsPrint(r):
			fmt.Fprintf(&b, `\U%08x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteRune(quote)
	return b.String()
}

func joinFunc[T any](list []T, sep string, text func(T) string) string {
	parts := make([]string, len(list))
	for i, v := range list {
		parts[i] = text(v)
	}
	return strings.Join(parts, sep)
}

func anys(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}
