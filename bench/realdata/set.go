package main

import (
	"fmt"
	"path/filepath"

	"github.com/sagefly/sagefly/algorithm"
)

const (
	trials    = 30 // of a search
	mostSeeds = 20 // of a set
)

// The searchers, as they stand in rows and in their files' names; the first two are strategies of sagefly tune.
const (
	bayesian = "bayesian"
	random   = "random"
	optuna   = "optuna-tpe"
)

var searchers = []string{bayesian, random, optuna}

// set is a table with a label, split by prepare.py.
type set struct {
	name      string
	objective string // XGBoost's
	metric    string // of the validation rows, to be minimised
	seeds     int
	says      string // what it is, for the report
}

func sets() []*set {
	return []*set{
		{"abalone", "reg:squarederror", "rmse", 20, "Abalone, 4,177 rows, 10 features: the number of rings (AWS's own example of regression with XGBoost)"},
		{"churn", "binary:logistic", "logloss", 20, "Customer churn, 5,000 rows, 70 features of which 51 are the state, 707 who left (AWS's own example of classification)"},
		{"casp", "reg:squarederror", "rmse", 5, "Protein CASP, 45,730 rows, 9 features: distance of a structure from the native one, in ångström"},
	}
}

func (s *set) folder() string { return filepath.Join(cache, s.name) }

// parameter is one that is searched, as optuna_search.py reads it.
type parameter struct {
	Name    string  `json:"name"`
	Integer bool    `json:"integer"`
	Min     float64 `json:"min"`
	Max     float64 `json:"max"`
	// Log: the logarithm of the value + Shift is what is searched evenly. It is so where sagefly's Auto has it so.
	Log   bool    `json:"log"`
	Shift float64 `json:"shift"`
}

// space is what AWS recommends to tune, as the catalogue has it, but for two ranges: rounds and depth are bounded so that a trial is short.
func space() (all []parameter) {
	xgboost, _ := algorithm.Lookup("xgboost")
	version, err := xgboost.Version("")
	if err != nil {
		panic(err) // there is a default version
	}
	narrower := map[string][2]float64{"num_round": {10, 200}, "max_depth": {3, 10}}
	for _, h := range version.Hyperparameters {
		if h.Recommended == nil {
			continue
		}
		p := parameter{Name: h.Name, Integer: h.Type == algorithm.Integer, Min: h.Recommended.Min, Max: h.Recommended.Max}
		if ends, ok := narrower[p.Name]; ok {
			p.Min, p.Max = ends[0], ends[1]
		}
		p.Log, p.Shift = p.auto()
		all = append(all, p)
	}
	return all
}

// auto is tuner.Auto's rule for ranges as AWS recommends them.
func (p *parameter) auto() (log bool, shift float64) {
	ratio := 100.0
	if p.Integer {
		ratio = 64
	}
	if p.Min == 0 && p.Max >= 100 {
		return true, max(p.Max/1000, 1)
	}
	return p.Min > 0 && p.Max/p.Min >= ratio, 0
}

// vary are the ranges as flags of sagefly tune.
func vary() (flags []string) {
	for _, p := range space() {
		flags = append(flags, "--vary", fmt.Sprintf("%s=%g..%g", p.Name, p.Min, p.Max))
	}
	return flags
}
