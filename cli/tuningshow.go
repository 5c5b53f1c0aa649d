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

	"github.com/sagefly/sagefly/api"
	"github.com/sagefly/sagefly/cloud"
)

// showTuning is show of a tuning job.
func (a *app) showTuning(ctx context.Context, t *target, job *tuningJob, files *resultFiles) error {
	trials, err := t.trials(ctx, deref(job.HyperParameterTuningJobName))
	if err != nil {
		return err
	}
	r := &tuningReport{app: a, target: t, job: job, trials: trials, files: files}
	if err := a.printTuning(ctx, r); err != nil {
		return err
	}
	return files.write(ctx, r)
}

func (a *app) printTuning(ctx context.Context, r *tuningReport) error {
	job, trials := r.job, r.trials
	switch {
	case r.files.stdout:
		return nil
	case a.json:
		return a.screen.object(tuningJSON(job, trials))
	case a.quiet:
		a.screen.print("%s", job.HyperParameterTuningJobStatus)
		return nil
	}
	a.screen.note("%s", a.screen.paintE.bold(r.target.name))
	p := a.screen.paint
	a.screen.print("%s %s", tuningVerdict(p, job.HyperParameterTuningJobStatus), p.bold(deref(job.HyperParameterTuningJobName)))
	space := a.searched(ctx, r.target, job)
	rows := append([][]string{{"created", deref(job.CreationTime).Local().Format(time.DateTime)}}, r.counts()...)
	if c := job.HyperParameterTuningJobConfig; c != nil {
		rows = append(rows, []string{"search", objectiveNote(c, space)})
	}
	if w := warmStartText(job); w != "" {
		rows = append(rows, []string{"began with", w})
	}
	if best := r.best(); best != nil {
		rows = append(rows, []string{"best", deref(best.TrainingJobName)})
	}
	rows = append(rows, []string{"arn", deref(job.HyperParameterTuningJobArn)})
	for _, line := range table(rows) {
		a.screen.print("  %s", line)
	}
	a.section("searched", space.rows(r.target.amazon))
	if d := job.TrainingJobDefinition; d != nil {
		a.section("hyperparameters", staticRows(d.StaticHyperParameters))
	}
	if len(trials) > 0 {
		a.screen.print("")
		for _, line := range trialTable(trialRows(p, job, trials, a.screen.now()), a.screen.cut) {
			a.screen.print("%s", clip(line, a.screen.cut))
		}
	}
	return nil
}

func warmStartText(job *tuningJob) string {
	if job.WarmStartConfig == nil {
		return ""
	}
	return fmt.Sprintf("%s (%s)", strings.Join(parentsOf(job), ", "), job.WarmStartConfig.WarmStartType)
}

// parentsOf are the searches that a search began with.
func parentsOf(job *tuningJob) (names []string) {
	if job.WarmStartConfig == nil {
		return nil
	}
	for _, p := range job.WarmStartConfig.ParentHyperParameterTuningJobs {
		names = append(names, deref(p.HyperParameterTuningJobName))
	}
	return names
}

// searched is what a tuning job searches. Its conditions are in its spec channel; when that cannot be read, it is said.
func (a *app) searched(ctx context.Context, t *target, job *tuningJob) searched {
	if job.TrainingJobDefinition == nil {
		return searchedIn(job, nil)
	}
	spec, err := t.readSpec(ctx, job.TrainingJobDefinition)
	if err != nil {
		a.screen.note("conditions are not shown: %v", err)
	}
	return searchedIn(job, spec.Search)
}

func staticRows(static map[string]string) [][]string {
	var rows [][]string
	for _, name := range slices.Sorted(maps.Keys(static)) {
		if name == api.ObjectiveParameter {
			continue
		}
		rows = append(rows, []string{name, static[name]})
	}
	return rows
}

// noLog says whose logs there are instead of a tuning job's.
func (t *target) noLog(ctx context.Context, name string) error {
	p := usage(name+" is a tuning job, which has no log", "its trials have")
	trials, err := cloud.Trials(ctx, t.aws, name)
	if err != nil {
		return err
	}
	for _, one := range trials[max(len(trials)-3, 0):] {
		p.Fix = append(p.Fix, "sagefly logs "+deref(one.TrainingJobName))
	}
	p.Fix = append(p.Fix, "all trials:  sagefly show "+name)
	return p
}

// bestJob is the best trial of a tuning job.
func (t *target) bestJob(ctx context.Context, job *tuningJob) (*sagemaker.DescribeTrainingJobOutput, error) {
	name := deref(job.HyperParameterTuningJobName)
	trials, err := cloud.Trials(ctx, t.aws, name)
	if err != nil {
		return nil, err
	}
	best := (&tuningReport{job: job, trials: trials}).best()
	if best == nil {
		return nil, refused(name+" has no best trial", "none has the objective", "sagefly show "+name)
	}
	return t.describe(ctx, deref(best.TrainingJobName))
}

// searchesOf are those of the names, and of the tuning jobs whose trials they are, that are tuning jobs which go on.
func (t *target) searchesOf(ctx context.Context, names []string) []string {
	var searches []string
	for _, name := range names {
		job, err := t.jobs().DescribeTrainingJob(ctx, &sagemaker.DescribeTrainingJobInput{TrainingJobName: &name})
		if err == nil {
			_, name, _ = strings.Cut(deref(job.TuningJobArn), "hyper-parameter-tuning-job/")
		}
		if name != "" && !slices.Contains(searches, name) {
			searches = append(searches, name)
		}
	}
	return searches
}
