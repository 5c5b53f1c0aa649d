//go:build !sagefly_task

package cli

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
)

// A search that ended before all its trials says which of its criteria did it.
func TestEndedBy(t *testing.T) {
	t.Parallel()
	begin := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	criteria := func(c types.TuningJobCompletionCriteria) func(*tuningJob) {
		return func(job *tuningJob) { job.HyperParameterTuningJobConfig.TuningJobCompletionCriteria = &c }
	}
	patience := &types.BestObjectiveNotImproving{MaxNumberOfTrainingJobsNotImproving: new(int32(3))}
	for name, test := range map[string]struct {
		change func(*tuningJob)
		want   string
	}{
		"nothing known":   {func(*tuningJob) {}, ""},
		"target":          {criteria(types.TuningJobCompletionCriteria{TargetObjectiveMetricValue: new(float32(2.1))}), "target 2.1"},
		"target not met":  {criteria(types.TuningJobCompletionCriteria{TargetObjectiveMetricValue: new(float32(1.9))}), ""},
		"patience":        {criteria(types.TuningJobCompletionCriteria{BestObjectiveNotImproving: patience}), "3 trials in a row were no gain of more than 1 %"},
		"stopped by hand": {func(job *tuningJob) { job.HyperParameterTuningJobStatus = types.HyperParameterTuningJobStatusStopped }, ""},
		"all trials there": {func(job *tuningJob) {
			job.HyperParameterTuningJobConfig.ResourceLimits.MaxNumberOfTrainingJobs = new(int32(2))
		}, ""},
		"convergence": {criteria(types.TuningJobCompletionCriteria{
			ConvergenceDetected: &types.ConvergenceDetected{CompleteOnConvergence: types.CompleteOnConvergenceEnabled},
		}), "it converged"},
		"convergence that ends nothing": {criteria(types.TuningJobCompletionCriteria{
			ConvergenceDetected: &types.ConvergenceDetected{CompleteOnConvergence: types.CompleteOnConvergenceDisabled},
		}), ""},
		"time": {func(job *tuningJob) {
			job.HyperParameterTuningJobConfig.ResourceLimits.MaxRuntimeInSeconds = new(int32(120))
		}, "MaxRuntimeInSeconds, 2:00"},
		"space": {func(job *tuningJob) {
			job.HyperParameterTuningJobConfig.ParameterRanges.ContinuousParameterRanges = nil
		}, "every combination"},
	} {
		job := &tuningJob{
			HyperParameterTuningJobStatus: types.HyperParameterTuningJobStatusCompleted,
			CreationTime:                  &begin, HyperParameterTuningEndTime: new(begin.Add(2 * time.Minute)),
			HyperParameterTuningJobConfig: &types.HyperParameterTuningJobConfig{
				HyperParameterTuningJobObjective: &types.HyperParameterTuningJobObjective{MetricName: new("loss"), Type: types.HyperParameterTuningJobObjectiveTypeMinimize},
				ResourceLimits:                   &types.ResourceLimits{MaxNumberOfTrainingJobs: new(int32(9))},
				ParameterRanges:                  &types.ParameterRanges{ContinuousParameterRanges: []types.ContinuousParameterRange{{Name: new("lr")}}},
			},
			TuningJobCompletionDetails: &types.HyperParameterTuningJobCompletionDetails{
				NumberOfTrainingJobsObjectiveNotImproving: new(int32(3)), ConvergenceDetectedTime: &begin,
			},
		}
		test.change(job)
		got := endedBy(job, []trial{endedTrial(2), endedTrial(2.5)})
		if (got == "") != (test.want == "") || !strings.Contains(got, test.want) {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

func endedTrial(objective float32) trial {
	return trial{
		TrainingJobStatus: types.TrainingJobStatusCompleted,
		FinalHyperParameterTuningJobObjectiveMetric: &types.FinalHyperParameterTuningJobObjectiveMetric{Value: &objective},
	}
}

func TestRunningTrialsAreCounted(t *testing.T) {
	t.Parallel()
	running := trial{TrainingJobStatus: types.TrainingJobStatusInProgress}
	r := &tuningReport{job: &tuningJob{}, trials: []trial{endedTrial(1), running}}
	if got, want := strings.Join(r.counts()[0], " "), "trials 1 completed, 1 running"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
