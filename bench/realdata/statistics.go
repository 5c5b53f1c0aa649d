package main

import (
	"fmt"
	"math"
	"slices"
)

// sample are values of the same thing.
type sample []float64

// quantile interpolates between the values, as numpy does.
func (s sample) quantile(q float64) float64 {
	sorted := slices.Sorted(slices.Values(s))
	at := q * float64(len(sorted)-1)
	low := int(at)
	if low == len(sorted)-1 {
		return sorted[low]
	}
	return sorted[low] + (at-float64(low))*(sorted[low+1]-sorted[low])
}

func (s sample) median() float64 { return s.quantile(0.5) }

// String is the median and the quartiles.
func (s sample) String() string {
	if len(s) == 0 {
		return "not measured"
	}
	return fmt.Sprintf("%.4f (%.4f–%.4f)", s.median(), s.quantile(0.25), s.quantile(0.75))
}

// duel counts who had the smaller value where both have one.
type duel struct{ wins, losses, ties int }

func (d *duel) add(ours, theirs float64) {
	switch {
	case ours < theirs:
		d.wins++
	case ours > theirs:
		d.losses++
	default:
		d.ties++
	}
}

// chance is the two-sided sign test: how probable so uneven a result is between equals. Ties do not count.
func (d duel) chance() float64 {
	n, k := d.wins+d.losses, min(d.wins, d.losses)
	if n == 0 {
		return 1
	}
	sum, ways := 0.0, 1.0
	for i := range k + 1 {
		sum += ways
		ways *= float64(n-i) / float64(i+1)
	}
	return min(1, 2*sum*math.Pow(0.5, float64(n)))
}

func (d duel) String() string {
	if d == (duel{}) {
		return "not measured"
	}
	return fmt.Sprintf("%d : %d, %d ties, p = %.2g", d.wins, d.losses, d.ties, d.chance())
}
