package value

import (
	"fmt"
	"reflect"
	"slices"
)

// Encode takes a struct (or a pointer to one) of the schema's type apart. Defaults are applied. Errors are [Problems]: required
// fields at their zero value, words that an enum does not have, values that no text carries; all of them together.
func (s *Schema) Encode(v any) (Values, error) {
	whole := reflect.ValueOf(v)
	if whole.Kind() == reflect.Pointer && !whole.IsNil() {
		whole = whole.Elem()
	}
	if !whole.IsValid() || whole.Type() != s.typ {
		return Values{}, fmt.Errorf("take apart %T: it is no %v", v, s.typ)
	}
	copied := reflect.New(s.typ).Elem() // addressable
	copied.Set(whole)
	out := newValues()
	var wrong Problems
	for _, f := range s.Fields {
		at, ok := reach(copied, f)
		if !ok {
			continue
		}
		text, send, problem := encode(f, at)
		switch {
		case problem != nil:
			wrong = append(wrong, *problem)
		case send:
			out.set(f, text)
		}
	}
	return out, wrong.orNil()
}

// reach finds the field's value; ok is false inside a group that is nil.
func reach(v reflect.Value, f Field) (_ reflect.Value, ok bool) {
	for i, at := range f.index {
		if i > 0 && v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return v, false
			}
			v = v.Elem()
		}
		v = v.Field(at)
	}
	return v, true
}

// encode is a field's text, and whether it is sent.
func encode(f Field, v reflect.Value) (text string, send bool, wrong *Problem) {
	absent := isZero(v)
	if f.Optional && !absent {
		v = v.Elem()
		absent = f.IsChannel() && v.String() == ""
	}
	switch {
	case absent && f.HasDefault:
		return f.Default, true, nil
	case absent && f.Required:
		return "", false, new(missing(f))
	case absent && (f.Optional || f.OmitZero):
		return "", false, nil
	}
	text, err := format(f, v)
	if err != nil {
		return "", false, &Problem{Name: f.Name, Path: f.Path, What: "cannot be carried", Cause: err.Error()}
	}
	if f.Enum != nil && !slices.Contains(f.Enum, text) {
		p := misfit(f, text, nil)
		if text == "" {
			p = missing(f)
		}
		return "", false, &p
	}
	return text, true, nil
}

// isZero asks the type itself where it has an IsZero method, as encoding/json's omitzero does.
func isZero(v reflect.Value) bool {
	if v.Kind() != reflect.Pointer && v.CanInterface() {
		if z, ok := v.Interface().(interface{ IsZero() bool }); ok {
			return z.IsZero()
		}
	}
	return v.IsZero()
}
