//go:build !sagefly_task

package cli

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagefly/sagefly/internal/awsjson"
)

// tuningReport is what is said of a tuning job that has ended.
type tuningReport struct {
	app    *app
	target *target
	job    *tuningJob
	trials []trial
	again  func(map[string]string) string // the command that trains with these values; nil = there is none
	files  *resultFiles
	extra  [][]string      // rows of a task
	output *capturedOutput // of a task; nil = none
}

// best is the best trial, of those that the search began with too; nil = none has the objective.
func (r *tuningReport) best() *trial {
	for _, b := range []*trial{r.job.OverallBestTrainingJob, r.job.BestTrainingJob} {
		if b != nil && deref(b.TrainingJobName) != "" {
			return b
		}
	}
	_, maximize := objectiveOf(r.job)
	if i := bestTrial(r.trials, maximize); i >= 0 {
		return &r.trials[i]
	}
	return nil
}

// write writes the result, then the files that were asked for: what goes wrong with those takes nothing from it.
func (r *tuningReport) write(ctx context.Context) error {
	newTrialView(r.app.screen).terminalTable(r.job, r.trials)
	if err := r.print(ctx); err != nil {
		return err
	}
	return r.files.write(ctx, r)
}

func (r *tuningReport) print(ctx context.Context) error {
	a := r.app
	switch {
	case r.files.stdout:
		return nil
	case a.json:
		return a.screen.object(r.output.addTo(tuningJSON(r.job, r.trials)))
	case a.quiet:
		a.screen.print("%s", deref(r.job.HyperParameterTuningJobName))
		return nil
	}
	p, best := a.screen.paint, r.best()
	a.screen.print("%s %s", tuningVerdict(p, r.job.HyperParameterTuningJobStatus), p.bold(deref(r.job.HyperParameterTuningJobName)))
	rows := append(r.counts(), r.bestRows(best)...)
	rows = append(rows, r.extra...)
	if model := r.model(ctx, best); model != "" {
		rows = append(rows, []string{"model", model})
	}
	for _, line := range table(append(rows, a.screen.nextRows(r.next(best)...)...)) {
		a.screen.print("  %s", a.screen.hint(line))
	}
	return nil
}

// model is where the best trial's model is; "" when there is none, or nobody says.
func (r *tuningReport) model(ctx context.Context, best *trial) string {
	if best == nil {
		return ""
	}
	job, err := r.target.describe(ctx, *best.TrainingJobName)
	if err != nil {
		return ""
	}
	return r.target.model(ctx, job)
}

// counts are how the search went.
func (r *tuningReport) counts() [][]string {
	var rows [][]string
	if from, to := r.job.CreationTime, r.job.HyperParameterTuningEndTime; from != nil && to != nil {
		rows = append(rows, []string{"time", duration(to.Sub(*from))})
	}
	byStatus := map[string]int{}
	early := earlyStops(r.job, r.trials)
	for i, t := range r.trials {
		word := strings.ToLower(string(t.TrainingJobStatus))
		switch {
		case t.TrainingJobStatus == types.TrainingJobStatusInProgress:
			word = "running"
		case withoutObjective(t):
			word = "without the objective"
		case early[i]:
			word = "stopped early"
		case t.TrainingJobStatus == types.TrainingJobStatusStopped:
			word = "stopped with the search"
		}
		byStatus[word]++
	}
	var parts []string
	for _, word := range slices.Sorted(maps.Keys(byStatus)) {
		parts = append(parts, fmt.Sprintf("%d %s", byStatus[word], word))
	}
	if len(parts) > 0 {
		rows = append(rows, []string{"trials", strings.Join(parts, ", ")})
	}
	return append(rows, endRows(r.job, r.trials)...)
}

// bestRows are the best trial, its objective and its values.
func (r *tuningReport) bestRows(best *trial) [][]string {
	if best == nil {
		return nil
	}
	name := deref(best.TrainingJobName)
	if from := deref(best.TuningJobName); from != "" && from != deref(r.job.HyperParameterTuningJobName) {
		name += ", of the earlier search " + from
	}
	rows := [][]string{{"best", name}}
	metric, _ := objectiveOf(r.job)
	if value, ok := objectiveValue(*best); ok {
		rows = append(rows, []string{metric, number(value)})
	}
	for _, p := range slices.Sorted(maps.Keys(best.TunedHyperParameters)) {
		rows = append(rows, []string{p, best.TunedHyperParameters[p]})
	}
	return rows
}

// next are the commands that make sense now.
func (r *tuningReport) next(best *trial) []string {
	var words []string
	if best != nil {
		if r.again != nil {
			words = append(words, r.again(best.TunedHyperParameters))
		}
		if r.files.out == "" {
			words = append(words, "sagefly download "+deref(best.TrainingJobName))
		}
	}
	words = append(words, "sagefly show "+deref(r.job.HyperParameterTuningJobName))
	if best == nil && len(r.trials) > 0 {
		words = append(words, "sagefly logs "+deref(r.trials[0].TrainingJobName))
	}
	return words
}

// tuningJSON is a tuning job for programs: its description, and its trials as the API lists them.
func tuningJSON(job *tuningJob, trials []trial) any {
	tree, ok := awsjson.Tree(job).(map[string]any)
	if !ok {
		return nil
	}
	list := awsjson.Tree(trials)
	if list == nil {
		list = []any{}
	}
	tree["TrainingJobSummaries"] = list
	return tree
}
