//go:build !sagefly_task

package sagefly

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/smithy-go"

	"github.com/sagefly/sagefly/cloud"
)

// Job is a launched job of a task that returns O. Its methods are safe for concurrent use.
type Job[O any] struct {
	Name string

	target Target
	def    *definition
}

// Result is a job that ended well.
type Result[O any] struct {
	Job       string             // TrainingJobName
	Output    O                  // files as addresses, see [File]
	Metrics   map[string]float64 // final values
	Model     string             // s3://…/model.tar.gz
	Artifacts string             // s3://…/output.tar.gz, which need not exist
	Describe  *sagemaker.DescribeTrainingJobOutput
}

// Wait waits for the job's end. Throttling, server errors and expired credentials do not end the wait; see [cloud.Watch].
// A job that did not end well, or whose values were not captured by exactly one process, is an *Error.
func (j *Job[O]) Wait(ctx context.Context) (Result[O], error) {
	described, err := cloud.Watch(ctx, j.target.AWS, j.Name, cloud.Watching{})
	if err != nil {
		return Result[O]{}, err
	}
	return resultOf[O](ctx, j.def, j.target, described)
}

// Stop asks for the job's end; Wait then returns an *Error of class Stopped. A job that has ended is left alone.
func (j *Job[O]) Stop(ctx context.Context) error {
	_, err := j.target.jobs().StopTrainingJob(ctx, &sagemaker.StopTrainingJobInput{TrainingJobName: &j.Name})
	if api, ok := errors.AsType[smithy.APIError](err); ok && strings.Contains(api.ErrorMessage(), "rejected because the training job is in status") {
		return nil
	}
	if err != nil {
		return fmt.Errorf("stop job %s: %w", j.Name, err)
	}
	return nil
}

// Follow calls line for each line of the job's logs, from the beginning, over all hosts, until the job has ended. Lines are
// in the order of their times as far as they arrive in it.
func (j *Job[O]) Follow(ctx context.Context, line func(host, text string)) error {
	_, err := cloud.Follow(ctx, j.target.AWS, j.Name, func(l cloud.Line) { line(l.Host, l.Text) }, cloud.Watching{})
	return err
}
