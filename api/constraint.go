package api

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// AWS's words.
const (
	mustNotBeNull        = "Member must not be null"
	listNotExpected      = "Start of list found where not expected"
	structureNotExpected = "Start of structure or map found where not expected."
)

// mistyped is the text of AWS's SerializationException for a value of the wrong JSON type, empty when the type is
// right. The texts of lists, structures, strings and integers were seen from services on the same protocol; those
// of maps, timestamps and fractions are by analogy.
func mistyped(k kind, v any) string {
	switch v.(type) {
	case map[string]any:
		if k == kindStructure || k == kindMap {
			return ""
		}
		return structureNotExpected
	case []any:
		if k == kindList {
			return ""
		}
		return listNotExpected
	}
	switch k {
	case kindStructure:
		return "Expected null"
	case kindList:
		return "Expected list or null"
	case kindMap:
		return "Expected map or null"
	}
	if fits(k, v) {
		return ""
	}
	return inconvertible(k, v)
}

func inconvertible(k kind, v any) string { return token(v) + " can not be converted to " + target(k) }

// fits reports whether a plain JSON value can become one of kind k. A whole number beyond its type's bounds does: see limits.
func fits(k kind, v any) bool {
	switch v.(type) {
	case string:
		return k == kindString
	case bool:
		return k == kindBoolean
	}
	literal, ok := number(v)
	switch {
	case !ok || k == kindString || k == kindBoolean:
		return false
	case k == kindInteger || k == kindLong:
		return !strings.ContainsAny(literal, ".eE")
	}
	bits := 64
	if k == kindFloat {
		bits = 32
	}
	_, err := strconv.ParseFloat(literal, bits)
	return err == nil
}

func token(v any) string {
	switch x := v.(type) {
	case string:
		return "STRING_VALUE"
	case bool:
		return strings.ToUpper(strconv.FormatBool(x)) + "_VALUE"
	}
	return "NUMBER_VALUE"
}

func target(k kind) string {
	switch k {
	case kindString:
		return "a String"
	case kindInteger:
		return "an Integer"
	case kindLong:
		return "a Long"
	case kindFloat:
		return "a Float"
	case kindDouble:
		return "a Double"
	case kindTimestamp:
		return "milliseconds since epoch"
	}
	return "a Boolean"
}

// satisfies reports whether a plain value has the type and keeps all constraints of its shape.
func satisfies(s *shape, v any) bool {
	text, ok := v.(string)
	if !ok || s.kind != kindString {
		return mistyped(s.kind, v) == "" && len(brokenRange(s, v)) == 0
	}
	n := int64(len(text))
	if s.hasMax && n > s.max || s.hasMin && n < s.min {
		if len(brokenLength(s, length(text))) > 0 {
			return false
		}
	}
	return (len(s.enum) == 0 || slices.Contains(s.enum, text)) && (s.pattern == 0 || matches(s.pattern, text))
}

// broken lists the constraints of a plain shape that v breaks, in AWS's order.
func broken(s *shape, v any) []string {
	text, ok := v.(string)
	if !ok {
		return brokenRange(s, v)
	}
	texts := brokenLength(s, length(text))
	if s.pattern != 0 && !matches(s.pattern, text) {
		texts = append(texts, patternText(s))
	}
	if len(s.enum) > 0 && !slices.Contains(s.enum, text) {
		texts = append(texts, enumText(s))
	}
	return texts
}

func brokenLength(s *shape, n int64) []string {
	var texts []string
	if s.hasMax && n > s.max {
		texts = append(texts, bound(s, "less", s.max))
	}
	if s.hasMin && n < s.min {
		texts = append(texts, bound(s, "greater", s.min))
	}
	return texts
}

