package api

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Decode reads a request body into a tree for Validate. Anything but one JSON object is a SerializationException; an
// empty body is an empty request, as the service treats it. Numbers stay literals. Of members that occur twice the
// last one counts, and nesting may be as deep as encoding/json allows (10,000): members that the model does not know
// are not descended into.
func Decode(body []byte) (map[string]any, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return map[string]any{}, nil
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, Malformed("")
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, Malformed("")
	}
	switch tree := v.(type) {
	case map[string]any:
		return tree, nil
	case []any:
		return nil, Malformed(listNotExpected)
	}
	return nil, Malformed("")
}

// Validate checks a request against the service model: member names, JSON types, required members, lengths, ranges,
// patterns and enumerations. A null member counts as absent. It does not change tree. An operation outside
// Operations is reported as UnknownOperationException. Rules between members are CheckTrainingJob's and
// CheckTuningJob's.
func Validate(op string, tree map[string]any) Report {
	o, ok := lookup(op)
	if !ok {
		return Report{Malformed: UnknownOperation(op)}
	}
	return validateShape(o.input, tree)
}

func validateShape(shapeNo int16, tree map[string]any) Report {
	c := checker{}
	c.structure(&shapes[shapeNo], tree, nil)
	if c.report.Malformed != nil {
		c.report.Violations = nil
	}
	return c.report
}

type checker struct{ report Report }

// step is one part of the path to a value. Paths are built only for what is reported.
type step struct {
	up   *step
	name string // member name or map key
	list bool   // the step from a list to its element at pos
	pos  int
}

func (c *checker) structure(s *shape, object map[string]any, at *step) {
	known := 0
	for i := range s.members {
		m := &s.members[i]
		v, present := object[m.name]
		if present {
			known++
		}
		if v == nil {
			if m.required {
				c.violate(&step{up: at, name: m.name}, "null", mustNotBeNull)
			}
			continue
		}
		c.value(m.shape, v, &step{up: at, name: m.name})
		if c.report.Malformed != nil {
			return
		}
	}
	if known < len(object) {
		c.unknown(s, object, at)
	}
}

func (c *checker) value(shapeNo int16, v any, at *step) {
	s := &shapes[shapeNo]
	if text := mistyped(s.kind, v); text != "" {
		c.malformed(text, at)
		return
	}
	switch s.kind {
	case kindStructure:
		c.structure(s, v.(map[string]any), at)
	case kindList:
		c.list(shapeNo, v.([]any), at)
	case kindMap:
		c.mapping(shapeNo, v.(map[string]any), at)
	default:
		c.scalar(shapeNo, v, at)
	}
}

func (c *checker) scalar(shapeNo int16, v any, at *step) {
	s := &shapes[shapeNo]
	if len(s.enum) > 0 && unlisted(s, v) {
		c.warn(Warning{
			Kind: UnlistedInstanceType, Path: at.path(),
			Text: "instance type " + v.(string) + " is not in the list this version knows",
		})
		return
	}
	if satisfies(s, v) {
		return
	}
	for _, text := range broken(s, v) {
		c.violate(at, echo(shapeNo, v), text)
	}
}

// list checks a list's length and its elements. Rules about plain elements are reported once, about the whole list.
// Elements past the longest allowed list are not looked at.
func (c *checker) list(shapeNo int16, list []any, at *step) {
	s := &shapes[shapeNo]
	for _, text := range brokenLength(s, int64(len(list))) {
		c.violate(at, echo(shapeNo, list), text)
	}
	if s.hasMax && int64(len(list)) > s.max {
		list = list[:s.max]
	}
	bad := false
	for i, v := range list {
		here := step{up: at, pos: i, list: true}
		if v != nil && shapes[s.elem].kind < kindStructure {
			if bad = bad || !satisfies(&shapes[s.elem], v); !bad {
				continue
			}
			if text := mistyped(shapes[s.elem].kind, v); text != "" {
				c.malformed(text, &here)
				return
			}
			continue
		}
		if v == nil {
			c.violate(&here, "null", mustNotBeNull)
			continue
		}
		if c.value(s.elem, v, &step{up: at, pos: i, list: true}); c.report.Malformed != nil {
			return
		}
	}
	if bad {
		c.violate(at, echo(shapeNo, list), "Member must satisfy constraint: ["+constraints(&shapes[s.elem])+"]")
	}
}

// mapping checks a map's size, keys and values. AWS reports all bad keys as one violation and all bad values as another.
func (c *checker) mapping(shapeNo int16, object map[string]any, at *step) {
	s := &shapes[shapeNo]
	for _, text := range brokenLength(s, int64(len(object))) {
		c.violate(at, echo(shapeNo, object), text)
	}
	key, elem := &shapes[s.key], &shapes[s.elem]
	badKey, badValue, wrong := false, false, []string(nil)
	for k, v := range object {
		badKey = badKey || !satisfies(key, k)
		badValue = badValue || v == nil || !satisfies(elem, v)
		if v != nil && mistyped(elem.kind, v) != "" {
			wrong = append(wrong, k)
		}
	}
	if len(wrong) > 0 {
		k := slices.Min(wrong)
		c.malformed(mistyped(elem.kind, object[k]), &step{up: at, name: k})
		return
	}
	if badKey {
		c.violate(at, echo(shapeNo, object), "Map keys must satisfy constraint: ["+constraints(key)+"]")
	}
	if badValue {
		c.violate(at, echo(shapeNo, object), "Map value must satisfy constraint: ["+constraints(elem)+"]")
	}
}

func (c *checker) malformed(text string, at *step) {
	c.report.Malformed = Malformed(text)
	c.report.Malformed.Path = at.path()
}

func (c *checker) warn(w Warning) {
	if len(c.report.Warnings) < maxFindings {
		c.report.Warnings = append(c.report.Warnings, w)
	}
}

func (c *checker) violate(at *step, value, constraint string) {
	if len(c.report.Violations) >= maxFindings {
		return
	}
	c.report.Violations = append(c.report.Violations,
		Violation{Path: at.path(), Value: value, Constraint: constraint, where: at.where()})
}

// path is the way from the root in the form of Violation.Path.
func (s *step) path() []string {
	if s == nil {
		return nil
	}
	if s.list {
		return append(s.up.path(), strconv.Itoa(s.pos))
	}
	return append(s.up.path(), s.name)
}

// where is the way from the root as AWS spells it: positions from 1, ".member" after the step into a list.
func (s *step) where() string {
	var parts []string
	for ; s != nil; s = s.up {
		if s.list {
			parts = append(parts, strconv.Itoa(s.pos+1)+".member")
		} else {
			parts = append(parts, lowerFirst(s.name))
		}
	}
	slices.Reverse(parts)
	return strings.Join(parts, ".")
}
