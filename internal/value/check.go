package value

import (
	"maps"
	"slices"

	"github.com/sagefly/sagefly/internal/nearest"
)

// Check says what is wrong with texts given by name, as on a command line, without a struct: unknown names (with the
// nearest known), texts that do not parse, missing required fields. All [Problems] together.
func (s *Schema) Check(v Values) error {
	_, err := s.Complete(v)
	return err
}

// Complete is texts given by name as [Schema.Encode] would have made them: each in its field's own form, defaults added. Errors are
// those of [Schema.Check].
func (s *Schema) Complete(v Values) (Values, error) {
	out := newValues()
	wrong := s.unknown(v)
	groups := s.groups(v)
	for _, f := range s.Fields {
		text, given := v.get(f)
		switch {
		case given && !(f.IsChannel() && text == ""):
			text, p := f.complete(text)
			if p != nil {
				wrong = append(wrong, *p)
				continue
			}
			out.set(f, text)
		case f.group != "" && !groups[f.group]:
		case f.HasDefault:
			out.set(f, f.Default)
		case f.Required:
			wrong = append(wrong, missing(f))
		}
	}
	return out, wrong.orNil()
}

// complete is a text in the field's own form.
func (f Field) complete(text string) (string, *Problem) {
	own, err := canonical(f, text)
	if err != nil || f.Enum != nil && !slices.Contains(f.Enum, own) {
		return "", new(misfit(f, text, err))
	}
	return own, nil
}

// Sort parts texts given by name into plain values and files. Names that no field has go to the plain ones, where
// [Schema.Check] finds them.
func (s *Schema) Sort(texts map[string]string) Values {
	v := newValues()
	for name, text := range texts {
		if f, ok := s.Field(name); ok {
			v.set(f, text)
		} else {
			v.Params[name] = text
		}
	}
	return v
}

// unknown are the names that no field has, or that a field of the other sort has.
func (s *Schema) unknown(v Values) Problems {
	var wrong Problems
	for _, name := range slices.Sorted(maps.Keys(v.Params)) {
		if f, ok := s.Field(name); !ok || f.IsChannel() {
			wrong = append(wrong, s.stranger(name, v.Params[name], false))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(v.Files)) {
		if f, ok := s.Field(name); !ok || !f.IsChannel() {
			wrong = append(wrong, s.stranger(name, v.Files[name], true))
		}
	}
	return wrong
}

func (s *Schema) stranger(name, text string, file bool) Problem {
	p := Problem{Name: name, Text: text, What: "belongs to no field"}
	if _, ok := s.Field(name); ok {
		p.What = "belongs to a file, not to a plain field"
		if file {
			p.What = "belongs to a plain field, not to a file"
		}
		return p
	}
	var names []string
	for _, f := range s.Fields {
		names = append(names, f.Name)
	}
	p.Near = nearest.Words(name, names)
	return p
}
