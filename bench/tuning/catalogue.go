package main

import (
	"path/filepath"
	"slices"
)

// The problems of problems.py, split before anything was measured: package tuner's defaults may be chosen on the first two thirds, the last
// third only tells. Of each family, each has some.
var (
	chosen = []string{
		"branin", "hartmann6", "ackley5", "rosenbrock4", "mixlog5", "levy20", "hpob_segment", "hpob_credit_g", "fcnet_naval", "fcnet_protein",
		"nb201_cifar100", "xgb_breast_cancer", "xgb_diabetes", "xgb_wine_boosters",
	}
	held = []string{"shekel4", "styblinski10", "hpob_vehicle", "hpob_australian", "fcnet_slice", "nb201_imagenet", "xgb_digits"}
)

// optimizer is one that is measured, with how much of it is affordable.
type optimizer struct {
	name     string
	python   string         // environment under .cache; empty: bench/asktell
	adapter  string         // what of the environment's adapter
	space    map[string]any // more fields of the space line
	budget   int            // evaluations of a run
	seeds    int
	problems []string
	parallel []int
}

// optimizers are measured in this order: for each seed the cheap ones first.
func optimizers() []optimizer {
	all := slices.Concat(chosen, held)
	return []optimizer{
		{name: ours, budget: 100, seeds: 10, problems: all, parallel: []int{1, 4}},
		{name: baseline, space: map[string]any{"strategy": "random"}, budget: 100, seeds: 10, problems: all, parallel: []int{1, 4}},
		{name: "optuna-tpe", python: "tuning", adapter: "optuna_search.py tpe", budget: 100, seeds: 10, problems: all, parallel: []int{1, 4}},
		{name: "optuna-gp", python: "tuning-torch", adapter: "optuna_search.py gp", budget: 50, seeds: 5, problems: all, parallel: []int{1}},
		{name: "smac", python: "tuning-smac", adapter: "smac_search.py", budget: 50, seeds: 5, problems: held, parallel: []int{1}},
		{name: "syne-tune-gp", python: "tuning-syne", adapter: "syne_search.py", budget: 50, seeds: 5, problems: held, parallel: []int{1}},
		{name: "ax", python: "tuning-torch", adapter: "ax_search.py", budget: 50, seeds: 5, problems: held, parallel: []int{1}},
		{name: "hebo", python: "tuning-torch", adapter: "hebo_search.py", budget: 50, seeds: 5, problems: held, parallel: []int{1}},
	}
}

const (
	ours     = "sagefly"
	baseline = "random"
)

// python is the interpreter of an environment that `make bench BENCH=tuning` lays.
func python(environment string) string { return filepath.Join(".cache", environment, "bin", "python") }
