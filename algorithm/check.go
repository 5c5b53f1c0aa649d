package algorithm

import (
	"errors"
	"strings"
)

// parse reads the text of one hyperparameter as the container's type does. A Python ValueError becomes the container's own
// message; other exceptions it lets through.
func (h Hyperparameter) parse(text string) (Value, error) {
	switch h.Type {
	case Integer:
		if n, ok := parsePythonInt(text); ok {
			return intValue(n), nil
		}
		return Value{}, h.valueError()
	case Continuous:
		if f, ok := parsePythonFloat(text); ok {
			return floatValue(f), nil
		}
		return Value{}, h.valueError()
	case List:
		return listOf(strings.Split(text, ",")), nil
	case Tuple, NestedList:
		v, err := parseLiteral(text)
		return v, h.literalError(err)
	}
	return stringValue(text), nil
}

func (h Hyperparameter) valueError() error {
	return userErrorf("Hyperparameter %s: could not parse value (caused by ValueError)", h.Name)
}

func (h Hyperparameter) literalError(err error) error {
	switch {
	case errors.Is(err, errSyntax):
		return &PythonError{Class: "SyntaxError", Message: errSyntax.Error()}
	case errors.Is(err, errDepth):
		return &PythonError{Class: "RecursionError", Message: errDepth.Error()}
	case err != nil:
		return h.valueError()
	}
	return nil
}

// checkRange tests a parsed value against the range. Lists report the whole value, single values themselves.
func (h Hyperparameter) checkRange(value Value) error {
	switch h.Type {
	case Integer, Continuous:
		if f, _ := value.Float(); !h.Range.Holds(f) {
			return userErrorf("Hyperparameter %s: %s is not in %s", h.Name, value, h.Range.Text)
		}
		return nil
	case Tuple:
		return h.checkElements(value, value)
	case NestedList:
		return h.checkNested(value)
	case List:
		return h.checkList(value)
	}
	ok, err := h.holdsChoice(value.text)
	if err == nil && !ok {
		err = userErrorf("Hyperparameter %s: %s is not in %s", h.Name, value, h.Range.Text)
	}
	return err
}

// checkList looks at every element even after a wrong one, because an element can fail with a message of its own.
func (h Hyperparameter) checkList(value Value) error {
	all := true
	for _, item := range value.items {
		ok, err := h.holdsChoice(item.text)
		if err != nil {
			return err
		}
		all = all && ok
	}
	if !all {
		return h.notInRange(value)
	}
	return nil
}

func (h Hyperparameter) checkNested(value Value) error {
	all := true
	outer, ok := elements(value)
	if !ok {
		return h.unexpected(value)
	}
	for _, inner := range outer {
		err := h.checkElements(inner, value)
		if _, user := errors.AsType[*UserError](err); err != nil && !user {
			return err
		}
		all = all && err == nil
	}
	if !all {
		return h.notInRange(value)
	}
	return nil
}

// checkElements tests the elements of part; messages show whole.
func (h Hyperparameter) checkElements(part, whole Value) error {
	items, ok := elements(part)
	if !ok {
		return h.unexpected(whole)
	}
	all := true
	for _, item := range items {
		f, number := item.number()
		switch {
		case h.Range.Values != nil:
			all = all && number && holdsNumber(h.Range.Values, f)
		case !number: // an interval compares, and Python cannot compare these with numbers
			return h.unexpected(whole)
		default:
			all = all && h.Range.Holds(f)
		}
	}
	if !all {
		return h.notInRange(whole)
	}
	return nil
}

func (h Hyperparameter) notInRange(value Value) error {
	return userErrorf("Hyperparameter %s: value %s not in range %s", h.Name, value, h.Range.Text)
}

// unexpected is the container's answer to an exception inside its range check, here always a TypeError.
func (h Hyperparameter) unexpected(value Value) error {
	return &AlgorithmError{Message: "Hyperparameter " + h.Name + ": unexpected failure when validating " + value.String() +
		" (caused by TypeError)"}
}

// elements returns what Python's for loop would visit; ok is false where it raises TypeError.
func elements(v Value) (items []Value, ok bool) {
	switch v.kind {
	case ListValue, TupleValue:
		return v.items, true
	case StringValue:
		for _, r := range v.text {
			items = append(items, stringValue(string(r)))
		}
		return items, true
	}
	return nil, false
}

// number is Float for everything that Python compares with numbers, which includes booleans.
func (v Value) number() (float64, bool) {
	if v.kind == BoolValue {
		return float64(v.integer.Int64()), true
	}
	return v.Float()
}

func holdsNumber(texts []string, f float64) bool {
	for _, text := range texts {
		if g, ok := parsePythonFloat(text); ok && f == g {
			return true
		}
	}
	return false
}
