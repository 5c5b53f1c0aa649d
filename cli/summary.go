//go:build !sagefly_task

package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagefly/sagefly/internal/awsjson"
)

// summary reports a job's end: the result of train. With out the model is fetched first.
func (a *app) summary(ctx context.Context, t *target, job *sagemaker.DescribeTrainingJobOutput, out string) error {
	name := *job.TrainingJobName
	var where string
	if out != "" && job.TrainingJobStatus != types.TrainingJobStatusFailed {
		var err error
		if where, err = a.fetch(ctx, t, job, download{out: out}); err != nil {
			return err
		}
	}
	switch {
	case a.json:
		return a.screen.object(awsjson.Tree(job))
	case a.quiet:
		a.screen.print("%s", name)
		return nil
	}
	p := a.screen.paint
	a.screen.print("%s %s", verdict(p, job.TrainingJobStatus), p.bold(name))
	for _, line := range table(a.facts(ctx, t, job, where)) {
		a.screen.print("  %s", a.screen.hint(line))
	}
	return nil
}

func (a *app) facts(ctx context.Context, t *target, job *sagemaker.DescribeTrainingJobOutput, where string) [][]string {
	rows := append([][]string{{"time", times(job)}}, reasonRows(job)...)
	rows = append(rows, finalMetrics(job.FinalMetricDataList)...)
	if model := t.model(ctx, job); model != "" {
		rows = append(rows, []string{"model", model})
	}
	if where != "" {
		rows = append(rows, []string{"here", where})
	}
	return append(rows, a.screen.nextRows(next(job, where)...)...)
}

// reasonRows say why a job failed.
func reasonRows(job *sagemaker.DescribeTrainingJobOutput) [][]string {
	reason := strings.TrimSpace(deref(job.FailureReason))
	if reason == "" {
		return nil
	}
	var rows [][]string
	for i, line := range strings.Split(reason, "\n") {
		rows = append(rows, []string{choose(i == 0, "reason", ""), line})
	}
	return rows
}

// next are the commands that make sense now.
func next(job *sagemaker.DescribeTrainingJobOutput, where string) []string {
	name := *job.TrainingJobName
	show := "sagefly show " + name
	switch {
	case job.TrainingJobStatus == types.TrainingJobStatusFailed:
		return []string{"sagefly logs " + name, show}
	case where == "":
		return []string{"sagefly download " + name, show}
	}
	return []string{show}
}

func verdict(p paint, status types.TrainingJobStatus) string {
	switch status {
	case types.TrainingJobStatusCompleted:
		return p.green("✓ Completed")
	case types.TrainingJobStatusFailed:
		return p.red("✗ Failed")
	case types.TrainingJobStatusStopped:
		return p.yellow("■ Stopped")
	case types.TrainingJobStatusInProgress:
		return "▸ InProgress"
	}
	return "· " + string(status)
}

// times are a job's spans: waiting until its training began, training, and all of it.
func times(job *sagemaker.DescribeTrainingJobOutput) string {
	if job.CreationTime == nil {
		return ""
	}
	end := deref(job.TrainingEndTime)
	if end.IsZero() {
		end = deref(job.LastModifiedTime)
	}
	text := duration(end.Sub(*job.CreationTime))
	var parts []string
	for _, step := range job.SecondaryStatusTransitions {
		if step.StartTime == nil || step.EndTime == nil {
			continue
		}
		switch step.Status {
		case types.SecondaryStatusPending, types.SecondaryStatusStarting, types.SecondaryStatusDownloading, types.SecondaryStatusTraining,
			types.SecondaryStatusUploading, types.SecondaryStatusStopping:
			parts = append(parts, fmt.Sprintf("%s %s", strings.ToLower(string(step.Status)), duration(step.EndTime.Sub(*step.StartTime))))
		}
	}
	if len(parts) > 0 {
		text += " (" + strings.Join(parts, ", ") + ")"
	}
	return text
}

// model is where a job's model is and how large; "" when there is none.
func (t *target) model(ctx context.Context, job *sagemaker.DescribeTrainingJobOutput) string {
	if job.ModelArtifacts == nil || !ended(job.TrainingJobStatus) {
		return ""
	}
	uri := deref(job.ModelArtifacts.S3ModelArtifacts)
	bucket, key, ok := splitS3(uri)
	if !ok {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	head, err := t.objects().HeadObject(ctx, &s3.HeadObjectInput{Bucket: &bucket, Key: &key})
	if err != nil {
		return ""
	}
	return fmt.Sprintf("%s (%s)", uri, size(deref(head.ContentLength)))
}

func choose(first bool, a, b string) string {
	if first {
		return a
	}
	return b
}
