package api

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
)

// Undecoded is the answer to a body that a struct does not take, by the error of encoding/json: what Validate says of such a value.
func Undecoded(err error) *Error {
	wrong, ok := errors.AsType[*json.UnmarshalTypeError](err)
	if !ok {
		return Malformed("")
	}
	k, v := kindOf(wrong.Type), valueOf(wrong.Value)
	if text := mistyped(k, v); text != "" {
		return Malformed(text)
	}
	return Malformed(inconvertible(k, v)) // a number of this kind, and too large for it
}

// kindOf is the kind of member that a struct has as such a field.
func kindOf(t reflect.Type) kind {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Struct:
		return kindStructure
	case reflect.Map:
		return kindMap
	case reflect.Slice:
		return kindList
	case reflect.Bool:
		return kindBoolean
	case reflect.Int, reflect.Int32:
		return kindInteger
	case reflect.Int64:
		return kindLong
	case reflect.Float32:
		return kindFloat
	case reflect.Float64:
		return kindDouble
	}
	return kindString
}

// valueOf is a value of the sort that an UnmarshalTypeError describes: "string", "number", "number 1e+39", "bool", "object", "array".
func valueOf(description string) any {
	sort, literal, _ := strings.Cut(description, " ")
	switch sort {
	case "object":
		return map[string]any{}
	case "array":
		return []any{}
	case "bool":
		return true
	case "number":
		return json.Number(literal)
	}
	return ""
}
