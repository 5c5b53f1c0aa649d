package tuner

import (
	"math"
	"slices"
)

// targets are the values as the model sees them: lower is better, mean 0, deviation 1, and no outlier that would flatten the rest. A
// failure (NaN) is worse than all.
//
// Values better than the median m stay as they are. The r-th of the K worse ones becomes m + s·Φ⁻¹(½ + ½(r−½)/K), s being the root mean
// square distance of the better half from m: the upper half of a normal distribution (Song et al. 2024, half-rank warping).
func targets(values []float64) []float64 {
	y := slices.Clone(values)
	shrink(y)
	impute(y)
	halfRank(y)
	standardise(y)
	return y
}

// shrink divides by the greatest magnitude, so that no sum or square has no end.
func shrink(y []float64) {
	scale := 0.0
	for _, v := range y {
		if !math.IsNaN(v) {
			scale = max(scale, math.Abs(v))
		}
	}
	for i := range y {
		if scale > 0 {
			y[i] /= scale
		}
	}
}

// impute gives failures a value worse than the worst by half the range.
func impute(y []float64) {
	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range y {
		if !math.IsNaN(v) {
			low, high = min(low, v), max(high, v)
		}
	}
	bad := high + (high-low)/2
	switch {
	case math.IsInf(low, 1): // nothing but failures
		bad = 0
	case high == low:
		bad = high + max(math.Abs(high), 1)
	}
	for i, v := range y {
		if math.IsNaN(v) {
			y[i] = bad
		}
	}
}

func halfRank(y []float64) {
	m := median(y)
	sum, n := 0.0, 0
	for _, v := range y {
		if v <= m {
			sum += (v - m) * (v - m)
			n++
		}
	}
	s := math.Sqrt(sum / float64(n))
	if s == 0 || math.IsInf(s, 0) || math.IsNaN(s) {
		return
	}
	worse := slices.DeleteFunc(slices.Clone(y), func(v float64) bool { return v <= m })
	slices.Sort(worse)
	k := float64(len(worse))
	for i, v := range y {
		if v > m {
			first, _ := slices.BinarySearch(worse, v)
			ties := 1
			for first+ties < len(worse) && worse[first+ties] == v {
				ties++
			}
			rank := float64(first) + float64(ties)/2 // the middle of those that are equal, less a half
			y[i] = m + s*math.Sqrt2*math.Erfinv(rank/k)
		}
	}
}

func median(y []float64) float64 {
	sorted := slices.Sorted(slices.Values(y))
	n := len(sorted)
	return sorted[(n-1)/2]/2 + sorted[n/2]/2
}

func standardise(y []float64) {
	middle := mean(y)
	sum := 0.0
	for i := range y {
		y[i] -= middle
		sum += y[i] * y[i]
	}
	deviation := math.Sqrt(sum / float64(len(y)))
	for i := range y {
		if deviation < 1e-12 {
			y[i] = 0
			continue
		}
		y[i] /= deviation
	}
}
