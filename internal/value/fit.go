package value

import (
	"fmt"
	"reflect"
	"strings"
)

// Fits says which texts the field takes, as the end of a sentence: a whole number from 0 to 255.
func (f Field) Fits() string {
	if len(f.Enum) > 0 {
		return "one of " + strings.Join(f.Enum, ", ")
	}
	return f.kindFits()
}

func (f Field) kindFits() string {
	switch f.Kind {
	case Int:
		return fitsInt(f.Type)
	case Float:
		return "a number"
	case Bool:
		return "true or false"
	case Duration:
		return "a duration such as 90s or 1h30m"
	case Time:
		return "a time such as 2006-01-02T15:04:05Z"
	case Text:
		return fmt.Sprintf("a text that %v reads", f.Type)
	case JSON:
		return fitsJSON(f.Type)
	case File:
		return "a file: a path or an s3:// address"
	case Dir:
		return "a folder: a path or an s3:// prefix"
	}
	return "text in UTF-8"
}

// fitsInt leaves out bounds that nobody meets by accident.
func fitsInt(t reflect.Type) string {
	bits, unsigned := t.Bits(), reflect.Zero(t).CanUint()
	switch {
	case bits == 64 && unsigned:
		return "a whole number from 0"
	case bits == 64:
		return "a whole number"
	case unsigned:
		return fmt.Sprintf("a whole number from 0 to %d", ^uint64(0)>>(64-bits))
	}
	most := int64(^uint64(0) >> (65 - bits))
	return fmt.Sprintf("a whole number from %d to %d", -most-1, most)
}

func fitsJSON(t reflect.Type) string {
	switch {
	case t == rawType:
		return "JSON"
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8:
		return `a JSON string of base64, such as "AAEC"`
	case t.Kind() == reflect.Slice:
		return fmt.Sprintf("a JSON list of %v", t.Elem())
	case t.Kind() == reflect.Array:
		return fmt.Sprintf("a JSON list of %d × %v", t.Len(), t.Elem())
	case t.Kind() == reflect.Map:
		return fmt.Sprintf("a JSON object of %v", t.Elem())
	}
	return fmt.Sprintf("JSON that %v reads", t)
}
