//go:build !sagefly_task

package cli

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/sagefly/sagefly/cli/internal/report"
)

// writeTrials writes trials as CSV: what a trial is, then a column for each searched parameter (empty in trials that do not have
// it), then the objective.
func writeTrials(w io.Writer, job *tuningJob, trials []trial) error {
	metric, _ := objectiveOf(job)
	names := names(variedOf(searchedRanges(job)))
	out := csv.NewWriter(w)
	head := append([]string{"trial", "name", "status", "started", "seconds", "reason"}, names...)
	if err := out.Write(append(head, metric)); err != nil {
		return err
	}
	for i, t := range trials {
		if err := out.Write(trialRecord(i, t, names)); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func trialRecord(place int, t trial, names []string) []string {
	started, seconds := "", ""
	if t.TrainingStartTime != nil {
		started = t.TrainingStartTime.UTC().Format(time.RFC3339)
		if t.TrainingEndTime != nil {
			took := t.TrainingEndTime.Sub(*t.TrainingStartTime).Round(time.Millisecond)
			seconds = strconv.FormatFloat(float64(took.Milliseconds())/1000, 'f', -1, 64)
		}
	}
	record := []string{strconv.Itoa(numberOf(t, place)), deref(t.TrainingJobName), string(t.TrainingJobStatus), started, seconds, tellingLine(deref(t.FailureReason))}
	for _, name := range names {
		record = append(record, t.TunedHyperParameters[name])
	}
	objective := ""
	if v, ok := objectiveValue(t); ok {
		objective = strconv.FormatFloat(float64(v), 'g', -1, 32)
	}
	return append(record, objective)
}

// page is the search for the page. Curves come from the trials' logs.
func (r *tuningReport) page(ctx context.Context) (report.Search, error) {
	t, job, trials, screen := r.target, r.job, r.trials, r.app.screen
	metric, maximize := objectiveOf(job)
	s := report.Search{
		Name: deref(job.HyperParameterTuningJobName), Strategy: strategyOf(job), Status: string(job.HyperParameterTuningJobStatus), Metric: metric, Maximize: maximize,
		Began: deref(job.CreationTime), Ended: deref(job.HyperParameterTuningEndTime), Notes: reportNotes(job),
	}
	for _, v := range variedOf(searchedRanges(job)) {
		s.Parameters = append(s.Parameters, v.reported())
	}
	defer screen.setStatus("")
	early := earlyStops(job, trials)
	for i, one := range trials {
		screen.setStatus(fmt.Sprintf("reading the log of trial %d of %d", i+1, len(trials)))
		r := reportedTrial(i, one)
		r.Stopped = early[i]
		curve, err := t.curve(ctx, r.Name, metric)
		switch {
		case ctx.Err() != nil:
			return s, ctx.Err()
		case err != nil:
			s.Notes = append(s.Notes, fmt.Sprintf("The log of trial %d could not be read: %v", r.Number, err))
		}
		r.Curve = curve
		s.Trials = append(s.Trials, r)
	}
	return s, nil
}

func strategyOf(job *tuningJob) string {
	if job.HyperParameterTuningJobConfig == nil {
		return ""
	}
	return string(job.HyperParameterTuningJobConfig.Strategy)
}

func reportNotes(job *tuningJob) []string {
	var notes []string
	if reason := deref(job.FailureReason); reason != "" {
		notes = append(notes, reason)
	}
	if parents := parentsOf(job); parents != nil {
		notes = append(notes, "It began with what is known from "+strings.Join(parents, ", ")+".")
	}
	if b := inherited(job); b != nil {
		notes = append(notes, fmt.Sprintf("The best trial is still %s of %s.", deref(b.TrainingJobName), deref(b.TuningJobName)))
	}
	return notes
}

// reported is the parameter as the page has it.
func (v *varied) reported() report.Parameter {
	p := report.Parameter{Name: v.name, Kind: "float", Min: v.low, Max: v.high, Values: v.words, Scale: v.scale.tuner()}
	switch {
	case v.words != nil:
		p.Kind = "category"
	case v.whole:
		p.Kind = "int"
	}
	return p
}

func reportedTrial(place int, t trial) report.Trial {
	r := report.Trial{
		Number: numberOf(t, place), Name: deref(t.TrainingJobName), Status: string(t.TrainingJobStatus), Reason: deref(t.FailureReason), Values: t.TunedHyperParameters,
		Began: deref(t.TrainingStartTime), Ended: deref(t.TrainingEndTime),
	}
	if r.Reason == "" && withoutObjective(t) {
		r.Reason = "it ended without the objective"
	}
	if v, ok := objectiveValue(t); ok {
		r.Objective = new(float64(v))
	}
	return r
}
