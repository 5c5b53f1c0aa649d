package tuner

import (
	"math"
	"testing"
)

// Values by scipy 1.17.1: norm.ppf(½ + ½(r−½)/K), equal values sharing the mean of their ranks.
func TestHalfRank(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ y, want []float64 }{
		{[]float64{1, 2, 3, 4, 5, 1e30, 7}, []float64{1, 2, 3, 4, 4.393675477862364, 6.587345095765542, 5.26185477806224}},
		{[]float64{0.5, -1, 4, 4, 9, 2}, []float64{0.5, -1, 4.199094053557634, 4.199094053557634, 6.850092707437074, 2}},
		{[]float64{3, 3, 3, 9}, []float64{3, 3, 3, 9}}, // the better half is flat: nothing to measure by
	} {
		got := append([]float64{}, c.y...)
		halfRank(got)
		for i := range got {
			if math.Abs(got[i]-c.want[i]) > 1e-12 {
				t.Errorf("half-rank of %v is %v, want %v", c.y, got, c.want)
				break
			}
		}
	}
}

// Whatever the values: finite targets of mean 0, in the order of the values, failures last.
func FuzzTargets(f *testing.F) {
	f.Add(1.0, 2.0, 3.0, 4.0)
	f.Add(math.NaN(), math.NaN(), math.NaN(), math.NaN())
	f.Add(math.MaxFloat64, -math.MaxFloat64, 0.0, math.NaN())
	f.Add(5e-324, 0.0, -5e-324, 1.0)
	f.Fuzz(func(t *testing.T, a, b, c, d float64) {
		values := []float64{a, b, c, d, 1, 2}
		for _, v := range values {
			if math.IsInf(v, 0) {
				t.Skip() // a trial with an infinite value is a failed one before it comes here
			}
		}
		y := targets(values)
		sum := 0.0
		for i := range y {
			sum += y[i]
			if math.IsNaN(y[i]) || math.IsInf(y[i], 0) {
				t.Fatalf("targets of %v: %v", values, y)
			}
			for j := range y {
				if values[i] < values[j] && y[i] > y[j]+1e-9 || math.IsNaN(values[i]) && y[i] < y[j]-1e-9 {
					t.Fatalf("order of %v is lost in %v", values, y)
				}
			}
		}
		if math.Abs(sum) > 1e-6 {
			t.Fatalf("targets of %v have mean %g", values, sum/6)
		}
	})
}
