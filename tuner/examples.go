package tuner

import (
	"math"
	"slices"
)

// tasks says whether there are parents whose trials count less than the search's own.
func (s *Search) tasks() bool {
	return slices.ContainsFunc(s.config.Parents, func(p Parent) bool { return p.Transfer })
}

// atOwn are the vectors as examples of the search itself.
func atOwn(at []vector) []example {
	out := make([]example, len(at))
	for i, v := range at {
		out[i] = example{v: v}
	}
	return out
}

// chosen are at most so many of the outcomes, in their order: a quarter of them the best, a quarter the newest, the rest spread evenly over
// the others.
func chosen(done []outcome, most int) []outcome {
	if len(done) <= most {
		return done
	}
	take := make([]bool, len(done))
	for _, i := range order(done)[:most/4] {
		take[i] = true
	}
	for i := len(done) - most/4; i < len(done); i++ {
		take[i] = true
	}
	var rest []int
	picked := 0
	for i := range done {
		if take[i] {
			picked++
		} else {
			rest = append(rest, i)
		}
	}
	for n := range most - picked {
		take[rest[n*len(rest)/(most-picked)]] = true
	}
	out := make([]outcome, 0, most)
	for i := range done {
		if take[i] {
			out = append(out, done[i])
		}
	}
	return out
}

// order are the outcomes' indices, own before other tasks', the best first, failures last.
func order(done []outcome) []int {
	at := make([]int, len(done))
	for i := range at {
		at[i] = i
	}
	rank := func(i int) float64 {
		if v := done[i].value; !math.IsNaN(v) {
			return v
		}
		return math.Inf(1)
	}
	slices.SortStableFunc(at, func(i, j int) int {
		if a, b := min(done[i].task, 1), min(done[j].task, 1); a != b {
			return a - b
		}
		switch a, b := rank(i), rank(j); {
		case a < b:
			return -1
		case a > b:
			return 1
		}
		return 0
	})
	return at
}

// tops are the points of the outcomes, the best first.
func tops(done []outcome) []vector {
	out := make([]vector, len(done))
	for n, i := range order(done) {
		out[n] = done[i].v
	}
	return out
}

// data are the examples with their targets, each task's on a scale of its own.
func (s *Search) data(done []outcome) ([]example, []float64) {
	x, y := make([]example, len(done)), make([]float64, len(done))
	groups := map[int][]int{}
	for i := range done {
		x[i] = done[i].example
		groups[done[i].task] = append(groups[done[i].task], i)
	}
	for _, members := range groups {
		values := make([]float64, len(members))
		for n, i := range members {
			values[n] = done[i].value
		}
		for n, t := range targets(values) {
			y[members[n]] = t
		}
	}
	return x, y
}
