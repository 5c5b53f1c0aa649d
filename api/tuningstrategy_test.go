package api

import (
	"math"
	"strconv"
	"strings"
	"testing"
)

// TestStrategyRules: API reference (HyperParameterTuningJobConfig, HyperbandStrategyConfig), developer guide (How
// Hyperparameter Tuning Works, Resource Limits, Run a Warm Start Hyperparameter Tuning Job).
func TestStrategyRules(t *testing.T) {
	t.Parallel()
	const strategy, early, most = tuningConfig + ".Strategy", tuningConfig + ".TrainingJobEarlyStoppingType", tuningLimits + ".MaxNumberOfTrainingJobs"
	const hyperband = tuningConfig + ".StrategyConfig.HyperbandStrategyConfig"
	band := func(changes ...string) []string {
		return append([]string{strategy, `"Hyperband"`, early, `"Off"`}, changes...)
	}
	grid := func(changes ...string) []string { // 2 × 3
		return append([]string{strategy, `"Grid"`, tuningRanges, `{"CategoricalParameterRanges":[{"Name":"a","Values":["1","2"]},{"Name":"b","Values":["1","2","3"]}]}`, most, ""}, changes...)
	}
	var values []string
	for i := range 30 {
		values = append(values, `"`+strconv.Itoa(i)+`"`)
	}
	many := strings.Join(values, ",")
	checkRules(t, tuning, []rule{
		{"", "", band(hyperband, `{"MinResource":1,"MaxResource":9}`)},
		{"", "", band(hyperband, `{"MaxResource":20000}`, early, "")},
		{early, "must be Off with the strategy Hyperband", band(hyperband, `{"MaxResource":9}`, early, `"Auto"`)},
		{tuningConfig + ".StrategyConfig", "with the strategy Hyperband only", []string{hyperband, `{"MaxResource":9}`}},
		{"", "", []string{tuningConfig + ".StrategyConfig", `{}`}},
		{hyperband + ".MaxResource", "needs MaxResource, or a whole number in one of the static hyperparameters epochs, numepochs, n-epochs, n_epochs, num_epochs", band()},
		{"", "", band("TrainingJobDefinition.StaticHyperParameters.n-epochs", `"9"`)},
		{hyperband + ".MaxResource", "needs MaxResource", band("TrainingJobDefinition.StaticHyperParameters.epochs", `"many"`)},
		{hyperband + ".MaxResource", "at most 20000", band(hyperband, `{"MaxResource":20001}`)},
		{hyperband + ".MaxResource", "at most 20000", band("TrainingJobDefinition.StaticHyperParameters.epochs", `"20001"`)},
		{"", "", band(hyperband, `{"MinResource":9,"MaxResource":9}`)},
		{hyperband + ".MinResource", "cannot be greater than its MaxResource, 9", band(hyperband, `{"MinResource":10,"MaxResource":9}`)},
		{hyperband + ".MinResource", "cannot be greater than its MaxResource, 5", band(hyperband, `{"MinResource":6}`, "TrainingJobDefinition.StaticHyperParameters.epochs", `"5"`)},

		{"", "", grid()},
		{"", "", grid(most, "6")},
		{most, "be the number of combinations, 6", grid(most, "5")},
		{most, "be the number of combinations, 6", grid(most, "7")},
		{tuningRanges + ".IntegerParameterRanges", "CategoricalParameterRanges only", []string{strategy, `"Grid"`}},
		{tuningRanges + ".ContinuousParameterRanges", "CategoricalParameterRanges only", []string{strategy, `"Grid"`, tuningRanges + ".IntegerParameterRanges", ""}},
		{most, "more than 750 combinations", grid(tuningRanges, `{"CategoricalParameterRanges":[{"Name":"a","Values":[`+many+`]},{"Name":"b","Values":[`+many+`]}]}`)},
		{"", "", grid(tuningRanges, `{"CategoricalParameterRanges":[{"Name":"a","Values":[`+many+`]},{"Name":"b","Values":[`+strings.Join(values[:25], ",")+`]}]}`, most, "750")},
		{"", "", grid(tuningRanges, "", "Autotune", autotune, most, "5")},

		{most, "must be given with the strategy Bayesian", []string{most, ""}},
		{most, "must be given with the strategy Random", []string{strategy, `"Random"`, most, ""}},
		{"", "", []string{most, "", "Autotune", autotune}},
		{"", "", []string{most, "750"}},
		{most, "at most 750 with the strategy Bayesian", []string{most, "751"}},
		{"", "", []string{strategy, `"Random"`, most, "10000"}},
		{most, "at most 10000 with the strategy Random", []string{strategy, `"Random"`, most, "10001"}},
		{most, "at most 750 with the strategy Hyperband", band(hyperband, `{"MaxResource":9}`, most, "751")},
		{"", "", []string{tuningLimits + ".MaxParallelTrainingJobs", "100"}}, // of 10
		{tuningLimits + ".MaxParallelTrainingJobs", "at most 100", []string{tuningLimits + ".MaxParallelTrainingJobs", "101"}},
	})
}

