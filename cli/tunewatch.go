//go:build !sagefly_task

package cli

import (
	"context"
	"fmt"

	"github.com/sagefly/sagefly/cloud"
)

// tuningWatch follows a tuning job with its trials until it has ended.
type tuningWatch struct {
	app    *app
	target *target
	name   string
	view   *trialView       // nil = nothing is shown
	doctor *objectiveDoctor // nil = trials without the objective are not looked for

	trials []trial
	last   string // what the description was when the trials were asked for
}

func (a *app) newTuningWatch(t *target, name string) *tuningWatch {
	return &tuningWatch{app: a, target: t, name: name, view: newTrialView(a.screen)}
}

// run returns the last description and all trials.
func (w *tuningWatch) run(ctx context.Context) (*tuningJob, []trial, error) {
	defer w.app.screen.setStatus("")
	var trouble error
	job, err := cloud.WatchTuning(ctx, w.target.aws, w.name, cloud.TuningWatching{Seen: func(job *tuningJob) {
		if err := w.look(ctx, job); err != nil && !cloud.Transient(err) {
			trouble = err
		}
	}})
	if err == nil {
		err = trouble
	}
	if err != nil {
		return nil, nil, err
	}
	if w.trials, err = w.target.trials(ctx, w.name); err != nil { // what is so to the end
		return nil, nil, err
	}
	w.show(job)
	if _, err := w.missing(ctx, job); err != nil {
		return nil, nil, err
	}
	return job, w.trials, nil
}

// look asks for the trials when something happened to them.
func (w *tuningWatch) look(ctx context.Context, job *tuningJob) error {
	state := fmt.Sprint(job.HyperParameterTuningJobStatus, countsOf(job))
	const few = 500 // whose times may be shown anew each time
	if state != w.last || w.target.near && len(w.trials) < few {
		trials, err := w.target.trials(ctx, w.name)
		if err != nil {
			return err
		}
		w.trials, w.last = trials, state
	}
	w.show(job)
	if missing, err := w.missing(ctx, job); err != nil || !missing {
		return err
	}
	w.app.screen.note("stopping %s: %s ended without the objective", w.name, w.doctor.trial)
	return w.target.stopTuning(ctx, w.name)
}

// missing asks the doctor whether a trial has just shown that none will have the objective.
func (w *tuningWatch) missing(ctx context.Context, job *tuningJob) (bool, error) {
	if w.doctor == nil {
		return false, nil
	}
	metric, _ := objectiveOf(job)
	known := len(w.doctor.diverged)
	missing, err := w.doctor.look(w.trials, func(name string) (bool, error) {
		curve, err := w.target.curve(ctx, name, metric)
		return len(curve) > 0, err
	})
	for _, name := range w.doctor.diverged[known:] {
		w.app.screen.note("%s printed %s, but no finite number: it has no objective", name, metric)
	}
	return missing, err
}

func (w *tuningWatch) show(job *tuningJob) {
	if w.view != nil {
		w.view.see(job, w.trials)
	}
}

// countsOf are how many trials are in which state.
func countsOf(job *tuningJob) (counts [8]int32) {
	if c := job.TrainingJobStatusCounters; c != nil {
		for i, n := range []*int32{c.Completed, c.InProgress, c.RetryableError, c.NonRetryableError, c.Stopped} {
			counts[i] = deref(n)
		}
	}
	if c := job.ObjectiveStatusCounters; c != nil {
		for i, n := range []*int32{c.Succeeded, c.Pending, c.Failed} {
			counts[5+i] = deref(n)
		}
	}
	return counts
}

// watch follows the search under the rule for interrupts and reports its end.
func (s *search) watch(ctx context.Context, t *target, rule *interruptRule) error {
	a := s.app
	watching, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	rule.arm(watching, t, s.name, cancel)
	defer a.signals(nil)
	w := a.newTuningWatch(t, s.name)
	w.doctor = &objectiveDoctor{}
	job, trials, err := w.run(watching)
	if err != nil && rule.left() {
		rule.later = s.flags.later(s.name, s.out)
		return rule.leave(s.name)
	}
	if err != nil {
		return err
	}
	err = s.conclude(ctx, t, job, trials)
	if w.doctor.trial != "" && !rule.pressed() {
		metric, _ := objectiveOf(job)
		return also(w.doctor.diagnose(ctx, t, metric, s.advice), err)
	}
	return rule.verdict(err)
}

// conclude reports the search's end; the error is how it ended.
func (s *search) conclude(ctx context.Context, t *target, job *tuningJob, trials []trial) error {
	r := &tuningReport{app: s.app, target: t, job: job, trials: trials, again: s.again, files: &s.files}
	if s.task != nil {
		if err := r.addOutput(ctx, s.task); err != nil {
			return err
		}
	}
	if err := r.write(ctx); err != nil {
		return err
	}
	if s.ended != nil {
		s.ended(job, trials)
	}
	return tuningOutcome(job.HyperParameterTuningJobStatus)
}

// terminalTable prints all trials once more where a table was painted over and is gone.
func (v *trialView) terminalTable(job *tuningJob, trials []trial) {
	const most = 100
	if !v.screen.live || len(trials) == 0 {
		return
	}
	width := terminalWidth(v.screen.err)
	lines := trialTable(trialRows(v.screen.paintE, job, trials, v.screen.now()), width)
	if left := len(lines) - 1 - most; left > 0 {
		v.screen.note("the last %d of %d trials; all of them:  sagefly show %s", most, len(trials), deref(job.HyperParameterTuningJobName))
		lines = append(lines[:1:1], lines[1+left:]...)
	}
	for _, l := range lines {
		v.screen.note("%s", clip(l, width))
	}
}
