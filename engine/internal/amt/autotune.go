package amt

import (
	"encoding/json"
	"maps"
	"math"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagefly/sagefly/algorithm"
	"github.com/sagefly/sagefly/tuner"
)

// What Autotune chooses is not published. Here, where the request says nothing:
//
//   - ResourceLimits.MaxNumberOfTrainingJobs is 20, TrainingJobEarlyStoppingType is Auto (with one definition, and not for Hyperband), and
//     ConvergenceDetected is Enabled; Describe shows all three;
//   - a parameter of AutoParameters has the range that the built-in algorithm's documentation recommends, widened to the hint; without one a
//     tenth to ten times a number, and the two values true and false;
//   - hints are the first point to be tried;
//   - a built-in algorithm without any range has the recommended ranges of its tunable hyperparameters that are not static.
const autotuneJobs = "20"

// autotune fills in limits and criteria that the request left to the service.
func autotune(tree map[string]any) map[string]any {
	if tree["Autotune"] == nil {
		return tree
	}
	tree = maps.Clone(tree)
	config, _ := tree["HyperParameterTuningJobConfig"].(map[string]any)
	config = maps.Clone(config)
	tree["HyperParameterTuningJobConfig"] = config
	limits, _ := config["ResourceLimits"].(map[string]any)
	limits = maps.Clone(limits)
	config["ResourceLimits"] = limits
	if limits["MaxNumberOfTrainingJobs"] == nil && config["Strategy"] != "Grid" {
		limits["MaxNumberOfTrainingJobs"] = json.Number(autotuneJobs)
	}
	if config["TrainingJobEarlyStoppingType"] == nil && config["Strategy"] != "Hyperband" && tree["TrainingJobDefinition"] != nil {
		config["TrainingJobEarlyStoppingType"] = "Auto"
	}
	criteria, _ := config["TuningJobCompletionCriteria"].(map[string]any)
	criteria = maps.Clone(criteria)
	if criteria == nil {
		criteria = map[string]any{}
	}
	if criteria["ConvergenceDetected"] == nil {
		criteria["ConvergenceDetected"] = map[string]any{"CompleteOnConvergence": "Enabled"}
	}
	config["TuningJobCompletionCriteria"] = criteria
	return tree
}

// automatic are the parameters of a definition whose ranges the service chooses.
func (c *creation) automatic(d *types.HyperParameterTrainingJobDefinition) []tuner.Parameter {
	if c.request.Autotune == nil {
		return nil
	}
	ranges := c.ranges(d)
	if ranges == nil || len(rangeNames(ranges))+len(ranges.AutoParameters) == 0 {
		return recommended(d)
	}
	var list []tuner.Parameter
	for _, a := range ranges.AutoParameters {
		list = append(list, hinted(d, *a.Name, *a.ValueHint))
	}
	if definitions, _ := c.definitions(); len(definitions) == 1 && len(list) > 0 && len(rangeNames(ranges)) == 0 {
		c.hints = tuner.Point{}
		for _, a := range ranges.AutoParameters {
			c.hints[*a.Name] = *a.ValueHint
		}
	}
	return list
}

// recommended are the ranges that an algorithm's documentation recommends.
func recommended(d *types.HyperParameterTrainingJobDefinition) (list []tuner.Parameter) {
	for _, h := range hyperparameters(d) {
		if _, static := d.StaticHyperParameters[h.Name]; h.Recommended != nil && !static {
			list = append(list, ranged(h))
		}
	}
	return list
}

// hyperparameters are those of the definition's built-in algorithm; none for an image of one's own.
func hyperparameters(d *types.HyperParameterTrainingJobDefinition) []algorithm.Hyperparameter {
	ref, ok := algorithm.ParseImage(aws.ToString(d.AlgorithmSpecification.TrainingImage))
	if !ok {
		return nil
	}
	a, ok := algorithm.Lookup(ref.Algorithm)
	if !ok {
		return nil
	}
	v, err := a.Version(ref.Tag)
	if err != nil {
		return nil
	}
	return v.Hyperparameters
}

func ranged(h algorithm.Hyperparameter) tuner.Parameter {
	p := tuner.Parameter{Name: h.Name, Min: h.Recommended.Min, Max: h.Recommended.Max}
	if h.Type == algorithm.Integer {
		p.Kind = tuner.Integer
	}
	return p
}

func hinted(d *types.HyperParameterTrainingJobDefinition, name, hint string) tuner.Parameter {
	at, err := strconv.ParseFloat(hint, 64)
	for _, h := range hyperparameters(d) {
		if h.Name == name && h.Recommended != nil && err == nil {
			p := ranged(h)
			p.Min, p.Max = min(p.Min, at), max(p.Max, at)
			return p
		}
	}
	_, notWhole := strconv.Atoi(hint)
	p := tuner.Parameter{Name: name, Min: min(at/10, at*10), Max: max(at/10, at*10)}
	switch {
	case hint == "true" || hint == "false":
		return tuner.Parameter{Name: name, Kind: tuner.Categorical, Values: []string{"true", "false"}}
	case err != nil:
		return tuner.Parameter{Name: name, Kind: tuner.Categorical, Values: []string{hint}}
	case at == 0:
		p.Max = 1
	}
	if notWhole == nil {
		p.Kind, p.Min, p.Max = tuner.Integer, math.Floor(p.Min), math.Ceil(p.Max)
	}
	return p
}

// rangeNames are the names of the ranges that a request gives.
func rangeNames(r *types.ParameterRanges) (names []string) {
	if r == nil {
		return nil
	}
	for _, p := range r.ContinuousParameterRanges {
		names = append(names, *p.Name)
	}
	for _, p := range r.IntegerParameterRanges {
		names = append(names, *p.Name)
	}
	for _, p := range r.CategoricalParameterRanges {
		names = append(names, *p.Name)
	}
	return names
}
