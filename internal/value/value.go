// Package value maps a task's input and output structs to what the SageMaker API carries, and back: plain fields to texts
// (hyperparameters), files and folders to channels or artifacts.
//
//	schema, err := value.Of(reflect.TypeFor[Input](), value.Types{File: …, Dir: …}) // at definition
//	values, err := schema.Encode(in)                                                // in the launcher
//	err = schema.Decode(&in, values)                                                // in the container
//
// # Names
//
// A field's name is its tag's first word, else the Go name in snake case: MaxDepth is max_depth, HTTPPort http_port, F1Score
// f1_score, Rate2 rate2. A nested struct's fields have dotted names (optimizer.rate), an embedded struct's, or one's with the option
// inline, are its parent's own. A pointer to a struct is an optional group: nil sends none of its fields, and a group of which nothing was sent
// comes back nil.
//
// # Tags
//
//	`sagefly:"name,required,omitzero,enum=a|b|c,help=text,default=value"`
//
// Every part may be left out, "-" leaves the field out, and default comes last because its value may hold commas. A help
// text may have commas that a space follows. A first word "required", "omitzero" or "inline" is the option, not a name.
//
// A plain field at its zero value takes its default where it has one; to pass a zero beside a default, make it a pointer,
// which is optional: nil takes the default, or is not sent when there is none. omitzero does not send a zero. Everything
// else is sent as it is. Only an enum refuses a zero that is not one of its words.
//
// # Types
//
// Booleans, integers, floats and strings, named ones too; time.Duration and time.Time; types with MarshalText and
// UnmarshalText; as JSON: slices, arrays, maps, []byte (in base64), json.RawMessage, and types with methods for JSON. Structs inside
// those follow the rules of encoding/json, tags included, and unexported fields of theirs are not carried. Everything else is an error of [Of]: functions, channels, complex numbers,
// interfaces, pointers to pointers, types that hold themselves, and files anywhere but in a field.
//
// Not-a-number and the infinities are nan, inf and -inf, as Python prints and reads them; JSON has no words for them, so
// inside slices and maps they are errors. Texts are UTF-8, since JSON carries them.
//
// It needs the standard library and our own packages of that kind only: it is linked into programs that run inside containers.
package value

import "reflect"

// Kind is what a field holds.
type Kind string

// The kinds of fields. Text forms: Int and Float the shortest that reads back, Bool true or false, Duration as
// time.Duration prints, Time RFC 3339, Text what encoding.TextMarshaler gives, JSON compact JSON of slices, maps and so on.
const (
	Int      Kind = "int"
	Float    Kind = "float"
	Bool     Kind = "bool"
	String   Kind = "string"
	Duration Kind = "duration"
	Time     Kind = "time"
	Text     Kind = "text"
	JSON     Kind = "json"
	File     Kind = "file" // one file: a channel of an input, a part of the model of an output
	Dir      Kind = "dir"  // a folder, likewise
)

// Types are the two string types that stand for files; they are the public package's own.
type Types struct{ File, Dir reflect.Type }

// Schema is the shape of one struct type. It is immutable.
type Schema struct {
	Fields []Field // in the order of the struct, nested ones in place

	typ reflect.Type
}

// Field is one leaf of a struct.
type Field struct {
	Name       string       // learning_rate, optimizer.rate
	Path       string       // Optimizer.Rate: for messages
	Kind       Kind         //
	Type       reflect.Type // without the pointer of an optional field
	Optional   bool         // a pointer: nil is not sent
	Required   bool         // the zero value is an error. File and Dir fields are required unless they are pointers, omitzero or have a default
	OmitZero   bool         //
	Enum       []string     // texts it may have; nil = any
	Default    string       //
	HasDefault bool         //
	Help       string       // one line for --help

	index []int
	group string // path of the innermost optional struct around it, "" = none
}

// IsChannel says that the field is a file or folder.
func (f Field) IsChannel() bool { return f.Kind == File || f.Kind == Dir }

// Field returns the field of that name.
func (s *Schema) Field(name string) (Field, bool) {
	for _, f := range s.Fields {
		if f.Name == name {
			return f, true
		}
	}
	return Field{}, false
}

// Values is a struct taken apart.
type Values struct {
	Params map[string]string // plain fields: name → text
	Files  map[string]string // File and Dir fields: name → path or URI as given
}

// get is the field's text where it was given.
func (v Values) get(f Field) (string, bool) {
	from := v.Params
	if f.IsChannel() {
		from = v.Files
	}
	text, ok := from[f.Name]
	return text, ok
}

// set stores the field's text.
func (v Values) set(f Field, text string) {
	if f.IsChannel() {
		v.Files[f.Name] = text
		return
	}
	v.Params[f.Name] = text
}

func newValues() Values { return Values{Params: map[string]string{}, Files: map[string]string{}} }
