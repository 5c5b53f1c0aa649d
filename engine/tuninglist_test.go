package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagefly/sagefly/engine/runner"
	"github.com/sagefly/sagefly/engine/runner/fake"
)

// A page begins behind the last trial of the one before, also when that trial has left the list or taken another place in it meanwhile.
func TestPagesOfTrialsThatEnd(t *testing.T) {
	t.Parallel()
	s := start(t, playing(func(runner.Spec) fake.Script { return fake.Script{Run: -1} }))
	for name, in := range map[string]sagemaker.ListTrainingJobsForHyperParameterTuningJobInput{
		"filtered":  {StatusEquals: types.TrainingJobStatusInProgress},
		"by-time":   {StatusEquals: types.TrainingJobStatusInProgress, SortBy: types.TrainingJobSortByOptionsCreationTime},
		"by-status": {SortBy: types.TrainingJobSortByOptionsStatus},
	} {
		r := tuning(name, 3)
		r.HyperParameterTuningJobConfig.ResourceLimits.MaxParallelTrainingJobs = new(int32(3))
		s.tune(t, r)
		for len(s.trials(t, name)) < 3 {
			time.Sleep(time.Millisecond)
		}
		in.HyperParameterTuningJobName, in.MaxResults = &name, new(int32(1))
		var seen []string
		for {
			out, err := s.sagemaker.ListTrainingJobsForHyperParameterTuningJob(t.Context(), &in)
			if err != nil {
				t.Fatalf("%s: page %d: %v", name, len(seen)+1, err)
			}
			last := *out.TrainingJobSummaries[0].TrainingJobName
			seen = append(seen, strings.Split(last, "-")[len(strings.Split(name, "-"))])
			if in.NextToken = out.NextToken; in.NextToken == nil {
				break
			}
			s.endTrial(t, last)
		}
		// Those that have stopped come after those in progress, where the status is the order.
		if got, want := strings.Join(seen, " "), map[string]string{"filtered": "001 002 003", "by-time": "001 002 003", "by-status": "001 002 003 001 002 003"}[name]; got != want {
			t.Errorf("%s: pages %s, want %s", name, got, want)
		}
	}
}

// endTrial stops the training job and waits for its end.
func (s *site) endTrial(t testing.TB, name string) {
	t.Helper()
	for {
		_, _ = s.sagemaker.StopTrainingJob(t.Context(), &sagemaker.StopTrainingJobInput{TrainingJobName: &name}) // refused before it is created, and at its end
		d, err := s.sagemaker.DescribeTrainingJob(t.Context(), &sagemaker.DescribeTrainingJobInput{TrainingJobName: &name})
		if err == nil && d.TrainingJobStatus == types.TrainingJobStatusStopped {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

func TestTokensOfTrials(t *testing.T) {
	t.Parallel()
	s := start(t, playing(bowls))
	for _, name := range []string{"one", "two"} {
		s.tune(t, tuning(name, 3))
		s.tuned(t, name)
	}
	list := func(name string, by types.TrainingJobSortByOptions, token *string) (*sagemaker.ListTrainingJobsForHyperParameterTuningJobOutput, error) {
		return s.sagemaker.ListTrainingJobsForHyperParameterTuningJob(t.Context(), &sagemaker.ListTrainingJobsForHyperParameterTuningJobInput{
			HyperParameterTuningJobName: &name, SortBy: by, NextToken: token, MaxResults: new(int32(1)),
		})
	}
	first, err := list("one", types.TrainingJobSortByOptionsStatus, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name  string
		by    types.TrainingJobSortByOptions
		token *string
		want  string
	}{
		{"two", types.TrainingJobSortByOptionsStatus, first.NextToken, `Invalid pagination token because "of another tuning job".`},
		{"one", types.TrainingJobSortByOptionsFinalObjectiveMetricValue, first.NextToken, `Invalid pagination token because "sorted differently".`},
		{"one", types.TrainingJobSortByOptionsName, new("bnVsbA=="), `Invalid pagination token because "malformed".`},
		{"one", types.TrainingJobSortByOptionsName, new("!"), `Invalid pagination token because "malformed".`},
	} {
		_, err := list(tt.name, tt.by, tt.token)
		if code, text := refusal(t, err); code != "ValidationException" || text != tt.want {
			t.Errorf("%s by %s: %s: %s, want %s", tt.name, tt.by, code, text, tt.want)
		}
	}
}

// No time is after the end of time: a number beyond every clock is no small one.
func TestJobsAfterAFarTime(t *testing.T) {
	t.Parallel()
	s := start(t, playing(bowls))
	s.tune(t, tuning("now", 1))
	for filter, want := range map[string]int{
		`"CreationTimeAfter":1e300`: 0, `"CreationTimeBefore":1e300`: 1, `"CreationTimeAfter":-1e300`: 1, `"CreationTimeBefore":-1e300`: 0,
	} {
		_, body := s.send(t, "sagemaker", "SageMaker.ListHyperParameterTuningJobs", "{"+filter+"}", nil)
		if got := strings.Count(string(body), `"HyperParameterTuningJobName"`); got != want {
			t.Errorf("%s: %d jobs, want %d: %s", filter, got, want, body)
		}
	}
}
