package value

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"strconv"
	"time"
	"unicode/utf8"
)

// format is the text of a value of the field's type. v is addressable: some types have their methods on the pointer.
func format(f Field, v reflect.Value) (string, error) {
	switch f.Kind {
	case Int:
		if v.CanUint() {
			return strconv.FormatUint(v.Uint(), 10), nil
		}
		return strconv.FormatInt(v.Int(), 10), nil
	case Float:
		return formatFloat(v.Float(), f.Type.Bits()), nil
	case Bool:
		return strconv.FormatBool(v.Bool()), nil
	case Duration:
		return time.Duration(v.Int()).String(), nil
	case Time, Text:
		text, err := v.Addr().Interface().(encoding.TextMarshaler).MarshalText()
		return checked(string(text), err)
	case JSON:
		return formatJSON(v)
	}
	return checked(v.String(), nil)
}

// formatFloat is the shortest text that reads back as the same float; what is not finite is as Python's str prints it.
func formatFloat(x float64, bits int) string {
	switch {
	case math.IsNaN(x):
		return "nan"
	case math.IsInf(x, 1):
		return "inf"
	case math.IsInf(x, -1):
		return "-inf"
	}
	return strconv.FormatFloat(x, 'g', -1, bits)
}

var errUTF8 = errors.New("the text is not valid UTF-8, and the API carries nothing else; use []byte for bytes")

func checked(text string, err error) (string, error) {
	if err == nil && !utf8.ValidString(text) {
		err = errUTF8
	}
	return text, err
}

func formatJSON(v reflect.Value) (string, error) {
	if !validStrings(v) {
		return "", errUTF8
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v.Addr().Interface()); err != nil {
		if e, ok := errors.AsType[*json.UnsupportedValueError](err); ok {
			return "", fmt.Errorf("JSON cannot carry %s", e.Str)
		}
		return "", err
	}
	return checked(string(bytes.TrimSuffix(b.Bytes(), []byte("\n"))), nil)
}

// validStrings reports whether all strings inside are valid UTF-8: encoding/json would replace parts of others.
func validStrings(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.String:
		return utf8.ValidString(v.String())
	case reflect.Pointer, reflect.Interface:
		return v.IsNil() || validStrings(v.Elem())
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return true
		}
		for _, e := range v.Seq2() {
			if !validStrings(e) {
				return false
			}
		}
	case reflect.Map:
		for key, e := range v.Seq2() {
			if !validStrings(key) || !validStrings(e) {
				return false
			}
		}
	case reflect.Struct:
		for sf, e := range v.Fields() {
			if sf.IsExported() && !validStrings(e) {
				return false
			}
		}
	}
	return true
}

// parse puts a text into v, a settable value of the field's type.
func parse(f Field, text string, v reflect.Value) error {
	if !utf8.ValidString(text) {
		return errUTF8
	}
	switch f.Kind {
	case Int:
		return parseInt(text, v)
	case Float:
		x, err := strconv.ParseFloat(text, f.Type.Bits())
		v.SetFloat(x)
		return err
	case Bool:
		b, err := strconv.ParseBool(text)
		v.SetBool(b)
		return err
	case Duration:
		d, err := time.ParseDuration(text)
		v.SetInt(int64(d))
		return err
	case Time, Text:
		return v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(text))
	case JSON:
		return parseJSON(text, v)
	}
	v.SetString(text)
	return nil
}

func parseInt(text string, v reflect.Value) error {
	bits := v.Type().Bits()
	if v.CanUint() {
		n, err := strconv.ParseUint(text, 10, bits)
		v.SetUint(n)
		return err
	}
	n, err := strconv.ParseInt(text, 10, bits)
	v.SetInt(n)
	return err
}

// parseJSON is strict where encoding/json is not: unknown members, text behind the value, an array of another length.
func parseJSON(text string, v reflect.Value) error {
	dec := json.NewDecoder(bytes.NewReader([]byte(text)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v.Addr().Interface()); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("text behind the value")
	}
	switch {
	case v.Type() == rawType && string(v.Bytes()) == "null": // how nil was sent
		v.SetZero()
	case v.Kind() == reflect.Array && text != "null":
		return arrayLength(text, v)
	}
	return nil
}

func arrayLength(text string, v reflect.Value) error {
	var elements []json.RawMessage
	if err := json.Unmarshal([]byte(text), &elements); err == nil && len(elements) != v.Len() {
		return fmt.Errorf("%d elements", len(elements))
	}
	return nil
}

// canonical is a text in the form in which the field prints it.
func canonical(f Field, text string) (string, error) {
	v := reflect.New(f.Type).Elem()
	if err := parse(f, text, v); err != nil {
		return "", err
	}
	if f.Kind == JSON && v.Type() == rawType && v.IsZero() {
		return "null", nil
	}
	return format(f, v)
}
