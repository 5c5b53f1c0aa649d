package main

import (
	"fmt"

	"github.com/sagefly/sagefly/bench/internal/stat"
)

// sample are values of the same thing.
type sample []float64

func (s sample) quantile(q float64) float64 { return stat.Quantile(s, q) }

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

// chance is how probable so uneven a result is between equals. Ties do not count.
func (d duel) chance() float64 { return stat.SignTest(d.wins, d.losses) }

func (d duel) String() string {
	if d == (duel{}) {
		return "not measured"
	}
	return fmt.Sprintf("%d : %d, %d ties, p = %.2g", d.wins, d.losses, d.ties, d.chance())
}
