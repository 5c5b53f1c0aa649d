package main

import (
	"math"
	"testing"
)

// The probabilities are those of scipy.stats.binomtest(wins, wins + losses).pvalue.
func TestSignTest(t *testing.T) {
	t.Parallel()
	for d, want := range map[duel]float64{
		{15, 5, 3}:  0.04138946533203125,
		{5, 0, 0}:   0.0625,
		{7, 13, 0}:  0.26317596435546875,
		{10, 10, 0}: 1,
		{0, 0, 4}:   1,
	} {
		if got := d.chance(); math.Abs(got-want) > 1e-12 {
			t.Errorf("%+v: chance %v, want %v", d, got, want)
		}
	}
}

// The quantiles are numpy.quantile's.
func TestQuantile(t *testing.T) {
	t.Parallel()
	s := sample{4, 1, 3, 2}
	for q, want := range map[float64]float64{0: 1, 0.25: 1.75, 0.5: 2.5, 0.75: 3.25, 1: 4} {
		if got := s.quantile(q); got != want {
			t.Errorf("quantile %v of %v is %v, want %v", q, s, got, want)
		}
	}
}
