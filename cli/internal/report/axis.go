package report

import (
	"math"
	"slices"
	"strconv"

	"github.com/sagefly/sagefly/tuner"
)

// axis is a parameter as the charts have it, with room for every value that trials have.
type axis struct {
	Name   string   `json:"name"`
	Min    float64  `json:"min"`
	Max    float64  `json:"max"`
	Scale  string   `json:"scale,omitempty"` // "log", "reverse"; "": linear
	Shift  float64  `json:"shift,omitempty"` // what is added before a logarithm
	Whole  bool     `json:"whole,omitempty"`
	Values []string `json:"values,omitempty"` // of a category
}

func newAxis(p *Parameter, trials []Trial) axis {
	a := axis{Name: p.Name, Whole: p.Kind == "int"}
	if !p.number() {
		a.Values = append([]string{}, p.Values...)
		a.admit(p, trials)
		return a
	}
	a.Min, a.Max = bounded(p.Min), bounded(p.Max)
	if a.Max < a.Min {
		a.Min, a.Max = a.Max, a.Min
	}
	searched := tuner.Parameter{Min: a.Min, Max: a.Max, Scale: p.Scale}
	if a.Whole {
		searched.Kind = tuner.Integer
	}
	scale, shift := searched.Resolve()
	a.admit(p, trials)
	a.bend(scale, shift)
	return a
}

// bend gives the axis the search's scale, unless a trial of another search lies where that has no place.
func (a *axis) bend(scale tuner.Scale, shift float64) {
	switch {
	case scale == tuner.Logarithmic && a.Min+shift > 0:
		a.Scale, a.Shift = "log", shift
	case scale == tuner.ReverseLogarithmic && a.Max < 1:
		a.Scale = "reverse"
	}
}

// scale is the axis's for the tuner. A shift comes from Auto alone.
func (a *axis) scale() tuner.Scale {
	switch {
	case a.Shift > 0:
		return tuner.Auto
	case a.Scale == "log":
		return tuner.Logarithmic
	case a.Scale == "reverse":
		return tuner.ReverseLogarithmic
	}
	return tuner.Linear
}

// bounded keeps a bound out of which no axis can be made away from JSON, which has no such numbers.
func bounded(v float64) float64 {
	if math.IsNaN(v) {
		return 0
	}
	return min(max(v, -math.MaxFloat64), math.MaxFloat64)
}

func (a *axis) admit(p *Parameter, trials []Trial) {
	for i := range trials {
		text, ok := trials[i].Values[p.Name]
		if !ok {
			continue
		}
		if !p.number() {
			if !slices.Contains(a.Values, text) {
				a.Values = append(a.Values, text)
			}
		} else if v, ok := number(text); ok {
			a.Min, a.Max = min(a.Min, v), max(a.Max, v)
		}
	}
}

// cell is a value as the script gets it: a number, the index of a category, a text that is no value of the parameter, or nil.
func (a *axis) cell(t *Trial) any {
	text, ok := t.Values[a.Name]
	switch {
	case !ok:
		return nil
	case a.Values != nil:
		return slices.Index(a.Values, text)
	}
	if v, ok := number(text); ok {
		return v
	}
	return text
}

// text is a value for reading.
func (a *axis) text(t *Trial) string {
	text, ok := t.Values[a.Name]
	if !ok {
		return ""
	}
	if v, ok := number(text); ok && a.Values == nil {
		return digits(v)
	}
	return text
}

func number(text string) (float64, bool) {
	v, err := strconv.ParseFloat(text, 64)
	return v, err == nil && !math.IsNaN(v) && !math.IsInf(v, 0)
}
