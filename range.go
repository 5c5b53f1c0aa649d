package sagefly

import (
	"maps"
	"math"
	"slices"
	"strconv"
)

// Ranges are what a search varies, by the names of the input's fields.
type Ranges map[string]Range

// Range is what values a field takes in the trials of a search. Make it with [Float], [Int] or [Choice].
type Range struct {
	kind       rangeKind
	low, high  float64 // rangeFloat
	from, to   int     // rangeInt
	values     []string
	scale      rangeScale
	conditions []condition
}

type rangeKind string

const (
	rangeFloat  rangeKind = "float"
	rangeInt    rangeKind = "int"
	rangeChoice rangeKind = "choice"
)

// rangeScale is the API's ScalingType; "" is Auto, which is left to whoever searches.
type rangeScale string

const (
	scaleLinear     rangeScale = "Linear"
	scaleLog        rangeScale = "Logarithmic"
	scaleReverseLog rangeScale = "ReverseLogarithmic"
)

// condition makes a range part of a trial only for some values of another one.
type condition struct {
	parameter string
	in        []string
}

// Float is all numbers from lo to hi.
func Float(lo, hi float64) Range { return Range{kind: rangeFloat, low: lo, high: hi} }

// Int is all whole numbers from lo to hi.
func Int(lo, hi int) Range { return Range{kind: rangeInt, from: lo, to: hi} }

// Choice is one of 1–30 texts, in the form in which a field of the input has them: numbers and true or false too. They have no order.
func Choice(values ...string) Range { return Range{kind: rangeChoice, values: slices.Clone(values)} }

// Log says that the search looks equally hard in every decade: for rates and penalties. It needs lo > 0.
func (r Range) Log() Range { r.scale = scaleLog; return r }

// Linear says that the search looks equally hard everywhere. Without a scale, whoever searches chooses one by the bounds.
func (r Range) Linear() Range { r.scale = scaleLinear; return r }

// ReverseLog is Log of the distance to 1: for momenta such as 0.9 to 0.999. It needs a Float with 0 ≤ lo and hi < 1.
func (r Range) ReverseLog() Range { r.scale = scaleReverseLog; return r }

// When makes the range a conditional one: only trials in which the other parameter, a Choice or an Int that is searched too, has one of the values
// have it. In the others the field is absent: it has its default, or is zero. AWS's tuner has no conditions.
//
//	sagefly.Ranges{
//		"optimizer": sagefly.Choice("sgd", "momentum"),
//		"momentum":  sagefly.Float(0.5, 0.99).When("optimizer", "momentum"),
//	}
func (r Range) When(parameter string, in ...string) Range {
	r.conditions = append(slices.Clone(r.conditions), condition{parameter, slices.Clone(in)})
	return r
}

// bounds are a number's bounds as texts.
func (r Range) bounds() (lo, hi string) {
	if r.kind == rangeInt {
		return strconv.Itoa(r.from), strconv.Itoa(r.to)
	}
	return floatText(r.low), floatText(r.high)
}

func floatText(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }

// normal is a text in the form in which trials have it; ok is false when the range does not hold it.
func (r Range) normal(text string) (_ string, ok bool) {
	switch r.kind {
	case rangeInt:
		n, err := strconv.Atoi(text)
		return strconv.Itoa(n), err == nil && r.from <= n && n <= r.to
	case rangeFloat:
		f, err := strconv.ParseFloat(text, 64)
		return floatText(f), err == nil && r.low <= f && f <= r.high
	}
	return text, slices.Contains(r.values, text)
}

// names are sorted, which is the order of the dimensions of a search.
func (r Ranges) names() []string { return slices.Sorted(maps.Keys(r)) }

// size is the number of combinations of the choices; +Inf with a range of numbers.
func (r Ranges) size() float64 {
	n := 1.0
	for _, one := range r {
		if one.kind != rangeChoice {
			return math.Inf(1)
		}
		n *= float64(len(one.values))
	}
	return n
}
