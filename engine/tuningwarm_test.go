package engine_test

import (
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
