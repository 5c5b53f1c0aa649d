package value

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
)

// Of compiles a struct type. Errors name the field and its type, all of them together.
func Of(t reflect.Type, types Types) (*Schema, error) {
	if t == nil || t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("%v is no struct", t)
	}
	c := compiler{types: types, named: map[string]string{}}
	c.structure(t, frame{stack: []reflect.Type{t}})
	if len(c.errs) > 0 {
		return nil, errors.Join(c.errs...)
	}
	return &Schema{Fields: c.fields, typ: t}, nil
}

// compiler walks a struct type.
type compiler struct {
	types  Types
	fields []Field
	named  map[string]string // name → path of the field that has it
	errs   []error
}

// frame is where the walk is: what the names, paths and indices of the fields there begin with.
type frame struct {
	name, path string
	index      []int
	group      string
	stack      []reflect.Type // structs around it, for types that hold themselves
}

func (c *compiler) structure(t reflect.Type, at frame) {
	for i := range t.NumField() {
		c.field(t.Field(i), at.at(t.Field(i), i))
	}
}

// at is the frame of a field, still without a name.
func (f frame) at(sf reflect.StructField, i int) frame {
	f.path = join(f.path, sf.Name)
	f.index = append(slices.Clip(f.index), i)
	return f
}

func join(prefix, name string) string {
	if prefix == "" {
		return name
	}
	return prefix + "." + name
}

func (c *compiler) fail(at frame, t reflect.Type, err error) {
	c.errs = append(c.errs, fmt.Errorf("field %s (%v): %w", at.path, t, err))
}

func (c *compiler) field(sf reflect.StructField, at frame) {
	text, tagged := sf.Tag.Lookup(tagKey)
	tag, err := parseTag(text)
	embedded := sf.Anonymous && isStruct(sf.Type)
	switch {
	case err != nil:
		c.fail(at, sf.Type, err)
		return
	case tag.skip:
		return
	case !sf.IsExported() && embedded && sf.Type.Kind() != reflect.Pointer: // its exported fields are the parent's
	case !sf.IsExported() && (tagged || embedded):
		c.fail(at, sf.Type, errors.New("is not exported, so nothing can be put into it"))
		return
	case !sf.IsExported():
		return
	}
	c.exported(sf, tag, at)
}

// exported adds a field, or the fields of a nested struct.
func (c *compiler) exported(sf reflect.StructField, tag tag, at frame) {
	t, optional := sf.Type, false
	if t.Kind() == reflect.Pointer {
		t, optional = t.Elem(), true
	}
	kind, err := c.kind(t)
	if err != nil {
		c.fail(at, sf.Type, err)
		return
	}
	outer := at.name
	own := tag.name
	if own == "" {
		own = snake(sf.Name)
	}
	at.name = join(outer, own)
	if kind != "" {
		c.leaf(Field{Kind: kind, Type: t, Optional: optional}, tag, at)
		return
	}
	if tag.inline || sf.Anonymous && tag.name == "" {
		at.name = outer
	}
	if optional {
		at.group = at.path
	}
	c.nested(t, tag, at)
}

func (c *compiler) nested(t reflect.Type, tag tag, at frame) {
	switch {
	case !tag.plain():
		c.fail(at, t, errors.New("options in the tag of a struct have no meaning: they belong to its fields"))
		return
	case slices.Contains(at.stack, t):
		c.fail(at, t, errors.New("the type holds itself"))
		return
	}
	before, failed := len(c.fields), len(c.errs)
	at.stack = append(slices.Clip(at.stack), t)
	c.structure(t, at)
	if len(c.fields) == before && len(c.errs) == failed {
		c.fail(at, t, errors.New("the struct has no field that could be carried; leave it out with the tag \"-\""))
	}
}

func (c *compiler) leaf(f Field, tag tag, at frame) {
	if tag.inline {
		c.fail(at, f.Type, errors.New("inline is for structs"))
	}
	f.Name, f.Path, f.index, f.group = at.name, at.path, at.index, at.group
	f.OmitZero, f.Enum, f.Help, f.Default, f.HasDefault = tag.omitZero, tag.enum, tag.help, tag.def, tag.hasDefault
	f.Required = tag.required || f.IsChannel() && !f.Optional && !f.OmitZero && !f.HasDefault
	for _, err := range []error{checkName(f.Name), c.unique(f), checkEnum(&f), checkDefault(&f)} {
		if err != nil {
			c.fail(at, f.Type, err)
		}
	}
	c.fields = append(c.fields, f)
}

func (c *compiler) unique(f Field) error {
	if other, taken := c.named[f.Name]; taken {
		return fmt.Errorf("the name %q is that of field %s too; give one of them another in its tag", f.Name, other)
	}
	c.named[f.Name] = f.Path
	return nil
}

// checkEnum brings an enum's words into the form in which the field prints them.
func checkEnum(f *Field) error {
	if f.Enum == nil {
		return nil
	}
	if f.Kind == Bool || f.Kind == JSON || f.IsChannel() {
		return fmt.Errorf("a field of kind %s cannot have an enum", f.Kind)
	}
	var words []string
	for _, word := range f.Enum {
		text, err := canonical(*f, word)
		if err != nil {
			return fmt.Errorf("enum: %q is not %s", word, f.kindFits())
		}
		if slices.Contains(words, text) {
			return fmt.Errorf("enum has %q twice", text)
		}
		words = append(words, text)
	}
	f.Enum = words
	return nil
}

func checkDefault(f *Field) error {
	if !f.HasDefault {
		return nil
	}
	text, err := canonical(*f, f.Default)
	if err != nil || f.IsChannel() && text == "" || f.Enum != nil && !slices.Contains(f.Enum, text) {
		return fmt.Errorf("default: %q is not %s", f.Default, f.Fits())
	}
	f.Default = text
	return nil
}

func isStruct(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Kind() == reflect.Struct
}
