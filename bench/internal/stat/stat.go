// Package stat is what the reports say of samples and of pairs.
package stat

import (
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// Quantile interpolates between the values, as numpy does. There has to be one; their order does not change.
func Quantile(values []float64, q float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	at := q * float64(len(sorted)-1)
	low := int(at)
	if low == len(sorted)-1 {
		return sorted[low]
	}
	return sorted[low] + (at-float64(low))*(sorted[low+1]-sorted[low])
}

// Median is the value in the middle.
func Median(values []float64) float64 { return Quantile(values, 0.5) }

// SignTest is the two-sided one: how likely a split at least as uneven is between equals. Ties are left out before.
func SignTest(wins, losses int) float64 {
	if wins+losses == 0 {
		return 1
	}
	between := distuv.Binomial{N: float64(wins + losses), P: 0.5}
	return min(1, 2*between.CDF(float64(min(wins, losses))))
}
