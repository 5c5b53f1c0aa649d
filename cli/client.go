//go:build !sagefly_task

package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagefly/sagefly/internal/nearest"
	"github.com/sagefly/sagefly/internal/upload"
)

func (t *target) jobs() *sagemaker.Client { return sagemaker.NewFromConfig(t.aws) }

func (t *target) objects() *s3.Client { return upload.Client(t.aws) }

// describe returns a job; a name that does not exist is a problem with the names that may have been meant.
func (t *target) describe(ctx context.Context, name string) (*sagemaker.DescribeTrainingJobOutput, error) {
	job, err := t.jobs().DescribeTrainingJob(ctx, &sagemaker.DescribeTrainingJobInput{TrainingJobName: &name})
	if notFound(err) {
		return nil, t.noJob(ctx, name, err)
	}
	return job, err
}

func (t *target) noJob(ctx context.Context, name string, cause error) error {
	p := &Problem{What: fmt.Sprintf("no job %q", name), Where: t.name, Cause: cause}
	p.Fix = append(p.Fix, nearest.Words(name, t.jobNames(ctx))...)
	p.Fix = append(p.Fix, "all jobs:  sagefly jobs")
	return p
}

// jobNames returns the names of the newest hundred jobs of each kind; none when they cannot be had.
func (t *target) jobNames(ctx context.Context) []string {
	var names []string
	list, err := t.jobs().ListTrainingJobs(ctx, &sagemaker.ListTrainingJobsInput{
		MaxResults: new(int32(100)), SortBy: types.SortByCreationTime, SortOrder: types.SortOrderDescending,
	})
	if err == nil {
		for _, job := range list.TrainingJobSummaries {
			names = append(names, *job.TrainingJobName)
		}
	}
	tunings, err := t.jobs().ListHyperParameterTuningJobs(ctx, &sagemaker.ListHyperParameterTuningJobsInput{
		MaxResults: new(int32(100)), SortBy: types.HyperParameterTuningJobSortByOptionsCreationTime, SortOrder: types.SortOrderDescending,
	})
	if err == nil {
		for _, job := range tunings.HyperParameterTuningJobSummaries {
			names = append(names, *job.HyperParameterTuningJobName)
		}
	}
	return names
}

// ended reports whether a status is one that does not change any more.
func ended(status types.TrainingJobStatus) bool {
	return status != types.TrainingJobStatusInProgress && status != types.TrainingJobStatusStopping
}

// outcome is the exit code that tells how a job ended.
func outcome(status types.TrainingJobStatus) error {
	switch status {
	case types.TrainingJobStatusFailed:
		return exit(exitFailed)
	case types.TrainingJobStatusStopped:
		return exit(exitStopped)
	}
	return nil
}

// splitS3 reads s3://bucket/key.
func splitS3(uri string) (bucket, key string, ok bool) {
	rest, ok := strings.CutPrefix(uri, "s3://")
	bucket, key, _ = strings.Cut(rest, "/")
	return bucket, key, ok && bucket != ""
}
