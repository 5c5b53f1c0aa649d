//go:build !sagefly_task

package sagefly

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagefly/sagefly/cloud"
)

// TuningJob is a launched search. Its methods are safe for concurrent use.
type TuningJob[I, O any] struct {
	Name string // HyperParameterTuningJobName

	target Target
	def    *definition
}

// TuningResult is a search that has ended.
type TuningResult[I, O any] struct {
	Job string // HyperParameterTuningJobName

	// Best is the input of the best trial of which an output was captured: run the task with it to train again. Local files of the input are the
	// addresses where they were uploaded.
	Best      I
	Output    O                  // of that trial; files as addresses, see [File]
	Objective float64            // of that trial
	Metrics   map[string]float64 // of that trial, final values
	Trial     string             // its TrainingJobName
	Model     string             // its s3://…/model.tar.gz

	// Ahead is the trial that the API calls the best one (BestTrainingJob), when it is another: what it returned was not captured. "" = it is Trial.
	Ahead string

	Trials   []Trial[I] // all, in the order in which they were created
	Describe *sagemaker.DescribeHyperParameterTuningJobOutput
}

// Trial is one job of a search.
type Trial[I any] struct {
	Number    int               // from 1
	Name      string            // TrainingJobName
	Status    string            // TrainingJobStatus: InProgress, Completed, Failed, Stopped, Stopping
	Input     I                 // what it was given
	Values    map[string]string // what was searched, as texts; a field whose condition does not hold is not there
	Objective *float64          // nil = none yet, or none at all
	Began     time.Time         // zero = not yet
	Ended     time.Time         // zero = not yet
	Reason    string            // why it failed
}

// Wait waits for the search's end; see [cloud.WatchTuning]. A search that failed, was stopped, or of which no output was captured is an *Error. The
// result then has what there is: its trials, and the best one's output where there is one.
func (j *TuningJob[I, O]) Wait(ctx context.Context) (TuningResult[I, O], error) {
	described, err := cloud.WatchTuning(ctx, j.target.AWS, j.Name, cloud.TuningWatching{})
	if err != nil {
		return TuningResult[I, O]{}, err
	}
	return tuningResult[I, O](ctx, j, described)
}

// Trials are the trials so far.
func (j *TuningJob[I, O]) Trials(ctx context.Context) ([]Trial[I], error) {
	described, err := j.describe(ctx)
	if err != nil {
		return nil, fmt.Errorf("read tuning job %s: %w", j.Name, err)
	}
	return trialsOf[I](ctx, j.def, j.target, described)
}

// Stop asks for the end of the search and of its running trials; Wait then returns an *Error of class Stopped, and the result so far. A search that has ended is left
// alone.
func (j *TuningJob[I, O]) Stop(ctx context.Context) error {
	_, err := j.target.jobs().StopHyperParameterTuningJob(ctx, &sagemaker.StopHyperParameterTuningJobInput{HyperParameterTuningJobName: &j.Name})
	if err == nil {
		return nil
	}
	if d, again := j.describe(ctx); again == nil && d.HyperParameterTuningJobStatus != types.HyperParameterTuningJobStatusInProgress {
		return nil
	}
	return fmt.Errorf("stop tuning job %s: %w", j.Name, err)
}

func (j *TuningJob[I, O]) describe(ctx context.Context) (*sagemaker.DescribeHyperParameterTuningJobOutput, error) {
	return j.target.jobs().DescribeHyperParameterTuningJob(ctx, &sagemaker.DescribeHyperParameterTuningJobInput{HyperParameterTuningJobName: &j.Name})
}

// trialsOf are a search's trials with their inputs.
func trialsOf[I any](ctx context.Context, d *definition, target Target, job *sagemaker.DescribeHyperParameterTuningJobOutput) ([]Trial[I], error) {
	name := aws.ToString(job.HyperParameterTuningJobName)
	list, err := cloud.Trials(ctx, target.AWS, name)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	static, err := d.staticInput(ctx, target, job)
	if err != nil {
		return nil, fmt.Errorf("read input of tuning job %s: %w", name, err)
	}
	trials := make([]Trial[I], len(list))
	for i, one := range list {
		t := trialOf[I](one)
		if t.Number == 0 {
			t.Number = i + 1
		}
		if err := d.decodeTrial(&t.Input, static, t.Values); err != nil {
			return nil, fmt.Errorf("read input of trial %s: %w", t.Name, err)
		}
		trials[i] = t
	}
	return trials, nil
}

func trialOf[I any](s types.HyperParameterTrainingJobSummary) Trial[I] {
	t := Trial[I]{
		Number: cloud.TrialNumber(aws.ToString(s.TrainingJobName)), Name: aws.ToString(s.TrainingJobName), Status: string(s.TrainingJobStatus),
		Values: s.TunedHyperParameters, Began: aws.ToTime(s.TrainingStartTime), Ended: aws.ToTime(s.TrainingEndTime), Reason: aws.ToString(s.FailureReason),
	}
	if m := s.FinalHyperParameterTuningJobObjectiveMetric; m != nil && m.Value != nil {
		t.Objective = new(float64(*m.Value))
	}
	return t
}
