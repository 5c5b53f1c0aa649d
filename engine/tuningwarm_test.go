package engine_test

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
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
