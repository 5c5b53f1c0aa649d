package api

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxEcho bounds the part of a refused value that an error text repeats; AWS repeats all of it.
const maxEcho = 4096

// number is a JSON number as its literal; ok is false for any other value.
func number(v any) (literal string, ok bool) {
	switch n := v.(type) {
	case json.Number:
		return n.String(), true
	case int:
		return strconv.Itoa(n), true
	case int64:
		return strconv.FormatInt(n, 10), true
	case uint64:
		return strconv.FormatUint(n, 10), true
	case float64:
		if n == math.Trunc(n) && math.Abs(n) < 1<<53 {
			return strconv.FormatInt(int64(n), 10), true
		}
		return strconv.FormatFloat(n, 'g', -1, 64), true
	}
	return "", false
}

// length counts a string as Java does, in UTF-16 units.
func length(s string) int64 {
	if len(s) == utf8.RuneCountInString(s) {
		return int64(len(s))
	}
	n := 0
	for _, r := range s {
		n += max(utf16.RuneLen(r), 1)
	}
	return int64(n)
}

// echo writes v as the service does in error texts: like Java's toString of it, in quotes, and null without them.
func echo(shapeNo int16, v any) string {
	if v == nil {
		return "null"
	}
	var b strings.Builder
	write(&b, shapeNo, v)
	text := b.String()
	if len(text) > maxEcho {
		text = strings.ToValidUTF8(text[:maxEcho], "") + "..."
	}
	return "'" + text + "'"
}

func write(b *strings.Builder, shapeNo int16, v any) {
	s := &shapes[shapeNo]
	if b.Len() > maxEcho {
		return
	}
	switch x := v.(type) {
	case nil:
		b.WriteString("null")
	case string:
		b.WriteString(x)
	case bool:
		b.WriteString(strconv.FormatBool(x))
	case []any:
		b.WriteByte('[')
		for i, e := range x {
			separate(b, i)
			write(b, s.elem, e)
		}
		b.WriteByte(']')
	case map[string]any:
		writeObject(b, s, x)
	default:
		n, _ := number(x)
		b.WriteString(n)
	}
}

// writeObject writes maps as {a=1, b=2}, by key because the order of the request is gone, and structures as
// Tag(key=a, value=b).
func writeObject(b *strings.Builder, s *shape, object map[string]any) {
	if s.kind != kindStructure {
		b.WriteByte('{')
		for i, key := range slices.Sorted(maps.Keys(object)) {
			separate(b, i)
			b.WriteString(key + "=")
			write(b, s.elem, object[key])
		}
		b.WriteByte('}')
		return
	}
	b.WriteString(s.name + "(")
	n := 0
	for _, m := range s.members {
		if v := object[m.name]; v != nil {
			separate(b, n)
			b.WriteString(lowerFirst(m.name) + "=")
			write(b, m.shape, v)
			n++
		}
	}
	b.WriteByte(')')
}

func separate(b *strings.Builder, i int) {
	if i > 0 {
		b.WriteString(", ")
	}
}

func lowerFirst(name string) string {
	if name == "" || name[0] < 'A' || name[0] > 'Z' {
		return name
	}
	return string(name[0]+'a'-'A') + name[1:]
}
