package value

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"time"
)

var (
	durationType = reflect.TypeFor[time.Duration]()
	timeType     = reflect.TypeFor[time.Time]()
	rawType      = reflect.TypeFor[json.RawMessage]()

	textMarshaler   = reflect.TypeFor[encoding.TextMarshaler]()
	textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
	jsonMarshaler   = reflect.TypeFor[json.Marshaler]()
	jsonUnmarshaler = reflect.TypeFor[json.Unmarshaler]()
)

// kind is what a field of type t holds; "" for a struct whose fields are fields themselves.
func (c *compiler) kind(t reflect.Type) (Kind, error) {
	switch t {
	case c.types.File:
		return File, nil
	case c.types.Dir:
		return Dir, nil
	case durationType:
		return Duration, nil
	case timeType:
		return Time, nil
	case rawType:
		return JSON, nil
	}
	if marshals, err := hasMethods(t, textMarshaler, textUnmarshaler); marshals || err != nil {
		return Text, err
	}
	if marshals, err := hasMethods(t, jsonMarshaler, jsonUnmarshaler); marshals || err != nil {
		return JSON, err
	}
	switch t.Kind() {
	case reflect.Slice, reflect.Array, reflect.Map:
		return JSON, c.composite(t, nil)
	case reflect.Struct:
		return "", nil
	case reflect.Pointer:
		return "", errors.New("pointers to pointers cannot be carried")
	}
	return plainKind(t)
}

func plainKind(t reflect.Type) (Kind, error) {
	switch t.Kind() {
	case reflect.Bool:
		return Bool, nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return Int, nil
	case reflect.Float32, reflect.Float64:
		return Float, nil
	case reflect.String:
		return String, nil
	case reflect.Interface:
		return "", errors.New("interfaces cannot be carried: the text would not say which type it is of")
	}
	return "", fmt.Errorf("values of kind %s cannot be carried", t.Kind())
}

// hasMethods reports whether a value of the type has both methods. One alone is an error: the value would not come back.
func hasMethods(t, out, in reflect.Type) (bool, error) {
	if t.Kind() == reflect.Interface || t.Kind() == reflect.Pointer {
		return false, nil
	}
	p := reflect.PointerTo(t)
	switch writes, reads := p.Implements(out), p.Implements(in); {
	case writes && reads:
		return true, nil
	case writes:
		return false, fmt.Errorf("has %s but no %s, so it would not come back", out.Method(0).Name, in.Method(0).Name)
	case reads:
		return false, fmt.Errorf("has %s but no %s", in.Method(0).Name, out.Method(0).Name)
	}
	return false, nil
}
