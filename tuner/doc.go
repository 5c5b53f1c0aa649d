// Package tuner proposes hyperparameters. It is search and nothing else: no clock, no files, no goroutines, no state that matters. What
// it proposes is a function of the space, the configuration and the trials so far, so a search that was interrupted goes on as if it had
// not been.
//
//	space, err := tuner.NewSpace(
//		tuner.Parameter{Name: "eta", Kind: tuner.Continuous, Min: 0.01, Max: 1, Scale: tuner.Logarithmic},
//		tuner.Parameter{Name: "max_depth", Kind: tuner.Integer, Min: 2, Max: 12},
//		tuner.Parameter{Name: "booster", Kind: tuner.Categorical, Values: []string{"gbtree", "dart"}},
//	)
//	search := tuner.New(space, tuner.Config{Seed: 7})
//	var trials []tuner.Trial
//	for range 30 {
//		point, err := search.Suggest(trials) // tuner.ErrExhausted when a small space has been tried whole
//		trials = append(trials, tuner.Trial{Point: point, Status: tuner.Finished, Value: loss(point)})
//	}
//
// Trials that run at the same time are [Running] in the list; the search reckons with what they may yet bring. Lower values are better
// unless [Config].Maximize says otherwise.
//
// The Bayesian search is a Gaussian process over the scaled parameters with expected improvement, as SageMaker's is (Perrone et al., Amazon
// SageMaker Automatic Model Tuning, KDD 2021), with three things of later work that measure well: outlier-proof targets (the half-rank warp
// of Song et al., The Vizier Gaussian Process Bandit Algorithm, 2024), candidates mutated from the best points in the mixed space, and a
// moderate prior instead of sampled kernel parameters. [Hyperband] and [MedianRule] decide which running trials to stop.
package tuner
