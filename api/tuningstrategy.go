package api

import (
	"strconv"
	"strings"
)

// The limits of a tuning job (developer guide, Resource Limits for Automatic Model Tuning), at their highest: AWS's
// defaults can be lower. The last one is HyperbandStrategyConfig's.
const (
	MaxTrials         = 750
	MaxRandomTrials   = 10_000 // with the strategy Random
	MaxParallelTrials = 100
	maxResource       = 20_000
)

// checkStrategy checks what belongs to one strategy only.
func checkStrategy(tree map[string]any) *Error {
	config := object(tree, "HyperParameterTuningJobConfig")
	hyperband := object(object(config, "StrategyConfig"), "HyperbandStrategyConfig")
	switch strategy := text(config, "Strategy"); {
	case strategy != "Hyperband" && hyperband != nil:
		return refuse([]string{"HyperParameterTuningJobConfig", "StrategyConfig"}, "HyperbandStrategyConfig can be used with the strategy Hyperband only.")
	case strategy == "Hyperband":
		return checkHyperband(tree)
	case strategy == "Grid":
		return checkGrid(tree)
	}
	return nil
}

func checkHyperband(tree map[string]any) *Error {
	config := object(tree, "HyperParameterTuningJobConfig")
	hyperband := object(object(config, "StrategyConfig"), "HyperbandStrategyConfig")
	if text(config, "TrainingJobEarlyStoppingType") == "Auto" {
		return refuse([]string{"HyperParameterTuningJobConfig", "TrainingJobEarlyStoppingType"},
			"TrainingJobEarlyStoppingType must be Off with the strategy Hyperband, which stops training jobs by itself.")
	}
	at := []string{"HyperParameterTuningJobConfig", "StrategyConfig", "HyperbandStrategyConfig"}
	for _, s := range searches(tree) {
		resource, ok := MaxResource(config, s.definition)
		switch {
		case !ok:
			return refuse(below(at, "MaxResource"), "The strategy Hyperband needs MaxResource, or a whole number in one of the static hyperparameters "+
				strings.Join(EpochNames[:], ", ")+".")
		case resource > maxResource:
			return refuse(below(at, "MaxResource"), "The MaxResource of Hyperband can be at most "+strconv.Itoa(maxResource)+".")
		case count(hyperband, "MinResource") > resource:
			return refuse(below(at, "MinResource"), "The MinResource of Hyperband cannot be greater than its MaxResource, "+strconv.FormatInt(resource, 10)+".")
		}
	}
	return nil
}

// EpochNames are the static hyperparameters in which the service looks for Hyperband's MaxResource (API reference,
// HyperbandStrategyConfig), in its order. Do not change its elements.
var EpochNames = []string{"epochs", "numepochs", "n-epochs", "n_epochs", "num_epochs"}

// MaxResource is the number of objective values after which Hyperband takes a training job of this definition for
// complete: HyperbandStrategyConfig.MaxResource, else what a static hyperparameter named like epochs says. config is the
// request's HyperParameterTuningJobConfig. ok is false when neither has a whole number of at least 1.
func MaxResource(config, definition map[string]any) (n int64, ok bool) {
	hyperband := object(object(config, "StrategyConfig"), "HyperbandStrategyConfig")
	if n := count(hyperband, "MaxResource"); n > 0 {
		return n, true
	}
	static := object(definition, "StaticHyperParameters")
	for _, name := range EpochNames {
		// The Python SDK sends the values of script tasks as JSON, so that a string comes with quotes.
		n, err := strconv.ParseInt(strings.Trim(text(static, name), `"`), 10, 64)
		if err == nil && n > 0 {
			return n, true
		}
	}
	return 0, false
}

func checkGrid(tree map[string]any) *Error {
	total, counted := 0, true
	for _, s := range searches(tree) {
		for _, kind := range []string{"IntegerParameterRanges", "ContinuousParameterRanges", "AutoParameters"} {
			if len(list(s.ranges, kind)) > 0 {
				return refuse(below(s.rangesAt, kind), "The strategy Grid can be used with CategoricalParameterRanges only.")
			}
		}
		if tunable(s.ranges) == 0 {
			counted = false // the service chooses the ranges
			continue
		}
		total += combinations(s.ranges)
	}
	config := object(tree, "HyperParameterTuningJobConfig")
	limits := object(config, "ResourceLimits")
	switch {
	case total > MaxTrials:
		return gridTooLarge()
	case counted && has(limits, "MaxNumberOfTrainingJobs") && count(limits, "MaxNumberOfTrainingJobs") != int64(total):
		return refuse(gridLimit, "With the strategy Grid MaxNumberOfTrainingJobs must be left out or be the number of combinations, "+strconv.Itoa(total)+".")
	}
	return nil
}

