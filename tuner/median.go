package tuner

import "slices"

// MedianRule stops a running trial whose value is worse than the median of what finished trials had on average by then (SageMaker's
// Early stopping "Auto": the guide compares the value at an epoch with the median of the running averages at that epoch).
type MedianRule struct {
	Maximize bool // as in [Config]
}

const (
	grace = 5 // finished trials before anything is stopped
	least = 2 // values of a trial before it may be stopped
)

// Stops says whether the trial with these values so far is to stop, given the running [Averages] of the trials that ran to their end. Nothing is
// stopped before five of those reach as far, before the second value, or in the first quarter of their usual length. A value that is no finite
// number is worse than the median, and makes no median.
func (m MedianRule) Stops(curve []float64, finished [][]float64) bool {
	n := len(curve)
	if n < max(least, m.usual(finished)/4) {
		return false
	}
	var averages []float64
	for _, a := range finished {
		if len(a) >= n && finite(a[n-1]) {
			averages = append(averages, a[n-1])
		}
	}
	if len(averages) < grace {
		return false
	}
	at, now := median(averages), curve[n-1]
	switch {
	case !finite(now):
		return true
	case m.Maximize:
		return now < at
	}
	return now > at
}

// usual is the median length of the finished trials.
func (m MedianRule) usual(finished [][]float64) int {
	if len(finished) == 0 {
		return 0
	}
	lengths := make([]int, len(finished))
	for i, a := range finished {
		lengths[i] = len(a)
	}
	slices.Sort(lengths)
	return lengths[len(lengths)/2]
}

// Averages are the means of a trial's first value, of its first two, and so on.
func Averages(curve []float64) []float64 {
	out, sum := make([]float64, len(curve)), 0.0
	for i, x := range curve {
		sum += x
		out[i] = sum / float64(i+1)
	}
	return out
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}
