package algorithm

import (
	"fmt"
	"math/big"
	"strings"
	"unicode"
)

// ValueKind says which Python type a [Value] has in the container.
type ValueKind string

// The kinds of values that the container's validator produces.
const (
	IntValue    ValueKind = "int"
	FloatValue  ValueKind = "float"
	StringValue ValueKind = "str"
	ListValue   ValueKind = "list"
	TupleValue  ValueKind = "tuple"
	BoolValue   ValueKind = "bool"
	NoneValue   ValueKind = "NoneType"
)

// Value is a hyperparameter after parsing, with the type that it has in the container. The zero Value has no kind and prints as
// the empty string. Values are not changed after they are made.
type Value struct {
	kind    ValueKind
	integer *big.Int
	float   float64
	text    string
	items   []Value
}

// Kind returns the value's Python type.
func (v Value) Kind() ValueKind { return v.kind }

// Int returns an integer value; ok is false when the value is no integer or does not fit.
func (v Value) Int() (n int64, ok bool) {
	if v.kind != IntValue || !v.integer.IsInt64() {
		return 0, false
	}
	return v.integer.Int64(), true
}

// Float returns a float or integer value as a float; ok is false for other kinds.
func (v Value) Float() (f float64, ok bool) {
	switch v.kind {
	case FloatValue:
		return v.float, true
	case IntValue:
		f, _ := new(big.Float).SetInt(v.integer).Float64()
		return f, true
	}
	return 0, false
}

// Items returns the elements of a list or tuple, nil for other kinds. The caller must not change them.
func (v Value) Items() []Value {
	if v.kind != ListValue && v.kind != TupleValue {
		return nil
	}
	return v.items
}

// Strings returns the elements of a list of strings, such as eval_metric and updater; nil for other values.
func (v Value) Strings() []string {
	var all []string
	for _, item := range v.Items() {
		if item.kind == StringValue {
			all = append(all, item.text)
		}
	}
	return all
}

// String prints the value as Python's str() does, which is also the text that the container hands to the XGBoost library: 5, 0.2,
// 1e-05, 5.0, gbtree, ['auc', 'rmse'], (1, -1).
func (v Value) String() string {
	if v.kind == StringValue {
		return v.text
	}
	return v.repr()
}

// repr prints the value as Python's repr() does, which differs from str() for strings.
func (v Value) repr() string {
	switch v.kind {
	case IntValue:
		return v.integer.String()
	case FloatValue:
		return ReprFloat(v.float)
	case StringValue:
		return reprString(v.text)
	case BoolValue:
		if v.integer.Sign() != 0 {
			return "True"
		}
		return "False"
	case NoneValue:
		return "None"
	}
	return v.reprContainer()
}

func (v Value) reprContainer() string {
	parts := make([]string, len(v.items))
	for i, item := range v.items {
		parts[i] = item.repr()
	}
	joined := strings.Join(parts, ", ")
	switch v.kind {
	case ListValue:
		return "[" + joined + "]"
	case TupleValue:
		if len(parts) == 1 {
			joined += ","
		}
		return "(" + joined + ")"
	}
	return ""
}

// reprString quotes s as Python does: single quotes unless the text has a single and no double quote.
func reprString(s string) string {
	quote := byte('\'')
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		quote = '"'
	}
	var b strings.Builder
	b.WriteByte(quote)
	for _, r := range s {
		switch {
		case r == rune(quote) || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case unicode.IsPrint(r):
			b.WriteRune(r)
		case r < 0x100:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	b.WriteByte(quote)
	return b.String()
}

// reprStrings prints a Python list of strings.
func reprStrings(all []string) string {
	return listOf(all).repr()
}

func intValue(n *big.Int) Value     { return Value{kind: IntValue, integer: n} }
func floatValue(f float64) Value    { return Value{kind: FloatValue, float: f} }
func stringValue(s string) Value    { return Value{kind: StringValue, text: s} }
func listValue(items []Value) Value { return Value{kind: ListValue, items: items} }

func listOf(all []string) Value {
	items := make([]Value, len(all))
	for i, s := range all {
		items[i] = stringValue(s)
	}
	return listValue(items)
}
