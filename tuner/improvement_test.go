package tuner

import (
	"math"
	"testing"
)

// Values by mpmath 1.3 with 80 digits.
func TestLogH(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ z, want float64 }{
		{3, 1.0987396653277078},
		{0, -0.91893853320467274},
		{-0.5, -1.6205162643873199},
		{-0.999999, -2.485119121441769},
		{-1.000001, -2.4851229299842357},
		{-2, -4.7687835239171142},
		{-5, -16.74430116266099},
		{-14.1, -105.63112065829797},
		{-20, -206.9178385094251},
		{-40, -808.29856835661996},
		{-1000, -500014.73445209116},
		{-99999, -4999900024.4447695},
		{-100001, -5000100024.4448095},
		{-1e8, -5000000000000037.8},
	} {
		if got := logH(c.z); math.Abs(got-c.want) > 1e-6*max(1, math.Abs(c.want)*1e-3) {
			t.Errorf("logH(%g) = %.17g, want %.17g", c.z, got, c.want)
		}
	}
}

// Values by mpmath 1.3.
func TestErfcx(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ x, want float64 }{
		{0.5, 0.61569034419292587}, {5, 0.11070463773306863}, {9.99, 0.056196640706858821}, {10, 0.056140992743822586}, {10.01, 0.05608545435500192}, {26, 0.021683584850562907},
	} {
		if got := erfcx(c.x); math.Abs(got-c.want) > 1e-7*c.want {
			t.Errorf("erfcx(%g) = %.17g, want %.17g", c.x, got, c.want)
		}
	}
}

func TestLogMeanExp(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		x    []float64
		want float64
	}{
		{[]float64{0, 0}, 0},
		{[]float64{-1000, -1000 + math.Log(3)}, -1000 + math.Log(2)}, // (1 + 3)/2
		{[]float64{math.Inf(-1), math.Inf(-1)}, math.Inf(-1)},
	} {
		if got := logMeanExp(c.x); got != c.want && math.Abs(got-c.want) > 1e-12 {
			t.Errorf("logMeanExp(%v) = %g, want %g", c.x, got, c.want)
		}
	}
}
