package value

import "reflect"

// New is a pointer to a new struct of the schema's type.
func (s *Schema) New() any { return reflect.New(s.typ).Interface() }
