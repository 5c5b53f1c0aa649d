package report

import (
	"cmp"
	"math"
	"slices"
)

// ranking is the trials by how good they are.
type ranking struct {
	order  []int // indices of all trials, the best first, those without a value last
	values int   // trials with a value: the first so many of order
	low    float64
	high   float64 // ends of the objective's axis
	beyond int     // values worse than the axis shows
}

func rank(s *Search) *ranking {
	r := &ranking{order: make([]int, len(s.Trials))}
	for i := range s.Trials {
		r.order[i] = i
		if _, ok := s.Trials[i].value(); ok {
			r.values++
		}
	}
	slices.SortStableFunc(r.order, func(i, j int) int { return cmp.Compare(badness(s, i), badness(s, j)) })
	r.span(s)
	return r
}

// badness orders trials: lower is better.
func badness(s *Search, i int) float64 {
	v, ok := s.Trials[i].value()
	switch {
	case !ok:
		return math.Inf(1)
	case s.Maximize:
		return -v
	}
	return v
}

// span sets the axis: from the best value to the worst, or to four times the distance between the best and the median, so that a few
// terrible trials do not press all others onto one line.
func (r *ranking) span(s *Search) {
	if r.values == 0 {
		return
	}
	at := func(n int) float64 { return badness(s, r.order[n]) }
	best, median, worst := at(0), at(r.values/2), at(r.values-1)
	limit := best + 4*(median-best)
	if r.values < 8 || median == best || !(limit < worst) {
		limit = worst
	}
	for n := range r.values {
		if at(n) > limit {
			r.beyond++
		}
	}
	r.low, r.high = best, limit
	if s.Maximize {
		r.low, r.high = -limit, -best
	}
}

// top are the indices of the best trials: a tenth, but three to twenty.
func (r *ranking) top() []int {
	return r.order[:min(r.values, min(max(3, r.values/10), 20))]
}

// chartMost is how many trials the charts with a line or many marks for each of them show.
const chartMost = 500

// shown are the trials of such charts in the order of the list: all, or the best quarter of chartMost and the rest spread evenly.
func (r *ranking) shown() []int {
	out := slices.Clone(r.order)
	if len(r.order) > chartMost {
		const best = chartMost / 4
		others := r.order[best:]
		out = out[:best]
		for n := range chartMost - best {
			out = append(out, others[n*len(others)/(chartMost-best)])
		}
	}
	slices.Sort(out)
	return out
}
