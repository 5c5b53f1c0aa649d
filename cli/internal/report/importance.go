package report

import (
	"cmp"
	"slices"

	"github.com/sagefly/sagefly/tuner"
)

// bar is one parameter's share of what moves the objective.
type bar struct {
	Name  string  `json:"name"`
	Share float64 `json:"share"`
}

// importance are the shares, the greatest first; none where there are too few trials, or no model can be made of them. A
// parameter that is absent from some trials without a condition that explains it is left out.
func importance(s *Search, axes []axis) []bar {
	axes = slices.DeleteFunc(slices.Clone(axes), func(a axis) bool { return absences(s, &a) > 0 && condition(s, axes, &a) == nil })
	space, err := modelSpace(s, axes)
	if err != nil {
		return nil
	}
	shares, err := tuner.New(space, tuner.Config{Maximize: s.Maximize}).Importance(modelTrials(s, space, axes))
	if err != nil {
		return nil
	}
	var bars []bar
	for _, a := range axes {
		if share, ok := shares[a.Name]; ok {
			bars = append(bars, bar{a.Name, share})
		}
	}
	slices.SortStableFunc(bars, func(a, b bar) int { return cmp.Compare(b.Share, a.Share) })
	return bars
}

// modelSpace is the tuner's space of the axes.
func modelSpace(s *Search, axes []axis) (*tuner.Space, error) {
	var parameters []tuner.Parameter
	for i := range axes {
		a := &axes[i]
		p := tuner.Parameter{Name: a.Name, Min: a.Min, Max: a.Max, Scale: a.scale()}
		switch {
		case a.Values != nil:
			p.Kind, p.Values = tuner.Categorical, a.Values
		case a.Whole:
			p.Kind = tuner.Integer
		}
		if absences(s, a) > 0 {
			p.When = condition(s, axes, a)
		}
		parameters = append(parameters, p)
	}
	return tuner.NewSpace(parameters...)
}

func absences(s *Search, a *axis) int {
	n := 0
	for i := range s.Trials {
		if _, ok := s.Trials[i].Values[a.Name]; !ok {
			n++
		}
	}
	return n
}

// condition reads off the trials what decides whether the parameter is active: the first other one, present more often than it, with
// values that it always comes with and never lacks.
func condition(s *Search, axes []axis, a *axis) *tuner.When {
	for i := range axes {
		p := &axes[i]
		if p.Values == nil && !p.Whole || absences(s, p) >= absences(s, a) {
			continue
		}
		if in := values(s, p, a, true); !overlap(in, values(s, p, a, false)) && !slices.Contains(in, "") {
			return &tuner.When{Parameter: p.Name, In: in}
		}
	}
	return nil
}

// values are those that p has in trials with or without a; "" where it has none.
func values(s *Search, p, a *axis, with bool) (out []string) {
	for i := range s.Trials {
		v := s.Trials[i].Values
		if _, ok := v[a.Name]; ok == with && !slices.Contains(out, v[p.Name]) {
			out = append(out, v[p.Name])
		}
	}
	return out
}

func overlap(a, b []string) bool {
	return slices.ContainsFunc(a, func(v string) bool { return slices.Contains(b, v) })
}

// modelTrials are the trials as the tuner has them, without those that are no points of the space.
func modelTrials(s *Search, space *tuner.Space, axes []axis) []tuner.Trial {
	var trials []tuner.Trial
	for i := range s.Trials {
		t := &s.Trials[i]
		trial := tuner.Trial{Point: tuner.Point{}}
		for _, a := range axes {
			if v, ok := t.Values[a.Name]; ok {
				trial.Point[a.Name] = v
			}
		}
		if space.Check(trial.Point) != nil {
			continue
		}
		if v, ok := t.value(); ok && t.state() != running {
			trial.Status, trial.Value = tuner.Finished, v
		} else if t.state() == failed {
			trial.Status = tuner.Failed
		}
		trials = append(trials, trial)
	}
	return trials
}
