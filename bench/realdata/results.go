package main

import "iter"

// results are the searches over one set.
type results struct {
	set  *set
	made map[cell][]trial
}

func (s *set) results() (results, error) {
	r := results{s, map[cell][]trial{}}
	for _, searcher := range searchers {
		there, err := read(rowsFile(s.name, searcher))
		if err != nil {
			return r, err
		}
		for c, made := range there {
			if len(made) == trials {
				r.made[c] = made
			}
		}
	}
	return r, nil
}

// trials are all trials in a fixed order, each with whether it is the best so far.
func (r results) trials() iter.Seq2[bool, trial] {
	return func(yield func(bool, trial) bool) {
		var low *float64
		for _, searcher := range searchers {
			for seed := range r.set.seeds {
				for _, t := range r.made[cell{r.set.name, searcher, seed + 1}] {
					better := low == nil || t.Objective < *low
					if better {
						low = &t.Objective
					}
					if !yield(better, t) {
						return
					}
				}
			}
		}
	}
}

// best are the best values of the searches after n trials, by seed.
func (r results) best(searcher string, n int) (s sample) {
	for seed := range r.set.seeds {
		if made := r.made[cell{r.set.name, searcher, seed + 1}]; made != nil {
			s = append(s, best(made, n))
		}
	}
	return s
}

// duel pairs two searchers by seed.
func (r results) duel(ours, theirs string, n int) (d duel) {
	for seed := range r.set.seeds {
		a, b := r.made[cell{r.set.name, ours, seed + 1}], r.made[cell{r.set.name, theirs, seed + 1}]
		if a != nil && b != nil {
			d.add(best(a, n), best(b, n))
		}
	}
	return d
}
