package cli

import (
	"reflect"
	"time"
)

// awsJSON turns an SDK struct into a tree whose JSON has AWS's member names: absent members are left out, times are
// RFC 3339. The SDK's field names are the wire's.
func awsJSON(v any) any { return jsonTree(reflect.ValueOf(v)) }

func jsonTree(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return nil
		}
		return jsonTree(v.Elem())
	case reflect.Struct:
		if at, ok := v.Interface().(time.Time); ok {
			return at.Format(time.RFC3339Nano)
		}
		return jsonStruct(v)
	case reflect.Slice:
		if v.IsNil() {
			return nil
		}
		list := make([]any, v.Len())
		for i := range list {
			list[i] = jsonTree(v.Index(i))
		}
		return list
	case reflect.Map:
		if v.IsNil() {
			return nil
		}
		tree := map[string]any{}
		for key, value := range v.Seq2() {
			tree[key.String()] = jsonTree(value)
		}
		return tree
	case reflect.String:
		return v.String()
	}
	return v.Interface()
}

func jsonStruct(v reflect.Value) map[string]any {
	tree := map[string]any{}
	for field, value := range v.Fields() {
		if !field.IsExported() || field.Name == "ResultMetadata" {
			continue
		}
		member := jsonTree(value)
		if member == nil || value.Kind() == reflect.String && member == "" { // an enum that was not set
			continue
		}
		tree[field.Name] = member
	}
	return tree
}
