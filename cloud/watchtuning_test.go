package cloud

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
)

type tuning = sagemaker.DescribeHyperParameterTuningJobOutput

// search is a tuning job of ten trials of an hour each, two at a time.
func search(status types.HyperParameterTuningJobStatus, most int32) *tuning {
	d := &tuning{
		HyperParameterTuningJobStatus: status,
		HyperParameterTuningJobConfig: &types.HyperParameterTuningJobConfig{ResourceLimits: &types.ResourceLimits{MaxNumberOfTrainingJobs: aws.Int32(10), MaxParallelTrainingJobs: aws.Int32(2)}},
		TrainingJobDefinition:         &types.HyperParameterTrainingJobDefinition{StoppingCondition: &types.StoppingCondition{MaxRuntimeInSeconds: aws.Int32(3600)}},
	}
	if most > 0 {
		d.HyperParameterTuningJobConfig.ResourceLimits.MaxRuntimeInSeconds = &most
	}
	return d
}

// watchingTuning plays answers: a description or an error for each look; the last one for ever.
func watchingTuning(w TuningWatching, answers ...any) *watcher[tuning] {
	n := 0
	v := tuningWatcher("search", pace{wait: time.Second, most: 5 * time.Second}, w)
	v.look = func(context.Context) (*tuning, error) {
		answer := answers[min(n, len(answers)-1)]
		n++
		if err, ok := answer.(error); ok {
			return nil, err
		}
		return answer.(*tuning), nil
	}
	return v
}

func TestWatchTuningEndsOnEveryEnd(t *testing.T) {
	t.Parallel()
	for _, end := range types.HyperParameterTuningJobStatus("").Values() {
		if end == types.HyperParameterTuningJobStatusInProgress || end == types.HyperParameterTuningJobStatusStopping {
			continue
		}
		synctest.Test(t, func(t *testing.T) {
			seen, troubles := 0, 0
			v := watchingTuning(TuningWatching{Seen: func(*tuning) { seen++ }, Trouble: func(error, time.Time) { troubles++ }},
				search(types.HyperParameterTuningJobStatusInProgress, 0), apiError("ThrottlingException", 400),
				search(types.HyperParameterTuningJobStatusStopping, 0), search(end, 0))
			job, err := v.run(t.Context())
			if err != nil || job.HyperParameterTuningJobStatus != end || seen != 3 || troubles != 1 {
				t.Errorf("%s: %+v, %v after %d looks and %d troubles", end, job, err, seen, troubles)
			}
		})
	}
}

// A search that nobody can see any more is given up when it must have ended: ten trials of an hour one after the other, or its own run time,
// and an hour of grace.
func TestTuningUnobserved(t *testing.T) {
	t.Parallel()
	unlimited := search(types.HyperParameterTuningJobStatusInProgress, 0)
	unlimited.TrainingJobDefinition, unlimited.TrainingJobDefinitions = nil, []types.HyperParameterTrainingJobDefinition{{}}
	unlimited.HyperParameterTuningJobConfig.ResourceLimits.MaxNumberOfTrainingJobs = aws.Int32(10_000)
	for name, c := range map[string]struct {
		job  *tuning
		want time.Duration
	}{
		"trials":      {search(types.HyperParameterTuningJobStatusInProgress, 0), 11 * time.Hour},
		"run time":    {search(types.HyperParameterTuningJobStatusInProgress, 7200), 3 * time.Hour},
		"most of all": {unlimited, 15_768_000*time.Second + time.Hour},
	} {
		if got := tuningBound(c.job); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		down := apiError("ServiceUnavailable", 503)
		v := watchingTuning(TuningWatching{}, search(types.HyperParameterTuningJobStatusInProgress, 0), down)
		begin := time.Now()
		_, err := v.run(t.Context())
		u, ok := errors.AsType[*Unobserved](err)
		if !ok || !errors.Is(err, down) || u.LastTuning == nil || u.Last != nil || !u.At.Equal(begin) {
			t.Fatalf("%v", err)
		}
		if took := time.Since(begin); took < 11*time.Hour || took > 11*time.Hour+time.Minute {
			t.Errorf("given up after %v", took)
		}
	})
}
