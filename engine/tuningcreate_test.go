package engine_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
)

// refuseTuning expects that a tuning job is refused with this text.
func (s *site) refuseTuning(t testing.TB, r *sagemaker.CreateHyperParameterTuningJobInput, want string) {
	t.Helper()
	s.put(t, "x", "")
	_, err := s.sagemaker.CreateHyperParameterTuningJob(t.Context(), r)
	if err == nil {
		t.Errorf("%s was created, want %q", *r.HyperParameterTuningJobName, want)
		return
	}
	if code, text := refusal(t, err); code != "ValidationException" || !strings.Contains(text, want) {
		t.Errorf("%s: %s: %s, want %q", *r.HyperParameterTuningJobName, code, text, want)
	}
}

// The ranges that AWS recommends for XGBoost are of numbers, so that a grid of what Autotune chooses would have no end.
func TestGridOfAutotune(t *testing.T) {
	t.Parallel()
	s := start(t, playing(bowls))
	for name, limit := range map[string]*int32{"limitless": nil, "limited": new(int32(10))} {
		r := tuning(name, 1)
		c := r.HyperParameterTuningJobConfig
		c.Strategy, c.ParameterRanges, c.ResourceLimits.MaxNumberOfTrainingJobs = types.HyperParameterTuningJobStrategyTypeGrid, nil, limit
		r.Autotune = &types.Autotune{Mode: types.AutotuneModeEnabled}
		s.refuseTuning(t, r, "more than 750 combinations, the most that the strategy Grid can search")
	}
}
