//go:build !sagefly_task

package sagefly

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagefly/sagefly/internal/value"
)

// tuningResult is what a search has found that has ended, and how it ended.
func tuningResult[I, O any](ctx context.Context, j *TuningJob[I, O], job *sagemaker.DescribeHyperParameterTuningJobOutput) (TuningResult[I, O], error) {
	r := TuningResult[I, O]{Job: j.Name, Describe: job}
	var err error
	if r.Trials, err = trialsOf[I](ctx, j.def, j.target, job); err != nil {
		return r, err
	}
	missed, err := r.choose(ctx, j)
	if err != nil {
		return r, err
	}
	if best := job.BestTrainingJob; best != nil && r.Trial != "" && aws.ToString(best.TrainingJobName) != r.Trial {
		r.Ahead = aws.ToString(best.TrainingJobName)
	}
	if failed := classifyTuning(job, r.failure()); failed != nil {
		return r, failed
	}
	if r.Trial == "" {
		return r, &Error{Job: j.Name, Class: NotCaptured, Reason: missed, Search: true}
	}
	return r, nil
}

// choose takes the best trial of which an output was captured, and says why it took none.
func (r *TuningResult[I, O]) choose(ctx context.Context, j *TuningJob[I, O]) (missed string, err error) {
	candidates := slices.DeleteFunc(slices.Clone(r.Trials), func(t Trial[I]) bool { return t.Objective == nil })
	objective := j.def.search.Objective
	slices.SortStableFunc(candidates, func(a, b Trial[I]) int {
		switch {
		case objective.better(*a.Objective, *b.Objective):
			return -1
		case objective.better(*b.Objective, *a.Objective):
			return 1
		}
		return 0
	})
	missed = fmt.Sprintf("none of %d trials has an objective", len(r.Trials))
	for i, t := range candidates {
		reason, err := r.take(ctx, j, t)
		if err != nil || reason == "" {
			return "", err
		}
		if i == 0 {
			missed = fmt.Sprintf("of no trial an output was captured. The best, %s: %s", t.Name, reason)
		}
	}
	return missed, nil
}

// take makes a trial's output the result's, or says why there is none.
func (r *TuningResult[I, O]) take(ctx context.Context, j *TuningJob[I, O], t Trial[I]) (reason string, err error) {
	job, err := j.target.jobs().DescribeTrainingJob(ctx, &sagemaker.DescribeTrainingJobInput{TrainingJobName: &t.Name})
	if err != nil {
		return "", fmt.Errorf("read trial %s: %w", t.Name, err)
	}
	task := j.def.tuned
	values, err := task.leftByTrial(ctx, j.target, job)
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Reason, nil
	}
	if err != nil {
		return "", err
	}
	r.Best, r.Objective, r.Trial = t.Input, *t.Objective, t.Name
	r.Metrics, r.Model = finalMetrics(job), modelURI(job)
	return "", task.decode(&r.Output, values, job)
}

// leftByTrial are the values that a trial returned. A function whose trial was stopped early may have returned values all the same; of other programs
// a stopped one's model is not known to be whole.
func (d *definition) leftByTrial(ctx context.Context, target Target, job *sagemaker.DescribeTrainingJobOutput) (value.Values, error) {
	if job.TrainingJobStatus == types.TrainingJobStatusStopped && d.kind == KindTraining {
		return d.left(ctx, target, job)
	}
	return d.returned(ctx, target, job)
}

// failure is the trial that failed and that the search's own reason names, else the first one, whose reason is usually that of all; nil without one.
func (r *TuningResult[I, O]) failure() (chosen *trialFailure) {
	for _, t := range r.Trials {
		switch {
		case t.Status != string(types.TrainingJobStatusFailed):
		case strings.Contains(aws.ToString(r.Describe.FailureReason), t.Name):
			return &trialFailure{t.Name, t.Reason}
		case chosen == nil:
			chosen = &trialFailure{t.Name, t.Reason}
		}
	}
	return chosen
}

type trialFailure struct{ name, reason string }

// classifyTuning is how a search ended, nil when it ended well.
func classifyTuning(job *sagemaker.DescribeHyperParameterTuningJobOutput, trial *trialFailure) *Error {
	e := &Error{Job: aws.ToString(job.HyperParameterTuningJobName), Reason: aws.ToString(job.FailureReason), Search: true}
	switch job.HyperParameterTuningJobStatus {
	case types.HyperParameterTuningJobStatusCompleted:
		return nil
	case types.HyperParameterTuningJobStatusStopped:
		e.Class = Stopped
		if e.Reason == "" {
			e.Reason = "the search was stopped"
		}
		return e
	}
	switch {
	case trial == nil && hollow(job) > 0 && !strings.HasPrefix(e.Reason, "InternalServerError"):
		e.Class = NotCaptured // the trials ended well, and none had the objective
		return e
	case trial == nil:
		e.Class = failureClass(e)
		return e
	}
	e.Hosts = hostErrors(trial.reason, trialHosts(job))
	e.Class = failureClass(&Error{Reason: trial.reason, Hosts: e.Hosts})
	if trial.reason != "" && !strings.Contains(e.Reason, trial.name) {
		e.Reason = strings.TrimSpace(e.Reason + " " + trial.name + ": " + trial.reason)
	}
	return e
}

// hollow counts the trials that ended without the objective.
func hollow(job *sagemaker.DescribeHyperParameterTuningJobOutput) int32 {
	if c := job.ObjectiveStatusCounters; c != nil {
		return aws.ToInt32(c.Failed)
	}
	return 0
}

// trialHosts is the number of a trial's hosts.
func trialHosts(job *sagemaker.DescribeHyperParameterTuningJobOutput) int {
	d := job.TrainingJobDefinition
	if d == nil {
		return 1
	}
	return hostCount(&sagemaker.DescribeTrainingJobOutput{ResourceConfig: d.ResourceConfig})
}

// better says that a is a better objective than b. Not-a-number is worse than any.
func (o Objective) better(a, b float64) bool {
	switch {
	case math.IsNaN(a):
		return false
	case math.IsNaN(b):
		return true
	case o.maximize:
		return a > b
	}
	return a < b
}
