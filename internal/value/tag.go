package value

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// tagKey is the key of our struct tags.
const tagKey = "sagefly"

// tag is a field's tag taken apart.
type tag struct {
	name               string // "" = by the Go name
	skip               bool   // "-"
	required, omitZero bool
	inline             bool // a struct's fields are its parent's own
	enum               []string
	help               string
	def                string
	hasDefault         bool
}

// plain reports whether the tag says nothing but a name.
func (t tag) plain() bool {
	return !t.required && !t.omitZero && t.enum == nil && t.help == "" && !t.hasDefault
}

// parseTag reads a tag's value: name,required,omitzero,inline,enum=a|b,help=text,default=rest.
func parseTag(text string) (tag, error) {
	if text == "-" {
		return tag{skip: true}, nil
	}
	var t tag
	for first := true; text != ""; first = false {
		if def, ok := strings.CutPrefix(text, "default="); ok {
			t.def, t.hasDefault = def, true
			break
		}
		var part string
		part, text = cutPart(text)
		if first && isName(part) {
			if err := checkName(part); err != nil && part != "" {
				return t, err
			}
			t.name = part
			continue
		}
		if err := t.option(part); err != nil {
			return t, err
		}
	}
	return t, t.contradiction()
}

// cutPart takes the text up to the next comma; a help text goes on behind a comma that a space follows.
func cutPart(text string) (part, rest string) {
	help := strings.HasPrefix(text, "help=")
	for i := range len(text) {
		if text[i] == ',' && !(help && strings.HasPrefix(text[i+1:], " ")) {
			return text[:i], text[i+1:]
		}
	}
	return text, ""
}

// isName tells a name from an option, as a tag's first part can be either.
func isName(part string) bool {
	return part != "required" && part != "omitzero" && part != "inline" && !strings.Contains(part, "=")
}

func (t *tag) option(part string) error {
	key, text, assigned := strings.Cut(part, "=")
	switch {
	case part == "required" && !t.required:
		t.required = true
	case part == "omitzero" && !t.omitZero:
		t.omitZero = true
	case part == "inline" && !t.inline && t.name == "":
		t.inline = true
	case key == "enum" && assigned && t.enum == nil:
		t.enum = strings.Split(text, "|")
	case key == "help" && assigned && t.help == "" && text != "":
		t.help = text
	case slices.Contains([]string{"required", "omitzero", "inline", "enum", "help", "default"}, key):
		return fmt.Errorf("tag option %q is given twice, is empty, or has another form: required, omitzero, inline, enum=a|b, help=text, default=value", part)
	default:
		return fmt.Errorf("unknown tag option %q: there are required, omitzero, inline, enum=a|b, help=text and, as the last, default=value", part)
	}
	return nil
}

func (t tag) contradiction() error {
	switch {
	case t.required && t.hasDefault:
		return errors.New("required and default exclude each other: a field with a default is never missing")
	case t.required && t.omitZero:
		return errors.New("required and omitzero exclude each other")
	case t.omitZero && t.hasDefault:
		return errors.New("omitzero and default exclude each other: a zero takes the default")
	}
	for i, word := range t.enum {
		if slices.Contains(t.enum[:i], word) {
			return fmt.Errorf("enum has %q twice", word)
		}
	}
	return nil
}
