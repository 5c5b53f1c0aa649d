package value

import (
	"fmt"
	"reflect"
	"slices"
)

// Decode fills dst, a pointer to a struct of the schema's type. A field that is not in v takes its default or stays.
// A text that does not fit is an error that names the field, the text and what would fit. Names that no field has are an error. Errors are
// [Problems], all of them together; dst is then filled in part.
func (s *Schema) Decode(dst any, v Values) error {
	whole := reflect.ValueOf(dst)
	if whole.Kind() != reflect.Pointer || whole.IsNil() || whole.Type().Elem() != s.typ {
		return fmt.Errorf("fill %T: it is no *%v", dst, s.typ)
	}
	wrong := s.unknown(v)
	groups := s.groups(v)
	for _, f := range s.Fields {
		text, given := v.get(f)
		if !given {
			if !f.HasDefault || f.group != "" && !groups[f.group] {
				continue
			}
			text = f.Default
		}
		if p := f.put(whole.Elem(), text); p != nil {
			wrong = append(wrong, *p)
		}
	}
	return wrong.orNil()
}

// groups are the optional structs of which a field was given, and those around them.
func (s *Schema) groups(v Values) map[string]bool {
	present := map[string]bool{}
	for _, f := range s.Fields {
		if _, given := v.get(f); given && f.group != "" {
			for _, g := range s.Fields {
				if g.group != "" && within(f.group, g.group) {
					present[g.group] = true
				}
			}
		}
	}
	return present
}

// within reports whether a path is another or lies below it.
func within(path, outer string) bool {
	return path == outer || len(path) > len(outer) && path[:len(outer)] == outer && path[len(outer)] == '.'
}

// put parses a text into the field of v.
func (f Field) put(v reflect.Value, text string) *Problem {
	parsed := reflect.New(f.Type)
	if err := parse(f, text, parsed.Elem()); err != nil {
		return new(misfit(f, text, err))
	}
	if f.Enum != nil {
		if text, err := format(f, parsed.Elem()); err != nil || !slices.Contains(f.Enum, text) {
			return new(misfit(f, text, nil))
		}
	}
	at := v
	for i, n := range f.index {
		if i > 0 && at.Kind() == reflect.Pointer {
			if at.IsNil() {
				at.Set(reflect.New(at.Type().Elem()))
			}
			at = at.Elem()
		}
		at = at.Field(n)
	}
	if f.Optional {
		at.Set(parsed)
	} else {
		at.Set(parsed.Elem())
	}
	return nil
}
