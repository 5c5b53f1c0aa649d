package api

import (
	"strconv"
	"strings"
	"testing"
)

// TestRangeRules: API reference (ParameterRanges and its ranges) and developer guide (Define Hyperparameter Ranges). That
// a range of one number and equal categories are refused: aws/amazon-sagemaker-feedback 195.
func TestRangeRules(t *testing.T) {
	t.Parallel()
	const integers, continuous, categories = tuningRanges + ".IntegerParameterRanges", tuningRanges + ".ContinuousParameterRanges", tuningRanges + ".CategoricalParameterRanges"
	const integer, real, category = integers + ".0", continuous + ".0", `[{"Name":"a","Values":["b","c"]}]`
	bounds := func(at, low, high, scale string) []string {
		return []string{at + ".MinValue", `"` + low + `"`, at + ".MaxValue", `"` + high + `"`, at + ".ScalingType", `"` + scale + `"`}
	}
	checkRules(t, tuning, []rule{
		{tuningRanges, "at least one hyperparameter range", []string{tuningRanges, ""}},
		{tuningRanges, "at least one hyperparameter range", []string{tuningRanges, `{"IntegerParameterRanges":[]}`}},
		{"", "", []string{tuningRanges, "", "Autotune", autotune}},
		{"", "", []string{tuningRanges, `{"CategoricalParameterRanges":` + category + `}`}},
		{tuningRanges + ".AutoParameters", "with Autotune only", []string{tuningRanges + ".AutoParameters", `[{"Name":"eta","ValueHint":"0.1"}]`}},
		{"", "", []string{tuningRanges + ".AutoParameters", `[{"Name":"eta","ValueHint":"0.1"}]`, "Autotune", autotune}},

		{integers + ".1.Name", "num_round is used more than once", []string{integers + ".1.Name", `"num_round"`}},
		{real + ".Name", "num_round is used more than once", []string{real + ".Name", `"num_round"`}},
		{categories + ".0.Name", "gamma is used more than once", []string{categories, strings.Replace(category, `"a"`, `"gamma"`, 1)}},
		{tuningRanges + ".AutoParameters.0.Name", "gamma is used more than once", []string{tuningRanges + ".AutoParameters", `[{"Name":"gamma","ValueHint":"0.1"}]`, "Autotune", autotune}},
		{integer + ".Name", "cannot be empty", []string{integer + ".Name", `""`}},
		{integer + ".Name", "set by the service", []string{integer + ".Name", `"_tuning_objective_metric"`}},
		{integer + ".Name", "The hyperparameter num_round cannot be both in StaticHyperParameters and in the hyperparameter ranges.", []string{"TrainingJobDefinition.StaticHyperParameters.num_round", `"100"`}},
		{"", "", []string{"TrainingJobDefinition.StaticHyperParameters.num_rounds", `"100"`}},
		{"", "", []string{"TrainingJobDefinition.StaticHyperParameters", ""}},

		{"", "", bounds(integer, "-3", "10", "Linear")},
		{"", "", bounds(integer, "1", "10", "Logarithmic")},
		{integer + ".MinValue", "num_round: MinValue must be an integer", bounds(integer, "3.0", "10", "Linear")},
		{integer + ".MaxValue", "MaxValue must be an integer", bounds(integer, "3", "", "Linear")},
		{integer + ".MaxValue", "must be an integer", bounds(integer, "3", "99999999999999999999", "Linear")},
		{integer + ".MaxValue", "MinValue must be less than MaxValue", bounds(integer, "3", "3", "Linear")},
		{"", "", bounds(integer, "3", "4", "Auto")},
		{integer + ".ScalingType", "greater than 0", bounds(integer, "0", "10", "Logarithmic")},
		{integer + ".ScalingType", "continuous ranges only", bounds(integer, "0", "1", "ReverseLogarithmic")},

		{"", "", bounds(real, "1e-5", "1E2", "Logarithmic")},
		{"", "", bounds(real, "-.5", "+1.", "Auto")},
		{real + ".MinValue", "gamma: MinValue must be a number", bounds(real, "zero", "1", "Linear")},
		{real + ".MinValue", "must be a number", bounds(real, "NaN", "1", "Linear")},
		{real + ".MaxValue", "MaxValue must be a number", bounds(real, "0", "Infinity", "Linear")},
		{real + ".MaxValue", "must be a number", bounds(real, "0", "0x1p4", "Linear")},
		{real + ".MaxValue", "MinValue must be less than MaxValue", bounds(real, "0.5", "0.50", "Linear")},
		{real + ".MaxValue", "MinValue must be less than MaxValue", bounds(real, "1", "0", "Linear")},
		{real + ".ScalingType", "greater than 0", bounds(real, "0", "1", "Logarithmic")},
		{"", "", bounds(real, "0", "0.999", "ReverseLogarithmic")},
		{real + ".ScalingType", "0 <= x < 1", bounds(real, "0", "1", "ReverseLogarithmic")},
		{real + ".ScalingType", "0 <= x < 1", bounds(real, "-0.1", "0.5", "ReverseLogarithmic")},

		{"", "", []string{categories, `[{"Name":"a","Values":["b"]}]`}},
		{categories + ".0.Values", "b is used more than once", []string{categories, `[{"Name":"a","Values":["b","c","b"]}]`}},
		{categories + ".0.Values", "cannot be empty", []string{categories, `[{"Name":"a","Values":["b",""]}]`}},
	})
}

// TestRangeLimits: 30 tunable hyperparameters and 100 in all, the service's own among them.
func TestRangeLimits(t *testing.T) {
	t.Parallel()
	categories := func(n int) string {
		var all []string
		for i := range n {
			all = append(all, `{"Name":"c`+strconv.Itoa(i)+`","Values":["x"]}`)
		}
		return "[" + strings.Join(all, ",") + "]"
	}
	static := func(n int, more string) string {
		all := []string{}
		if more != "" {
			all = append(all, more)
		}
		for i := range n {
			all = append(all, `"s`+strconv.Itoa(i)+`":""`)
		}
		return "{" + strings.Join(all, ",") + "}"
	}
	const at, staticAt = tuningRanges + ".CategoricalParameterRanges", "TrainingJobDefinition.StaticHyperParameters"
	checkRules(t, tuning, []rule{ // three ranges are there already
		{"", "", []string{at, categories(27)}},
		{tuningRanges, "at most 30 hyperparameters", []string{at, categories(28)}},
		{"", "", []string{staticAt, static(96, "")}},
		{tuningRanges, "at most 100 hyperparameters", []string{staticAt, static(97, "")}},
		{"", "", []string{staticAt, static(96, `"_tuning_objective_metric":"validation:error"`)}},
		{tuningRanges, "at most 100 hyperparameters", []string{staticAt, static(97, `"_tuning_objective_metric":"validation:error"`)}},
	})
}
