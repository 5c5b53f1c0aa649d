package sagefly

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/sagefly/sagefly/internal/nearest"
)

// Limits of the API; see the data types ParameterRanges and CategoricalParameterRange.
const (
	maxRanges    = 30
	maxChoices   = 30
	maxRangeText = 256 // of names and values
)

// check says what of the ranges cannot be searched, whatever the task is.
func (r Ranges) check() error {
	switch {
	case len(r) == 0:
		return errors.New("there are none, and nothing to search")
	case len(r) > maxRanges:
		return fmt.Errorf("%d: a search has at most %d", len(r), maxRanges)
	}
	for _, name := range r.names() {
		if err := r.checkOne(name); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return r.checkCycles()
}

func (r Ranges) checkOne(name string) error {
	if name == "" || len(name) > maxRangeText || !isUsers(name) {
		return fmt.Errorf("want a name of 1–%d characters that is not the platform's own", maxRangeText)
	}
	one := r[name]
	var err error
	switch one.kind {
	case rangeFloat, rangeInt:
		err = one.checkNumbers()
	case rangeChoice:
		err = one.checkChoice()
	default:
		return errors.New("the zero Range: make it with Float, Int or Choice")
	}
	return errors.Join(err, r.checkCondition(name))
}

func (r Range) checkNumbers() error {
	low, high := r.low, r.high
	if r.kind == rangeInt {
		low, high = float64(r.from), float64(r.to)
	}
	lo, hi := r.bounds()
	switch {
	case math.IsNaN(low) || math.IsInf(low, 0) || math.IsNaN(high) || math.IsInf(high, 0):
		return fmt.Errorf("bounds %s and %s: want finite numbers", lo, hi)
	case low > high:
		return fmt.Errorf("bounds %s and %s: the lower one comes first", lo, hi)
	case r.scale == scaleLog && low <= 0:
		return fmt.Errorf("bounds %s and %s: a logarithm needs a lower one above 0", lo, hi)
	case r.scale == scaleReverseLog && (r.kind == rangeInt || low < 0 || high >= 1):
		return fmt.Errorf("bounds %s and %s: ReverseLog is for a Float with 0 ≤ lo and hi < 1", lo, hi)
	}
	return nil
}

func (r Range) checkChoice() error {
	switch {
	case len(r.values) == 0:
		return errors.New("a choice of nothing")
	case len(r.values) > maxChoices:
		return fmt.Errorf("%d values: a choice has at most %d", len(r.values), maxChoices)
	case r.scale != "":
		return errors.New("a choice has no scale: its values have no order")
	}
	for i, v := range r.values {
		switch {
		case v == "" || len([]rune(v)) > maxRangeText:
			return fmt.Errorf("value %q: want 1–%d characters", v, maxRangeText)
		case slices.Contains(r.values[:i], v):
			return fmt.Errorf("value %q is there twice", v)
		}
	}
	return nil
}

// checkCondition says why nobody could tell whether a trial has the range.
func (r Ranges) checkCondition(name string) error {
	conditions := r[name].conditions
	if len(conditions) == 0 {
		return nil
	}
	c := conditions[0]
	parent, known := r[c.parameter]
	switch {
	case len(conditions) > 1:
		return errors.New("When is called twice: a range has one condition; give its parameter one too, and it is searched only where that one is")
	case c.parameter == name:
		return errors.New("when: it depends on itself")
	case !known:
		return fmt.Errorf("when: %q is not searched%s", c.parameter, near(c.parameter, r.names()))
	case parent.kind == rangeFloat:
		return fmt.Errorf("when: %s is a Float: a condition is on a Choice or an Int", c.parameter)
	case len(c.in) == 0:
		return fmt.Errorf("when: no value of %s is named", c.parameter)
	}
	for _, v := range c.in {
		if own, ok := parent.normal(v); !ok || own != v {
			return fmt.Errorf("when: %s never is %q", c.parameter, v)
		}
	}
	return nil
}

// checkCycles finds ranges whose conditions lead back to themselves.
func (r Ranges) checkCycles() error {
	for _, name := range r.names() {
		path := []string{name}
		for at := r[name]; len(at.conditions) > 0; at = r[path[len(path)-1]] {
			next := at.conditions[0].parameter
			if slices.Contains(path, next) {
				return fmt.Errorf("%s: when: conditions go in a circle: %s", name, strings.Join(append(path, next), ", "))
			}
			path = append(path, next)
		}
	}
	return nil
}

// near is a hint at what a word was meant to be, "" without one.
func near(word string, words []string) string {
	if found := nearest.Words(word, words); len(found) > 0 {
		return ": did you mean " + strings.Join(found, ", ") + "?"
	}
	return ""
}

// has says whether a point has the parameter: those without a condition are in every point.
func (r Ranges) has(point Point, name string) bool {
	conditions := r[name].conditions
	if len(conditions) == 0 {
		return true
	}
	c := conditions[0]
	return r.has(point, c.parameter) && slices.Contains(c.in, point[c.parameter])
}

// normal is a point in the form in which trials have it.
func (r Ranges) normal(p Point) (Point, error) {
	out := Point{}
	for name, text := range p {
		one, ok := r[name]
		if !ok {
			return nil, fmt.Errorf("%s is not searched%s", name, near(name, r.names()))
		}
		if out[name], ok = one.normal(text); !ok {
			return nil, fmt.Errorf("%s = %q is not in its range", name, text)
		}
	}
	for _, name := range r.names() {
		_, given := out[name]
		switch active := r.has(out, name); {
		case active && !given:
			return nil, fmt.Errorf("%s has no value", name)
		case !active && given:
			return nil, fmt.Errorf("%s has a value, and its condition does not hold: %s is %q", name, r[name].conditions[0].parameter, out[r[name].conditions[0].parameter])
		}
	}
	return out, nil
}
