package value

import "slices"

// Without is the schema but for fields of these names: [Schema.Encode] takes the same struct and leaves them out, also required ones.
func (s *Schema) Without(names ...string) *Schema {
	fields := slices.DeleteFunc(slices.Clone(s.Fields), func(f Field) bool { return slices.Contains(names, f.Name) })
	return &Schema{Fields: fields, typ: s.typ}
}

// Canonical is a text in the field's own form, as [Schema.Encode] would have made it. The error says what would fit.
func (f Field) Canonical(text string) (string, error) {
	own, p := f.complete(text)
	if p != nil {
		return "", Problems{*p}
	}
	return own, nil
}
