//go:build !sagefly_task

package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagefly/sagefly"
	"github.com/sagefly/sagefly/internal/awsjson"
)

// taskRun is one run of a task of the program.
type taskRun struct {
	app    *app
	task   sagefly.Task
	target *target
	to     sagefly.Target
	flags  *runFlags
}

func (r *taskRun) launch() *launch {
	return &launch{
		app: r.app, target: r.target, to: r.to, options: sagefly.StartOptions{Name: r.flags.name}, detach: r.flags.detach,
		prepare: func(ctx context.Context, to sagefly.Target) (*sagemaker.CreateTrainingJobInput, error) {
			return sagefly.Prepare(ctx, r.task, to, r.flags.values())
		},
		report: r.report,
	}
}

// report prints what a job returned, or why it returned nothing: the result of run.
func (r *taskRun) report(ctx context.Context, job *sagemaker.DescribeTrainingJobOutput) error {
	out, err := sagefly.ReadOutput(ctx, r.task, r.to, job)
	failed, isFailure := errors.AsType[*sagefly.Error](err)
	if err != nil && !isFailure {
		return err
	}
	where, err := r.fetch(ctx, job)
	if err != nil {
		return err
	}
	switch {
	case r.app.json && isFailure:
		err = r.app.screen.object(failureJSON(job, failed))
	case r.app.json:
		err = r.app.screen.object(resultJSON(job, out))
	case r.app.quiet:
		r.app.screen.print("%s", *job.TrainingJobName)
	case !isFailure:
		r.summary(ctx, job, out, where)
	}
	if isFailure {
		return errors.Join(failed, err)
	}
	return err
}

// fetch downloads what --out asks for. A job that failed has no model.
func (r *taskRun) fetch(ctx context.Context, job *sagemaker.DescribeTrainingJobOutput) (string, error) {
	if r.flags.out == "" || job.TrainingJobStatus == types.TrainingJobStatusFailed {
		return "", nil
	}
	where, err := r.app.fetch(ctx, r.target, job, download{out: r.flags.out})
	if job.TrainingJobStatus != types.TrainingJobStatusCompleted && err != nil { // it was stopped before it left any
		r.app.screen.note("nothing downloaded: %v", err)
		return "", nil
	}
	return where, err
}

func (r *taskRun) summary(ctx context.Context, job *sagemaker.DescribeTrainingJobOutput, out any, where string) {
	s := r.app.screen
	s.print("%s %s", verdict(s.paint, job.TrainingJobStatus), s.paint.bold(*job.TrainingJobName))
	rows := [][]string{{"time", times(job)}}
	rows = append(rows, outputRows(out)...)
	rows = append(rows, r.otherMetrics(job)...)
	if model := r.target.model(ctx, job); model != "" {
		rows = append(rows, []string{"model", model})
	}
	if where != "" {
		rows = append(rows, []string{"here", where})
	}
	for _, line := range table(append(rows, s.nextRows(next(job, where)...)...)) {
		s.print("  %s", s.hint(line))
	}
}

// otherMetrics are the final values that are not numbers of the output.
func (r *taskRun) otherMetrics(job *sagemaker.DescribeTrainingJobOutput) [][]string {
	output := r.task.Describe().Output
	return finalMetrics(slices.DeleteFunc(slices.Clone(job.FinalMetricDataList), func(m types.MetricData) bool {
		return slices.ContainsFunc(output, func(f sagefly.FieldDescription) bool { return f.Name == deref(m.MetricName) })
	}))
}

// resultJSON is the one object on stdout with --json.
func resultJSON(job *sagemaker.DescribeTrainingJobOutput, out any) map[string]any {
	result := map[string]any{
		"TrainingJobName": *job.TrainingJobName, "TrainingJobStatus": job.TrainingJobStatus,
		"Output": outputJSON(out), "Metrics": metricsJSON(job),
	}
	if job.ModelArtifacts != nil {
		result["ModelArtifacts"] = awsjson.Tree(job.ModelArtifacts)
	}
	return result
}

// failureJSON is that object for a job that returned nothing.
func failureJSON(job *sagemaker.DescribeTrainingJobOutput, failed *sagefly.Error) map[string]any {
	hosts := make([]map[string]any, len(failed.Hosts))
	for i, h := range failed.Hosts {
		hosts[i] = map[string]any{"Host": h.Host, "Class": h.Class, "Message": h.Message, "ExitCode": h.ExitCode}
	}
	return map[string]any{
		"TrainingJobName": *job.TrainingJobName, "TrainingJobStatus": job.TrainingJobStatus,
		"Class": failed.Class, "FailureReason": failed.Reason, "Hosts": hosts,
	}
}

// metricsJSON are the final values by name. JSON has no numbers for those that are not finite, so they are texts.
func metricsJSON(job *sagemaker.DescribeTrainingJobOutput) map[string]any {
	metrics := map[string]any{}
	for _, m := range job.FinalMetricDataList {
		metrics[deref(m.MetricName)] = finite(float64(deref(m.Value)), deref(m.Value))
	}
	return metrics
}

// failureProblem is a job that did not end well, for people.
func failureProblem(e *sagefly.Error) *Problem {
	p := &Problem{
		What: fmt.Sprintf("%s returned nothing: %s", e.Job, e.Class), Why: e.Reason, Exit: failureCode(e.Class), Cause: e,
		Fix: []string{"sagefly logs " + e.Job, "sagefly show " + e.Job},
	}
	for _, h := range e.Hosts {
		if p.Where != "" {
			p.Where += "\n"
		}
		p.Where += fmt.Sprintf("%s: %s: %s", h.Host, h.Class, clip(h.Message, 400))
		if h.ExitCode != 0 {
			p.Where += fmt.Sprintf(" (exit code %d)", h.ExitCode)
		}
	}
	return p
}

func failureCode(class sagefly.Class) int {
	switch class {
	case sagefly.Stopped, sagefly.MaxRuntime:
		return exitStopped
	case sagefly.Capacity:
		return exitQuota
	case sagefly.NotCaptured:
		return exitError
	}
	return exitFailed
}
