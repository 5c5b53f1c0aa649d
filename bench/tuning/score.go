package main

import (
	"maps"
	"math"
	"slices"

	"github.com/sagefly/sagefly/bench/internal/stat"
)

// at are the numbers of evaluations that the report looks at.
var at = []int{20, 30, 50, 100}

// scale is what regret on a problem is measured by: 0 is the optimum, or the best that anybody found where nobody knows it, and 1 is what
// random search has found after 50 evaluations, the median of its runs.
type scale struct{ zero, one float64 }

func (s scale) regret(best float64) float64 {
	return min(max((best-s.zero)/(s.one-s.zero), 0), 2)
}

// scales are those of the problems for which there are runs of random search.
func (t table) scales() map[string]scale {
	zero, random := map[string]float64{}, map[string][]float64{}
	for c, r := range t {
		low := r.best(len(r.Values))
		if r.Optimum != nil {
			low = *r.Optimum
		}
		if known, ok := zero[c.Problem]; !ok || low < known {
			zero[c.Problem] = low
		}
		if c.Optimizer == baseline && c.Parallel == 1 && len(r.Values) >= 50 {
			random[c.Problem] = append(random[c.Problem], r.best(50))
		}
	}
	out := map[string]scale{}
	for problem, values := range random {
		out[problem] = scale{zero[problem], stat.Median(values)}
	}
	return out
}

// group is some runs: of one optimizer, on some of the problems, so many side by side.
type group struct {
	optimizer string
	parallel  int
	problems  []string
}

// each visits the rows that have n evaluations, in order.
func (t table) each(g group, n int, do func(*row)) {
	for _, p := range g.problems {
		for seed := range 10 {
			if r := t[cell{p, g.optimizer, seed, g.parallel}]; r != nil && len(r.Values) >= n {
				do(r)
			}
		}
	}
}

// regrets are the mean normalised regrets after n evaluations on each problem that has runs.
func (t table) regrets(g group, n int, s map[string]scale) map[string]float64 {
	all := map[string][]float64{}
	t.each(g, n, func(r *row) {
		if on, ok := s[r.Problem]; ok {
			all[r.Problem] = append(all[r.Problem], on.regret(r.best(n)))
		}
	})
	out := map[string]float64{}
	for p, values := range all {
		out[p] = mean(values)
	}
	return out
}

// duel is a paired comparison over the runs of the same problem and seed.
type duel struct {
	wins, ties, losses int
	ours, theirs       float64 // mean regret on those pairs, each problem counting the same
}

// duel compares ours with another after n evaluations. other are the rows of the other, which may be the same table.
func (t table) duel(g group, n int, s map[string]scale, other table) duel {
	var d duel
	our, their := map[string][]float64{}, map[string][]float64{}
	other.each(g, n, func(r *row) {
		mine := t[cell{r.Problem, ours, r.Seed, r.Parallel}]
		on, ok := s[r.Problem]
		if mine == nil || len(mine.Values) < n || !ok {
			return
		}
		a, b := mine.best(n), r.best(n)
		our[r.Problem], their[r.Problem] = append(our[r.Problem], on.regret(a)), append(their[r.Problem], on.regret(b))
		switch near := 1e-9 * math.Abs(on.one-on.zero); {
		case a < b-near:
			d.wins++
		case a > b+near:
			d.losses++
		default:
			d.ties++
		}
	})
	d.ours, d.theirs = meanOfMeans(our), meanOfMeans(their)
	return d
}

func (d duel) pairs() int { return d.wins + d.ties + d.losses }

// p is how likely a split at least as uneven is between equals. Ties do not count.
func (d duel) p() float64 { return stat.SignTest(d.wins, d.losses) }

// ranks are the optimizers' average places by mean regret on each problem, 1 the best; equals share.
func ranks(regrets map[string]map[string]float64) map[string]float64 {
	places := map[string][]float64{}
	problems := map[string]bool{}
	for _, of := range regrets {
		for p := range of {
			problems[p] = true
		}
	}
	for p := range problems {
		for name, of := range regrets {
			mine, ok := of[p]
			if !ok {
				continue
			}
			place := 0.5
			for _, other := range regrets {
				switch their, ok := other[p]; {
				case ok && their < mine:
					place++
				case ok && their == mine:
					place += 0.5
				}
			}
			places[name] = append(places[name], place)
		}
	}
	out := map[string]float64{}
	for name, list := range places {
		out[name] = mean(list)
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

func meanOfMeans(x map[string][]float64) float64 {
	var means []float64
	for _, p := range slices.Sorted(maps.Keys(x)) {
		means = append(means, mean(x[p]))
	}
	return mean(means)
}
