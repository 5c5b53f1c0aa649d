package tuner

import (
	"math"
	"strconv"
)

// axis maps the numbers of a range to [0, 1] and back.
type axis struct {
	warp     func(float64) float64
	unwarp   func(float64) float64
	low      float64 // warp of the lowest number
	width    float64 // 0 for a constant
	min, max float64
	whole    bool
}

func newAxis(p *Parameter) axis {
	a := axis{min: p.Min, max: p.Max, whole: p.Kind == Integer}
	scale, shift := p.Resolve()
	unit := 1.0
	if math.IsInf(p.Max-p.Min+shift, 1) { // in halves the width of such a range is a number, and no digit changes
		unit = 0.5
	}
	switch scale {
	case Logarithmic:
		a.warp = func(v float64) float64 { return math.Log(unit*v + unit*shift) }
		a.unwarp = func(t float64) float64 { return (math.Exp(t) - unit*shift) / unit }
	case ReverseLogarithmic:
		a.warp = func(v float64) float64 { return -math.Log1p(-v) }
		a.unwarp = func(t float64) float64 { return -math.Expm1(-t) }
	default:
		a.warp = func(v float64) float64 { return unit * v }
		a.unwarp = func(t float64) float64 { return t / unit }
	}
	low, high := p.Min, p.Max
	if a.whole && low < high { // every whole number gets a cell of its own, the ends too
		low, high = low-0.5, high+0.5
	}
	a.low = a.warp(low)
	a.width = a.warp(high) - a.low
	if p.Min == p.Max {
		a.width = 0
	}
	return a
}

// Resolve is the scale on which the search looks through the range: never Auto. Where it is Logarithmic, shift is what is added to a number before
// its logarithm, 0 but for an Auto range that begins at 0.
func (p *Parameter) Resolve() (s Scale, shift float64) {
	ratio := 100.0
	if p.Kind == Integer {
		ratio = 64
	}
	switch {
	case p.Scale != Auto:
		return p.Scale, 0
	case p.Min > 0 && p.Max/p.Min >= ratio:
		return Logarithmic, 0
	case p.Min == 0 && p.Max >= 100:
		return Logarithmic, max(p.Max/1000, 1)
	case p.Kind == Continuous && p.Min >= 0 && p.Max < 1 && (1-p.Min)/(1-p.Max) >= ratio:
		return ReverseLogarithmic, 0
	}
	return Linear, 0
}

// at is the number at a place of [0, 1].
func (a axis) at(u float64) float64 {
	v := a.min
	if a.width > 0 {
		v = a.unwarp(a.low + u*a.width)
	}
	if a.whole {
		v = math.Round(v)
	}
	return min(max(v, a.min), a.max) + 0 // −0 becomes 0: programs read "-0" in ways of their own
}

// place is where in [0, 1] a number is.
func (a axis) place(v float64) float64 {
	if a.width == 0 {
		return 0.5
	}
	return min(max((a.warp(v)-a.low)/a.width, 0), 1)
}

func (a axis) text(u float64) string {
	if a.whole {
		return strconv.FormatFloat(a.at(u), 'f', -1, 64)
	}
	return strconv.FormatFloat(a.at(u), 'g', -1, 64)
}
