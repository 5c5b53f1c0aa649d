// Package awsjson shows the AWS SDK's structs as the JSON that AWS documents.
package awsjson

import (
	"reflect"
	"time"
)

// Tree turns an SDK struct into a tree whose JSON has AWS's member names: absent members are left out, times are
// RFC 3339. The SDK's field names are the wire's.
func Tree(v any) any { return tree(reflect.ValueOf(v)) }

func tree(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return nil
		}
		return tree(v.Elem())
	case reflect.Struct:
		if at, ok := v.Interface().(time.Time); ok {
			return at.Format(time.RFC3339Nano)
		}
		return structure(v)
	case reflect.Slice:
		if v.IsNil() {
			return nil
		}
		list := make([]any, v.Len())
		for i := range list {
			list[i] = tree(v.Index(i))
		}
		return list
	case reflect.Map:
		if v.IsNil() {
			return nil
		}
		members := map[string]any{}
		for key, value := range v.Seq2() {
			members[key.String()] = tree(value)
		}
		return members
	case reflect.String:
		return v.String()
	}
	return v.Interface()
}

func structure(v reflect.Value) map[string]any {
	members := map[string]any{}
	for field, value := range v.Fields() {
		if !field.IsExported() || field.Name == "ResultMetadata" {
			continue
		}
		member := tree(value)
		if member == nil || value.Kind() == reflect.String && member == "" { // an enum that was not set
			continue
		}
		members[field.Name] = member
	}
	return members
}
