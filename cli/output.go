//go:build !sagefly_task

package cli

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strconv"
)

// outputJSON is a task's output as a tree for JSON: names and order of the Go fields, each value as encoding/json has it. What that refuses, which
// is numbers that are not finite, is text.
func outputJSON(out any) any {
	v := reflect.Indirect(reflect.ValueOf(out))
	if v.Kind() != reflect.Struct {
		return out
	}
	var object orderedObject
	for field, value := range v.Fields() {
		if field.IsExported() {
			object = append(object, namedValue{field.Name, jsonValue(value)})
		}
	}
	return object
}

func jsonValue(v reflect.Value) any {
	data, err := json.Marshal(v.Interface())
	switch {
	case err == nil:
		return json.RawMessage(data)
	case v.Kind() == reflect.Pointer && !v.IsNil():
		return jsonValue(v.Elem())
	case v.Kind() == reflect.Struct:
		return outputJSON(v.Interface())
	case v.CanFloat():
		return finite(v.Float(), v.Interface())
	}
	return fmt.Sprint(v.Interface())
}

// finite is v, or text where x is not a number of JSON.
func finite(x float64, v any) any {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return strconv.FormatFloat(x, 'g', -1, 64)
	}
	return v
}

// orderedObject is a JSON object whose members keep their order.
type orderedObject []namedValue

type namedValue struct {
	name  string
	value any
}

// MarshalJSON writes the members in order.
func (o orderedObject) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := enc.Encode(m.name); err != nil {
			return nil, err
		}
		b.WriteByte(':')
		if err := enc.Encode(m.value); err != nil {
			return nil, err
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// outputRows are a task's output as lines of a summary: the Go fields, nested ones with their path.
func outputRows(out any) [][]string { return rowsOf("", reflect.Indirect(reflect.ValueOf(out))) }

func rowsOf(prefix string, v reflect.Value) [][]string {
	var rows [][]string
	for field, value := range v.Fields() {
		if !field.IsExported() || value.Kind() == reflect.Pointer && value.IsNil() {
			continue
		}
		text, isText := ownText(value)
		value = reflect.Indirect(value)
		switch {
		case isText:
			rows = append(rows, row(prefix+field.Name, text))
		case value.Kind() == reflect.Struct:
			rows = append(rows, rowsOf(prefix+field.Name+".", value)...)
		default:
			rows = append(rows, row(prefix+field.Name, rowText(value)))
		}
	}
	return rows
}

func row(name, text string) []string { return []string{name, clip(clean(text), 200)} }

// ownText is the text of a value that has a method for it.
func ownText(v reflect.Value) (string, bool) {
	m, ok := v.Interface().(encoding.TextMarshaler)
	if !ok && v.CanAddr() {
		m, ok = v.Addr().Interface().(encoding.TextMarshaler)
	}
	if !ok {
		return "", false
	}
	text, err := m.MarshalText()
	return string(text), err == nil
}

func rowText(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Slice, reflect.Array, reflect.Map:
		if data, err := json.Marshal(v.Interface()); err == nil {
			return string(data)
		}
	}
	return fmt.Sprint(v.Interface())
}
