//go:build !sagefly_task

package cli

import (
	"context"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagefly/sagefly/cloud"
)

// tuningJob and trial are the API's words for a search and one of its training jobs.
type (
	tuningJob = sagemaker.DescribeHyperParameterTuningJobOutput
	trial     = types.HyperParameterTrainingJobSummary
)

func (t *target) stopTraining(ctx context.Context, name string) error {
	_, err := t.jobs().StopTrainingJob(ctx, &sagemaker.StopTrainingJobInput{TrainingJobName: &name})
	if hasCode(err, "ValidationException") { // it has ended meanwhile
		return nil
	}
	return err
}

func (t *target) stopTuning(ctx context.Context, name string) error {
	_, err := t.jobs().StopHyperParameterTuningJob(ctx, &sagemaker.StopHyperParameterTuningJobInput{HyperParameterTuningJobName: &name})
	if hasCode(err, "ValidationException") { // it has ended meanwhile
		return nil
	}
	return err
}

// describeTuning returns a tuning job; nil when there is none of this name.
func (t *target) describeTuning(ctx context.Context, name string) (*tuningJob, error) {
	if len(name) > maxTuningName { // of which the API says something else
		return nil, nil
	}
	job, err := t.jobs().DescribeHyperParameterTuningJob(ctx, &sagemaker.DescribeHyperParameterTuningJobInput{HyperParameterTuningJobName: &name})
	if hasCode(err, "ResourceNotFound") {
		return nil, nil
	}
	return job, err
}

// lookUp finds a job by its name: a training job, else a tuning job.
func (t *target) lookUp(ctx context.Context, name string) (*sagemaker.DescribeTrainingJobOutput, *tuningJob, error) {
	job, err := t.jobs().DescribeTrainingJob(ctx, &sagemaker.DescribeTrainingJobInput{TrainingJobName: &name})
	if !notFound(err) {
		return job, nil, err
	}
	tuning, tuningErr := t.describeTuning(ctx, name)
	if tuningErr != nil && !unknownOperation(tuningErr) {
		return nil, nil, tuningErr
	}
	if tuning == nil || tuningErr != nil {
		return nil, nil, t.noJob(ctx, name, err)
	}
	return nil, tuning, nil
}

// unknownOperation reports an endpoint that does not know tuning jobs at all, or a caller who may not ask for them.
func unknownOperation(err error) bool {
	return hasCode(err, "UnknownOperationException", "UnknownOperation", "AccessDeniedException", "AccessDenied", "NotImplemented", "InvalidAction")
}

// hasEnded reports whether a job of either kind has ended. One that cannot be asked for has not.
func (t *target) hasEnded(ctx context.Context, name string) bool {
	job, tuning, err := t.lookUp(ctx, name)
	switch {
	case err != nil:
		return false
	case tuning != nil:
		return cloud.TuningEnded(tuning.HyperParameterTuningJobStatus)
	}
	return ended(job.TrainingJobStatus)
}

// tuningOutcome is the exit code that tells how a tuning job ended.
func tuningOutcome(status types.HyperParameterTuningJobStatus) error {
	switch status {
	case types.HyperParameterTuningJobStatusFailed:
		return exit(exitFailed)
	case types.HyperParameterTuningJobStatusStopped:
		return exit(exitStopped)
	}
	return nil
}

// objectiveOf is what a tuning job is for. A job of several definitions has that of the first.
func objectiveOf(job *tuningJob) (metric string, maximize bool) {
	o := (*types.HyperParameterTuningJobObjective)(nil)
	if c := job.HyperParameterTuningJobConfig; c != nil {
		o = c.HyperParameterTuningJobObjective
	}
	if o == nil && len(job.TrainingJobDefinitions) > 0 {
		o = job.TrainingJobDefinitions[0].TuningObjective
	}
	if o == nil {
		return "", false
	}
	return deref(o.MetricName), o.Type == types.HyperParameterTuningJobObjectiveTypeMaximize
}

// objectiveNote is what a search of the space is for, and how far and how it goes.
func objectiveNote(c *types.HyperParameterTuningJobConfig, s searched) string {
	metric, maximize := objectiveOf(&tuningJob{HyperParameterTuningJobConfig: c})
	return choose(maximize, "maximizes ", "minimizes ") + metric + s.limitNote(c)
}

// searchedRanges are all ranges of a tuning job, those of its definitions too.
func searchedRanges(job *tuningJob) []*types.ParameterRanges {
	var list []*types.ParameterRanges
	if c := job.HyperParameterTuningJobConfig; c != nil && c.ParameterRanges != nil {
		list = append(list, c.ParameterRanges)
	}
	for _, d := range job.TrainingJobDefinitions {
		if d.HyperParameterRanges != nil {
			list = append(list, d.HyperParameterRanges)
		}
	}
	return list
}

// variedOf are the ranges as --vary has them, by name.
func variedOf(list []*types.ParameterRanges) []*varied {
	byName := map[string]*varied{}
	for _, r := range list {
		for _, p := range r.IntegerParameterRanges {
			byName[deref(p.Name)] = &varied{name: deref(p.Name), low: parse(p.MinValue), high: parse(p.MaxValue), whole: true, scale: catalogueScale(string(p.ScalingType))}
		}
		for _, p := range r.ContinuousParameterRanges {
			byName[deref(p.Name)] = &varied{name: deref(p.Name), low: parse(p.MinValue), high: parse(p.MaxValue), scale: catalogueScale(string(p.ScalingType))}
		}
		for _, p := range r.CategoricalParameterRanges {
			byName[deref(p.Name)] = &varied{name: deref(p.Name), words: p.Values}
		}
	}
	var all []*varied
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		all = append(all, byName[name])
	}
	return all
}

func parse(text *string) float64 {
	f, err := strconv.ParseFloat(deref(text), 64)
	if err != nil {
		return math.NaN()
	}
	return f
}

// objectiveValue is a trial's objective; false when it has none yet or never.
func objectiveValue(t trial) (float32, bool) {
	m := t.FinalHyperParameterTuningJobObjectiveMetric
	if m == nil || m.Value == nil || *m.Value != *m.Value {
		return 0, false
	}
	return *m.Value, true
}

// bestTrial is the place of the trial with the best objective, -1 = none has one.
func bestTrial(trials []trial, maximize bool) int {
	best := -1
	var top float32
	for i, t := range trials {
		v, ok := objectiveValue(t)
		if ok && ended(t.TrainingJobStatus) && (best < 0 || maximize && v > top || !maximize && v < top) {
			best, top = i, v
		}
	}
	return best
}

// numberOf is a trial's number; the place in the list where its name does not say it.
func numberOf(t trial, place int) int {
	if n := cloud.TrialNumber(deref(t.TrainingJobName)); n > 0 {
		return n
	}
	return place + 1
}

// took is how long a trial trained, or has until now.
func took(t trial, now time.Time) time.Duration {
	from, to := t.TrainingStartTime, t.TrainingEndTime
	if from == nil {
		return 0
	}
	if to == nil {
		to = &now
	}
	return to.Sub(*from)
}

// short is a value for a table: numbers with four digits.
func short(text string) string {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || !strings.ContainsAny(text, ".eE") {
		return text
	}
	return strconv.FormatFloat(f, 'g', 4, 64)
}

// withoutObjective says that a trial ran to its end, and its log did not have the objective.
func withoutObjective(t trial) bool {
	return t.TrainingJobStatus == types.TrainingJobStatusCompleted && t.ObjectiveStatus == types.ObjectiveStatusFailed
}
