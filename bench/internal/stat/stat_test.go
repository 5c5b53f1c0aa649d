package stat

import (
	"math"
	"testing"
)

// The probabilities are those of scipy.stats.binomtest(wins, wins + losses).pvalue.
func TestSignTest(t *testing.T) {
	t.Parallel()
	for d, want := range map[[2]int]float64{
		{15, 5}:  0.04138946533203125,
		{5, 0}:   0.0625,
		{7, 13}:  0.26317596435546875,
		{10, 10}: 1,
		{0, 0}:   1,
	} {
		if got := SignTest(d[0], d[1]); math.Abs(got-want) > 1e-12 {
			t.Errorf("%+v: chance %v, want %v", d, got, want)
		}
	}
}

// The quantiles are numpy.quantile's.
func TestQuantile(t *testing.T) {
	t.Parallel()
	s := []float64{4, 1, 3, 2}
	for q, want := range map[float64]float64{0: 1, 0.25: 1.75, 0.5: 2.5, 0.75: 3.25, 1: 4} {
		if got := Quantile(s, q); got != want {
			t.Errorf("quantile %v of %v is %v, want %v", q, s, got, want)
		}
	}
	if got := Median([]float64{5, 1, 9}); got != 5 {
		t.Errorf("median %v", got)
	}
}
