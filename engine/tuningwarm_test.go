package engine_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagefly/sagefly/engine/runner"
	"github.com/sagefly/sagefly/engine/runner/fake"
)

const (
	sameTask  = types.HyperParameterTuningJobWarmStartTypeIdenticalDataAndAlgorithm
	otherTask = types.HyperParameterTuningJobWarmStartTypeTransferLearning
)

// startWarm makes the tuning job begin with what another one found.
func startWarm(r *sagemaker.CreateHyperParameterTuningJobInput, kind types.HyperParameterTuningJobWarmStartType, parent string) {
	r.WarmStartConfig = &types.HyperParameterTuningJobWarmStartConfig{
		WarmStartType: kind, ParentHyperParameterTuningJobs: []types.ParentHyperParameterTuningJob{{HyperParameterTuningJobName: &parent}},
	}
}

// Parameters whose ranges Autotune chose are inherited as those are whose ranges the request gave: the same search with the same seed finds
// other points when it knows the first one's.
func TestWarmStartOfAutotune(t *testing.T) {
	t.Parallel()
	s := start(t, playing(bowls))
	for name, ranges := range map[string]*types.ParameterRanges{
		"hinted":      {AutoParameters: []types.AutoParameter{{Name: new("eta"), ValueHint: new("0.2")}}},
		"recommended": nil,
	} {
		parent, child := tuning(name, 4), tuning(name+"-again", 4)
		for _, r := range []*sagemaker.CreateHyperParameterTuningJobInput{parent, child} {
			r.HyperParameterTuningJobConfig.ParameterRanges, r.Autotune = ranges, &types.Autotune{Mode: types.AutotuneModeEnabled}
		}
		s.tune(t, parent)
		s.tuned(t, name)
		startWarm(child, sameTask, name)
		s.tune(t, child)
		s.tuned(t, name+"-again")
		tried := values(s.trials(t, name), "eta")
		for i, eta := range values(s.trials(t, name+"-again"), "eta") {
			if slices.Contains(tried, eta) {
				t.Errorf("%s: trial %d repeats eta %s", name, i+1, eta)
			}
		}
	}
}

// OverallBestTrainingJob is the best training job of all that the tuning job and its parents launched (developer guide, warm start): the
// job's own where its parent had no success.
func TestOverallBestWithoutAParentsSuccess(t *testing.T) {
	t.Parallel()
	s := start(t, playing(func(spec runner.Spec) fake.Script {
		if strings.HasPrefix(spec.Job, "parent-") {
			return fake.Script{Exit: 1}
		}
		return bowls(spec)
	}))
	s.tune(t, tuning("parent", 2))
	s.tuned(t, "parent")
	child := tuning("child", 2)
	startWarm(child, sameTask, "parent")
	s.tune(t, child)
	d := s.tuned(t, "child")
	if best := d.OverallBestTrainingJob; best == nil || *best.TrainingJobName != *d.BestTrainingJob.TrainingJobName || deref(best.TuningJobName) != "child" {
		t.Errorf("overall best %v, the job's own %s", best, *d.BestTrainingJob.TrainingJobName)
	}
	other := tuning("other", 2)
	startWarm(other, otherTask, "parent")
	s.tune(t, other)
	if d := s.tuned(t, "other"); d.OverallBestTrainingJob != nil {
		t.Errorf("another task's overall best: %s", *d.OverallBestTrainingJob.TrainingJobName)
	}
}

// What may not change between a parent and its child (developer guide, Warm Start Tuning Restrictions): the type of a hyperparameter, and more than
// ten values from tunable to static or of static hyperparameters; of a categorical one each value counts, and a changed static one is two.
func TestWarmStartChanges(t *testing.T) {
	t.Parallel()
	s := start(t, playing(bowls))
	numbers := []string{"alpha", "lambda", "gamma", "subsample", "colsample_bytree", "colsample_bylevel", "colsample_bynode", "min_child_weight", "max_delta_step"}
	parent := tuning("parent", 1)
	ranges := parent.HyperParameterTuningJobConfig.ParameterRanges
	for _, name := range numbers {
		ranges.ContinuousParameterRanges = append(ranges.ContinuousParameterRanges, types.ContinuousParameterRange{Name: &name, MinValue: new("0.5"), MaxValue: new("1")})
	}
	ranges.CategoricalParameterRanges = []types.CategoricalParameterRange{{Name: new("grow_policy"), Values: []string{"depthwise", "lossguide"}}}
	parent.TrainingJobDefinition.StaticHyperParameters["booster"] = "gbtree"
	s.tune(t, parent)
	s.tuned(t, "parent")
	// child has these of the parent's ranges static, the others as they were.
	child := func(name string, static map[string]string) *sagemaker.CreateHyperParameterTuningJobInput {
		r := tuning(name, 1)
		kept := *ranges
		kept.ContinuousParameterRanges = slices.DeleteFunc(slices.Clone(kept.ContinuousParameterRanges), func(p types.ContinuousParameterRange) bool { return static[*p.Name] != "" })
		if static["grow_policy"] != "" {
			kept.CategoricalParameterRanges = nil
		}
		r.HyperParameterTuningJobConfig.ParameterRanges = &kept
		r.TrainingJobDefinition.StaticHyperParameters["booster"] = "gbtree"
		maps.Copy(r.TrainingJobDefinition.StaticHyperParameters, static)
		startWarm(r, otherTask, "parent")
		return r
	}
	static := func(n int, more ...string) map[string]string {
		m := map[string]string{}
		for _, name := range numbers[:n] {
			m[name] = "0.75"
		}
		for i := 0; i < len(more); i += 2 {
			m[more[i]] = more[i+1]
		}
		return m
	}
	s.tune(t, child("nine", static(9)))
	s.tune(t, child("ten-with-a-word", static(8, "grow_policy", "lossguide")))
	s.tune(t, child("ten-with-a-number", static(9, "num_round", "4")))
	s.refuseTuning(t, child("eleven-with-a-word", static(9, "grow_policy", "lossguide")), "There are 11 since the parent hyperparameter tuning job parent")
	s.refuseTuning(t, child("eleven-with-another-word", static(9, "booster", "dart")), "There are 11 since the parent hyperparameter tuning job parent")

	integer := child("integer", nil)
	eta := integer.HyperParameterTuningJobConfig.ParameterRanges.ContinuousParameterRanges[0]
	integer.HyperParameterTuningJobConfig.ParameterRanges.ContinuousParameterRanges = integer.HyperParameterTuningJobConfig.ParameterRanges.ContinuousParameterRanges[1:]
	integer.HyperParameterTuningJobConfig.ParameterRanges.IntegerParameterRanges = []types.IntegerParameterRange{{Name: eta.Name, MinValue: eta.MinValue, MaxValue: eta.MaxValue}}
	s.refuseTuning(t, integer, "The type of hyperparameter eta cannot change: it is integer, and continuous in the parent hyperparameter tuning job parent.")
	category := child("category", nil)
	category.HyperParameterTuningJobConfig.ParameterRanges.ContinuousParameterRanges = category.HyperParameterTuningJobConfig.ParameterRanges.ContinuousParameterRanges[1:]
	category.HyperParameterTuningJobConfig.ParameterRanges.CategoricalParameterRanges = append(slices.Clone(ranges.CategoricalParameterRanges),
		types.CategoricalParameterRange{Name: new("eta"), Values: []string{"0.1", "0.2"}})
	s.refuseTuning(t, category, "it is categorical, and continuous in the parent")
}
