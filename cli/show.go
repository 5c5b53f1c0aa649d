//go:build !sagefly_task

package cli

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/spf13/cobra"

	"github.com/sagefly/sagefly/internal/awsjson"
)

func newShow(a *app) *cobra.Command {
	var o fileFlags
	cmd := &cobra.Command{
		Use:   "show NAME",
		Short: "Show all about a training job or tuning job",
		Long: "Show all about a training job or tuning job. Of a tuning job --csv and --report write what tune writes with them, also while it runs: the trials " +
			"so far.",
		Args:              args(1, 1, "the name of a job"),
		ValidArgsFunction: a.completeJobs,
		RunE: func(cmd *cobra.Command, args []string) error {
			files, err := a.openFiles(&o, "")
			if err != nil {
				return err
			}
			return a.with(cmd.Context(), func(ctx context.Context, t *target) error {
				job, tuning, err := t.lookUp(ctx, args[0])
				switch {
				case err != nil:
					return err
				case tuning != nil:
					return a.showTuning(ctx, t, tuning, &files)
				case o.fileWords() != nil:
					return o.noTrials(job)
				}
				return a.showTraining(ctx, t, job)
			})
		},
	}
	o.bindFiles(cmd.Flags())
	return cmd
}

// noTrials says of which job the files are that a training job does not have.
func (o *fileFlags) noTrials(job *sagemaker.DescribeTrainingJobOutput) error {
	words := o.fileWords()
	p := usage(words[0]+" is for tuning jobs", deref(job.TrainingJobName)+" is a training job, which has no trials")
	if _, name, ok := strings.Cut(deref(job.TuningJobArn), "hyper-parameter-tuning-job/"); ok {
		p.Why = fmt.Sprintf("%s is a trial of %s", deref(job.TrainingJobName), name)
		p.Fix = o.later(name, "")
	}
	return p
}

func (a *app) showTraining(ctx context.Context, t *target, job *sagemaker.DescribeTrainingJobOutput) error {
	switch {
	case a.json:
		return a.screen.object(awsjson.Tree(job))
	case a.quiet:
		a.screen.print("%s", job.TrainingJobStatus)
		return nil
	}
	a.screen.note("%s", a.screen.paintE.bold(t.name))
	p := a.screen.paint
	a.screen.print("%s %s", verdict(p, job.TrainingJobStatus), p.bold(*job.TrainingJobName))
	rows := append([][]string{{"created", deref(job.CreationTime).Local().Format(time.DateTime)}}, a.facts(ctx, t, job, "")...)
	rows = append(rows, requestRows(job)...)
	for _, line := range table(rows) {
		a.screen.print("  %s", a.screen.hint(line))
	}
	a.section("hyperparameters", hyperparameterRows(job))
	a.section("history", a.history(job))
	return nil
}

func (a *app) section(title string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	if title != "" {
		a.screen.print("\n%s", a.screen.paint.bold(title))
	}
	for _, line := range table(rows) {
		a.screen.print("  %s", line)
	}
}

// requestRows are what was asked for.
func requestRows(job *sagemaker.DescribeTrainingJobOutput) [][]string {
	var rows [][]string
	add := func(name, value string) {
		if value != "" {
			rows = append(rows, []string{name, value})
		}
	}
	if s := job.AlgorithmSpecification; s != nil {
		add("image", deref(s.TrainingImage))
	}
	for _, c := range job.InputDataConfig {
		add("channel", strings.TrimSpace(fmt.Sprintf("%s  %s  %s", deref(c.ChannelName), addressOf(c).uri, deref(c.ContentType))))
	}
	if r := job.ResourceConfig; r != nil {
		add("instances", fmt.Sprintf("%d × %s", hosts(job), r.InstanceType))
	}
	if s := job.StoppingCondition; s != nil {
		add("max run", duration(time.Duration(deref(s.MaxRuntimeInSeconds))*time.Second))
	}
	add("role", deref(job.RoleArn))
	add("arn", deref(job.TrainingJobArn))
	return rows
}

func hyperparameterRows(job *sagemaker.DescribeTrainingJobOutput) [][]string {
	var rows [][]string
	for _, name := range slices.Sorted(maps.Keys(job.HyperParameters)) {
		rows = append(rows, []string{name, job.HyperParameters[name]})
	}
	return rows
}

func (a *app) history(job *sagemaker.DescribeTrainingJobOutput) [][]string {
	var rows [][]string
	for _, step := range job.SecondaryStatusTransitions {
		span := ""
		if step.StartTime != nil && step.EndTime != nil {
			span = duration(step.EndTime.Sub(*step.StartTime))
		}
		rows = append(rows, []string{deref(step.StartTime).Local().Format(time.TimeOnly), string(step.Status), span, deref(step.StatusMessage)})
	}
	return rows
}
