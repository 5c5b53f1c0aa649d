package tuner

import (
	"math"
	"slices"
)

// Hyperband stops trials early by asynchronous successive halving: a trial's resource is how many values of the objective it has reported,
// and at rungs of Min·3ᵏ it goes on when it is among the best third of all that ever came there (Li et al., A System for Massively Parallel
// Hyperparameter Tuning, 2020, in its stopping form, as SageMaker stops training jobs and does not pause them).
type Hyperband struct {
	Min      int  // resource of the first rung, at least 1
	Maximize bool // as in [Config]
}

// Verdict is a decision on a trial at a rung. Verdicts are kept in the order in which they were made: they are all that Hyperband knows.
type Verdict struct {
	Trial int      // its index in the list of trials, from 0
	Rung  int      // the resource of the rung
	Value *float64 // nil = it was NaN or infinite
	Stop  bool
}

const eta = 3

// Rungs are the resources at which decisions are made on a trial that has most at its end.
func (h Hyperband) Rungs(most int) []int {
	var rungs []int
	for r := h.Min; r < most; r *= eta {
		rungs = append(rungs, r)
	}
	return rungs
}

// Judge returns the verdicts that are due for a trial that reported these values and has most of them at its end, the earliest first; none
// when it has reached no rung that it was not judged at, or was told to stop before. The end is no rung.
func (h Hyperband) Judge(made []Verdict, trial, most int, curve []float64) []Verdict {
	judged := map[int]bool{}
	for _, v := range made {
		if v.Trial == trial {
			judged[v.Rung] = true
			if v.Stop {
				return nil
			}
		}
	}
	var due []Verdict
	for _, rung := range h.Rungs(most) {
		if rung > len(curve) || judged[rung] {
			continue
		}
		v := Verdict{Trial: trial, Rung: rung}
		if value := curve[rung-1]; finite(value) {
			v.Value = &value
		}
		v.Stop = h.loses(made, v)
		due = append(due, v)
		if v.Stop {
			break
		}
	}
	return due
}

// loses says whether the value is outside the best third at its rung, itself included. Fewer than three values decide nothing. One that is no
// finite number is worse than any that is; where all are none, they go on.
func (h Hyperband) loses(made []Verdict, v Verdict) bool {
	values := []float64{h.cost(v.Value)}
	for _, m := range made {
		if m.Rung == v.Rung {
			values = append(values, h.cost(m.Value))
		}
	}
	if len(values) < eta {
		return false
	}
	slices.Sort(values)
	bar := values[(len(values)-1)/eta]
	if v.Value == nil {
		bar = values[0]
	}
	return h.cost(v.Value) > bar
}

func (h Hyperband) cost(value *float64) float64 {
	switch {
	case value == nil:
		return math.Inf(1)
	case h.Maximize:
		return -*value
	}
	return *value
}

// Observed turns the trials into what a search should learn from: their values at the highest rung that has enough of them, so that only
// like is compared with like. The others, and all while no rung has enough, are Running for the search.
func (h Hyperband) Observed(trials []Trial, made []Verdict, dimensions int) []Trial {
	rung := telling(made, max(6, dimensions+1))
	out := make([]Trial, len(trials))
	for i, t := range trials {
		out[i] = Trial{Point: t.Point, Status: Running}
		if t.Status == Failed {
			out[i] = t
		}
	}
	for n, v := range made {
		if v.Rung == rung && v.Trial < len(out) {
			out[v.Trial] = v.trial(trials[v.Trial].Point, n)
		}
	}
	return out
}

// trial is what a search learns from the verdict: that the point has this value, or fails.
func (v Verdict) trial(p Point, order int) Trial {
	if v.Value == nil {
		return Trial{Point: p, Status: Failed, End: order}
	}
	return Trial{Point: p, Status: Finished, Value: *v.Value, End: order}
}

// telling is the highest rung with enough values; 0 when there is none.
func telling(made []Verdict, enough int) int {
	best, values := 0, map[int]int{}
	for _, v := range made {
		values[v.Rung]++
		if values[v.Rung] >= enough {
			best = max(best, v.Rung)
		}
	}
	return best
}