func brokenRange(s *shape, v any) []string {
	literal, ok := number(v)
	if !ok || s.kind != kindInteger && s.kind != kindLong {
		return nil
	}
	lowest, highest := s.limits()
	if n, err := strconv.ParseInt(literal, 10, 64); err == nil && n >= lowest && n <= highest {
		return nil
	}
	if strings.HasPrefix(literal, "-") {
		return []string{bound(s, "greater", lowest)}
	}
	if n, err := strconv.ParseInt(literal, 10, 64); err == nil && n < lowest {
		return []string{bound(s, "greater", lowest)}
	}
	return []string{bound(s, "less", highest)}
}

// limits are the bounds of a number: the model's, or those of its 32 or 64 bits. That a number too large for its type
// is refused as out of range was seen for members with a maximum; for the others it is our choice.
func (s *shape) limits() (lowest, highest int64) {
	lowest, highest = -1<<63, 1<<63-1
	if s.kind == kindInteger {
		lowest, highest = -1<<31, 1<<31-1
	}
	if s.hasMin {
		lowest = s.min
	}
	if s.hasMax {
		highest = s.max
	}
	return lowest, highest
}

func bound(s *shape, direction string, n int64) string {
	what := "length"
	if s.kind >= kindInteger && s.kind <= kindDouble {
		what = "value"
	}
	return fmt.Sprintf("Member must have %s %s than or equal to %d", what, direction, n)
}

func patternText(s *shape) string {
	return "Member must satisfy regular expression pattern: " + patterns[s.pattern].printed
}

func enumText(s *shape) string {
	return "Member must satisfy enum value set: [" + strings.Join(s.enum, ", ") + "]"
}

// constraints lists everything that a shape asks for, as AWS does for the elements of lists and maps.
func constraints(s *shape) string {
	var texts []string
	if s.hasMax {
		texts = append(texts, bound(s, "less", s.max))
	}
	if s.hasMin {
		texts = append(texts, bound(s, "greater", s.min))
	}
	if s.pattern != 0 {
		texts = append(texts, patternText(s))
	}
	if len(s.enum) > 0 {
		texts = append(texts, enumText(s))
	}
	return strings.Join(texts, ", ")
}

// unlisted reports whether v is a well-formed instance type that the table lacks. The service adds types monthly, so
// these pass where every other enumeration is refused.
func unlisted(s *shape, v any) bool {
	text := v.(string)
	if !strings.HasSuffix(s.name, "InstanceType") || slices.Contains(s.enum, text) {
		return false
	}
	return wellFormedInstanceType(text)
}

// wellFormedInstanceType accepts ml.FAMILY.SIZE: a family with a digit (c5, p4d, m6g-flex, trn1n), a size that is a word
// of AWS's ("medium", "2xlarge", "metal-48xl").
func wellFormedInstanceType(text string) bool {
	rest, ok := strings.CutPrefix(text, "ml.")
	family, size, two := strings.Cut(rest, ".")
	if !ok || !two || len(text) > 64 || !strings.ContainsAny(family, "0123456789") || !lowerWord(family) || !lowerWord(size) {
		return false
	}
	for _, unit := range []string{"nano", "micro", "small", "medium", "large", "xl", "metal"} {
		if strings.HasSuffix(size, unit) {
			return true
		}
	}
	return false
}

func lowerWord(s string) bool {
	for i, c := range []byte(s) {
		letter := c >= 'a' && c <= 'z'
		if !letter && (i == 0 || c != '-') && (c < '0' || c > '9') {
			return false
		}
	}
	return s != "" && s[len(s)-1] != '-'
}

// unknown warns about the members that a structure does not have.
func (c *checker) unknown(s *shape, object map[string]any, at *step) {
	names := make([]string, len(s.members))
	for i, m := range s.members {
		names[i] = m.name
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if slices.Contains(names, name) {
			continue
		}
		c.warn(Warning{
			Kind: UnknownMember, Path: (&step{up: at, name: name}).path(), Members: names,
			Text: s.name + " has no member " + strconv.Quote(name),
		})
	}
}
