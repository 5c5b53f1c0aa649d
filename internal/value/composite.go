package value

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// composite refuses what encoding/json would refuse later, or would not bring back as it was.
func (c *compiler) composite(t reflect.Type, stack []reflect.Type) error {
	if t == c.types.File || t == c.types.Dir {
		return fmt.Errorf("holds %v: files are carried in fields of their own, or together in a folder", t)
	}
	if t == timeType || t == rawType {
		return nil
	}
	for _, pair := range [][2]reflect.Type{{jsonMarshaler, jsonUnmarshaler}, {textMarshaler, textUnmarshaler}} {
		if marshals, err := hasMethods(t, pair[0], pair[1]); marshals || err != nil {
			return holds(t, err)
		}
	}
	switch t.Kind() {
	case reflect.Slice, reflect.Array, reflect.Struct, reflect.Map, reflect.Pointer:
		if slices.Contains(stack, t) {
			return fmt.Errorf("%v holds itself", t)
		}
		return c.parts(t, append(slices.Clip(stack), t))
	}
	_, err := plainKind(t)
	return holds(t, err)
}

func holds(t reflect.Type, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("holds %v: %w", t, err)
}

// parts checks what t is made of.
func (c *compiler) parts(t reflect.Type, stack []reflect.Type) error {
	switch t.Kind() {
	case reflect.Pointer:
		if t.Elem().Kind() == reflect.Pointer {
			return fmt.Errorf("holds %v: pointers to pointers cannot be carried", t)
		}
	case reflect.Map:
		if err := mapKey(t.Key()); err != nil {
			return err
		}
	case reflect.Struct:
		return c.members(t, stack)
	}
	return c.composite(t.Elem(), stack)
}

// mapKey allows the keys that JSON's objects can have.
func mapKey(t reflect.Type) error {
	if marshals, err := hasMethods(t, textMarshaler, textUnmarshaler); marshals || err != nil {
		return holds(t, err)
	}
	if kind, err := plainKind(t); err != nil || kind != Int && kind != String {
		return fmt.Errorf("has keys of type %v: keys are strings, integers or types with MarshalText and UnmarshalText", t)
	}
	return nil
}

// members checks a struct that encoding/json is to carry.
func (c *compiler) members(t reflect.Type, stack []reflect.Type) error {
	carried := 0
	for sf := range t.Fields() {
		if sf.Tag.Get("json") == "-" || !sf.IsExported() && !sf.Anonymous {
			continue
		}
		if !sf.IsExported() && !isStruct(sf.Type) {
			continue
		}
		carried++
		if err := c.composite(sf.Type, stack); err != nil {
			return fmt.Errorf("%s.%s %w", strings.TrimPrefix(t.String(), "*"), sf.Name, err)
		}
	}
	if carried == 0 && t.NumField() > 0 {
		return errors.New("holds " + t.String() + ", none of whose fields JSON carries")
	}
	return nil
}