var gridLimit = []string{"HyperParameterTuningJobConfig", "ResourceLimits", "MaxNumberOfTrainingJobs"}

// CheckGridSize refuses a search with the strategy Grid over a space of more points than it can search; size may be infinite. CheckTuningJob does
// so where the request has all the ranges; where the service chooses some, its caller knows the space.
func CheckGridSize(size float64) error {
	if size > MaxTrials {
		return gridTooLarge()
	}
	return nil
}

func gridTooLarge() *Error {
	return refuse(gridLimit, "The ranges have more than "+strconv.Itoa(MaxTrials)+" combinations, the most that the strategy Grid can search.")
}

// combinations is the size of a space of categories, or some number beyond every limit.
func combinations(ranges map[string]any) int {
	product := 1
	for _, r := range list(ranges, "CategoricalParameterRanges") {
		parameter, _ := r.(map[string]any)
		product = min(product*len(list(parameter, "Values")), MaxTrials+1)
	}
	return product
}

// checkLimits checks ResourceLimits. MaxNumberOfTrainingJobs may be left out where the strategy or the service says how
// many; that AWS asks for it otherwise is not confirmed, though every request that is known to pass has it. More
// parallel jobs than jobs are no fault.
func checkLimits(tree map[string]any) *Error {
	config := object(tree, "HyperParameterTuningJobConfig")
	limits := object(config, "ResourceLimits")
	strategy, most := text(config, "Strategy"), int64(MaxTrials)
	if strategy == "Random" {
		most = MaxRandomTrials
	}
	at := []string{"HyperParameterTuningJobConfig", "ResourceLimits"}
	switch {
	case !has(limits, "MaxNumberOfTrainingJobs") && strategy != "Grid" && !autotuned(tree):
		return refuse(below(at, "MaxNumberOfTrainingJobs"), "MaxNumberOfTrainingJobs must be given with the strategy "+strategy+".")
	case count(limits, "MaxNumberOfTrainingJobs") > most:
		return refuse(below(at, "MaxNumberOfTrainingJobs"), "MaxNumberOfTrainingJobs can be at most "+strconv.FormatInt(most, 10)+" with the strategy "+strategy+".")
	case count(limits, "MaxParallelTrainingJobs") > MaxParallelTrials:
		return refuse(below(at, "MaxParallelTrainingJobs"), "MaxParallelTrainingJobs can be at most "+strconv.Itoa(MaxParallelTrials)+".")
	}
	return nil
}

// checkWarmStart checks the list of parents; that they exist and fit is for the caller to see.
func checkWarmStart(tree map[string]any) *Error {
	if !has(tree, "WarmStartConfig") {
		return nil
	}
	strategy := text(object(tree, "HyperParameterTuningJobConfig"), "Strategy")
	if strategy != "Bayesian" && strategy != "Random" {
		return refuse([]string{"WarmStartConfig"}, "WarmStartConfig can be used with the strategies Bayesian and Random only.")
	}
	seen := map[string]bool{}
	for i, p := range list(object(tree, "WarmStartConfig"), "ParentHyperParameterTuningJobs") {
		parent, _ := p.(map[string]any)
		name := text(parent, "HyperParameterTuningJobName")
		at := []string{"WarmStartConfig", "ParentHyperParameterTuningJobs", strconv.Itoa(i), "HyperParameterTuningJobName"}
		key := strings.ToLower(name) // names of tuning jobs are not case-sensitive
		switch {
		case name == "":
			return refuse(at, "Each of the ParentHyperParameterTuningJobs must have a HyperParameterTuningJobName.")
		case key == strings.ToLower(text(tree, "HyperParameterTuningJobName")):
			return refuse(at, "A hyperparameter tuning job cannot be its own parent.")
		case seen[key]:
			return refuse(at, "The ParentHyperParameterTuningJobs must be unique: "+name+" is used more than once.")
		}
		seen[key] = true
	}
	return nil
}
