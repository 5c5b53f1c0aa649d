package tuner

import (
	"fmt"
	"math"
	"slices"
)

// Kind is what values a parameter has.
type Kind int

const (
	Continuous  Kind = iota // any number of [Min, Max]
	Integer                 // any whole number of [Min, Max]
	Categorical             // one of Values, without an order
)

// Scale says where in a range the search looks equally hard.
type Scale int

const (
	// Auto chooses by the range: Logarithmic from Min > 0 and Max/Min ≥ 100 (integers 64); ReverseLogarithmic inside [0, 1) when 1−Max is a
	// hundredth of 1−Min or less; from Min = 0 and Max ≥ 100 a logarithm shifted by Max/1000, as L1 and L2 penalties want; else Linear. What
	// SageMaker's Auto does is not published.
	Auto Scale = iota
	Linear
	Logarithmic        // needs Min > 0
	ReverseLogarithmic // of 1−x: needs 0 ≤ Min and Max < 1; continuous only
)

// Parameter is one dimension of a [Space].
type Parameter struct {
	Name     string
	Kind     Kind
	Min, Max float64  // both within; for Integer whole. Equal bounds make a constant
	Values   []string // of a Categorical, at least one, all different
	Scale    Scale    // of a number; zero: Auto
	When     *When    // nil: always active
}

// When makes a parameter conditional: it is part of a point only where the other parameter has one of the values (texts as in a
// [Point]). The other one is Categorical or Integer and may itself be conditional.
type When struct {
	Parameter string
	In        []string
}

func (p *Parameter) check() error {
	switch {
	case p.Name == "":
		return fmt.Errorf("a parameter has no name")
	case p.Kind == Categorical:
		return p.checkValues()
	case !(p.Min <= p.Max) || math.IsInf(p.Min, 0) || math.IsInf(p.Max, 0):
		return fmt.Errorf("parameter %s: the range %g..%g is empty or has no end", p.Name, p.Min, p.Max)
	case p.Kind == Integer && (p.Min != math.Trunc(p.Min) || p.Max != math.Trunc(p.Max) || math.Abs(p.Min) > 1<<53 || math.Abs(p.Max) > 1<<53):
		return fmt.Errorf("parameter %s: the bounds %g..%g of an integer are no whole numbers below 2^53", p.Name, p.Min, p.Max)
	case p.Scale == Logarithmic && p.Min <= 0:
		return fmt.Errorf("parameter %s: a logarithmic scale needs a lowest value above 0, not %g", p.Name, p.Min)
	case p.Scale == ReverseLogarithmic && (p.Kind != Continuous || p.Min < 0 || p.Max >= 1):
		return fmt.Errorf("parameter %s: a reverse logarithmic scale needs a continuous range inside [0, 1), not %g..%g", p.Name, p.Min, p.Max)
	}
	return nil
}

func (p *Parameter) checkValues() error {
	if len(p.Values) == 0 {
		return fmt.Errorf("parameter %s: a categorical parameter needs values", p.Name)
	}
	sorted := slices.Sorted(slices.Values(p.Values))
	for i := range sorted[1:] {
		if sorted[i] == sorted[i+1] {
			return fmt.Errorf("parameter %s: the value %q is there twice", p.Name, sorted[i])
		}
	}
	return nil
}

// levels is the number of different values; 0 for infinitely many.
func (p *Parameter) levels() float64 {
	switch {
	case p.Kind == Categorical:
		return float64(len(p.Values))
	case p.Min == p.Max:
		return 1
	case p.Kind == Integer:
		return p.Max - p.Min + 1
	}
	return 0
}