func TestGridOfDefinitions(t *testing.T) {
	t.Parallel()
	const six = `{"CategoricalParameterRanges":[{"Name":"a","Values":["1","2"]},{"Name":"b","Values":["1","2","3"]}]}`
	const two = `{"CategoricalParameterRanges":[{"Name":"a","Values":["1","2"]}]}`
	grid := func(most string) []string {
		return []string{
			tuningConfig + ".Strategy", `"Grid"`, tuningLimits + ".MaxNumberOfTrainingJobs", most,
			"TrainingJobDefinitions.0.HyperParameterRanges", six, "TrainingJobDefinitions.1.HyperParameterRanges", two,
		}
	}
	without := func(i, most string) []string { // ranges of a definition: the service chooses them
		return append(grid(most), "TrainingJobDefinitions."+i+".HyperParameterRanges", "", "Autotune", autotune)
	}
	checkRules(t, tuningList, []rule{
		{"", "", grid("8")},
		{tuningLimits + ".MaxNumberOfTrainingJobs", "the number of combinations, 8", grid("12")},
		{"", "", without("0", "12")},
		{
			"TrainingJobDefinitions.1.HyperParameterRanges.IntegerParameterRanges", "CategoricalParameterRanges only",
			append(without("0", ""), "TrainingJobDefinitions.1.HyperParameterRanges", `{"IntegerParameterRanges":[{"Name":"a","MinValue":"1","MaxValue":"9"}]}`),
		},
	})
}

func TestGridSize(t *testing.T) {
	t.Parallel()
	for size, fits := range map[float64]bool{1: true, 750: true, 751: false, math.Inf(1): false} {
		if err := CheckGridSize(size); (err == nil) != fits {
			t.Errorf("%g combinations: %v", size, err)
		}
	}
}

func TestWarmStartRules(t *testing.T) {
	t.Parallel()
	const parents = "WarmStartConfig.ParentHyperParameterTuningJobs"
	from := func(names ...string) []string {
		var all []string
		for _, name := range names {
			all = append(all, `{"HyperParameterTuningJobName":"`+name+`"}`)
		}
		return []string{"WarmStartConfig", `{"WarmStartType":"TransferLearning","ParentHyperParameterTuningJobs":[` + strings.Join(all, ",") + `]}`}
	}
	checkRules(t, tuning, []rule{
		{"", "", from("p1", "p2", "p3", "p4", "p5")},
		{"", "", append(from("p1"), tuningConfig+".Strategy", `"Random"`)},
		{"WarmStartConfig", "Bayesian and Random only", append(from("p1"), tuningConfig+".Strategy", `"Hyperband"`, tuningConfig+".TrainingJobEarlyStoppingType", "", tuningConfig+".StrategyConfig.HyperbandStrategyConfig.MaxResource", "9")},
		{parents + ".1.HyperParameterTuningJobName", "p1 is used more than once", from("p1", "p1")},
		{parents + ".1.HyperParameterTuningJobName", "P1 is used more than once", from("p1", "P1")},
		{parents + ".0.HyperParameterTuningJobName", "its own parent", from("FXB2k7q4vw5n0hpo")},
		{parents + ".0.HyperParameterTuningJobName", "must have a HyperParameterTuningJobName", []string{"WarmStartConfig", `{"WarmStartType":"TransferLearning","ParentHyperParameterTuningJobs":[{}]}`}},
	})
}

// TestMaxResource: the order of the names is that of the API reference; the Python SDK sends a script's hyperparameters
// as JSON, so that a string has quotes within its quotes.
func TestMaxResource(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		config, definition string
		want               int64 // 0 is none
	}{
		{`{}`, `{}`, 0},
		{`{"StrategyConfig":{"HyperbandStrategyConfig":{"MinResource":3}}}`, `{"StaticHyperParameters":{"epoch":"4"}}`, 0},
		{`{"StrategyConfig":{"HyperbandStrategyConfig":{"MaxResource":7}}}`, `{"StaticHyperParameters":{"epochs":"4"}}`, 7},
		{`{}`, `{"StaticHyperParameters":{"num_epochs":"5","epochs":"4"}}`, 4},
		{`{}`, `{"StaticHyperParameters":{"num_epochs":"5","epochs":"auto"}}`, 5},
		{`{}`, `{"StaticHyperParameters":{"numepochs":"\"6\""}}`, 6},
		{`{}`, `{"StaticHyperParameters":{"n_epochs":"0"}}`, 0},
	} {
		got, ok := MaxResource(decode(t, test.config), decode(t, test.definition))
		if got != test.want || ok != (test.want > 0) {
			t.Errorf("MaxResource(%s, %s) = %d, %v, want %d", test.config, test.definition, got, ok, test.want)
		}
	}
}
