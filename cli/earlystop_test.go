//go:build !sagefly_task

package cli

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/google/go-cmp/cmp"
)

// Three trials of at most four: the first was stopped at its age and the others began, which then ran when the search ended.
func TestEarlyStops(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 2, 3, 4, 0, 0, time.UTC)
	stopped := func(name string, from, to time.Duration) trial {
		return trial{
			TrainingJobName: &name, TrainingJobStatus: types.TrainingJobStatusStopped,
			TrainingStartTime: new(at.Add(from)), TrainingEndTime: new(at.Add(to)),
		}
	}
	const ms = time.Millisecond
	exact := []trial{stopped("a", 100*ms, 300*ms), stopped("b", 310*ms, 700*ms), stopped("c", 320*ms, 710*ms)}
	rough := []trial{stopped("a", 0, 12300*ms), stopped("b", 12*time.Second, 40*time.Second), stopped("c", 12*time.Second, 40*time.Second)}
	for name, tt := range map[string]struct {
		status types.HyperParameterTuningJobStatus
		most   int32
		trials []trial
		want   []bool
	}{
		"stopped":              {types.HyperParameterTuningJobStatusStopped, 4, exact, []bool{true, false, false}},
		"stopping":             {types.HyperParameterTuningJobStatusStopping, 4, exact, []bool{true, false, false}},
		"failed":               {types.HyperParameterTuningJobStatusFailed, 4, exact, []bool{true, false, false}},
		"at its target":        {types.HyperParameterTuningJobStatusCompleted, 4, exact, []bool{true, false, false}},
		"whole":                {types.HyperParameterTuningJobStatusCompleted, 3, exact, []bool{true, true, true}},
		"going on":             {types.HyperParameterTuningJobStatusInProgress, 4, exact, []bool{true, true, true}},
		"times of long trials": {types.HyperParameterTuningJobStatusStopped, 4, rough, []bool{true, false, false}},
		"nothing was stopped":  {types.HyperParameterTuningJobStatusCompleted, 1, []trial{{TrainingJobStatus: types.TrainingJobStatusCompleted}}, []bool{false}},
	} {
		job := &tuningJob{HyperParameterTuningJobStatus: tt.status, HyperParameterTuningJobConfig: &types.HyperParameterTuningJobConfig{
			ResourceLimits: &types.ResourceLimits{MaxNumberOfTrainingJobs: &tt.most},
		}}
		if diff := cmp.Diff(tt.want, earlyStops(job, tt.trials)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
