//go:build !sagefly_task

package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagefly/sagefly/cloud"
)

// trialView shows the trials of a search while it runs: a table that is repainted on a terminal, elsewhere a line for each trial that ends and
// one when it is the best so far.
type trialView struct {
	screen *screen
	told   map[string]bool // trials whose end was printed
	best   string          // the trial that was called the best
	old    *trial          // the best one of earlier searches that this one goes on from, nil = none
}

func newTrialView(s *screen) *trialView { return &trialView{screen: s, told: map[string]bool{}} }

// see shows what is new.
func (v *trialView) see(job *tuningJob, trials []trial) {
	if v.screen.live {
		v.screen.setStatus(strings.Join(v.picture(job, trials), "\n"))
		return
	}
	metric, maximize := objectiveOf(job)
	if old := inherited(job); v.old == nil && old != nil {
		v.old = old
		v.screen.event(v.screen.now(), bestSoFar(old, metric))
	}
	names := names(variedOf(searchedRanges(job)))
	for i, t := range trials {
		over := cloud.TuningEnded(job.HyperParameterTuningJobStatus)
		if v.told[deref(t.TrainingJobName)] || !ended(t.TrainingJobStatus) || t.ObjectiveStatus == types.ObjectiveStatusPending && !over {
			continue // its objective is still to come
		}
		v.told[deref(t.TrainingJobName)] = true
		v.screen.event(v.endOf(t), v.line(numberOf(t, i), t, metric, names))
		v.improve(trials, metric, maximize)
	}
}

func (v *trialView) endOf(t trial) time.Time {
	if t.TrainingEndTime != nil {
		return *t.TrainingEndTime
	}
	return v.screen.now()
}

// improve tells of the best trial when it is another one. Only trials that were told of count.
func (v *trialView) improve(trials []trial, metric string, maximize bool) {
	known := slices.Clone(trials)
	for i := range known {
		if !v.told[deref(known[i].TrainingJobName)] {
			known[i] = trial{} // without an objective, in its place
		}
	}
	i := bestTrial(known, maximize)
	if i < 0 || deref(known[i].TrainingJobName) == v.best {
		return
	}
	if v.old != nil && bestTrial([]trial{*v.old, known[i]}, maximize) == 0 {
		return
	}
	v.best = deref(known[i].TrainingJobName)
	v.screen.event(v.endOf(known[i]), bestSoFar(&known[i], metric))
}

// inherited is the best trial while it is still one of an earlier search that this one goes on from, nil when it is not.
func inherited(job *tuningJob) *trial {
	b := job.OverallBestTrainingJob
	if b == nil || deref(b.TuningJobName) == "" || deref(b.TuningJobName) == deref(job.HyperParameterTuningJobName) {
		return nil
	}
	return b
}

// bestSoFar says which trial is the best; one of another search by its name.
func bestSoFar(t *trial, metric string) string {
	value, _ := objectiveValue(*t)
	name := fmt.Sprintf("trial %d", cloud.TrialNumber(deref(t.TrainingJobName)))
	if other := deref(t.TuningJobName); other != "" {
		name += " of " + other
	}
	return fmt.Sprintf("best so far: %s, %s %s", name, metric, number(value))
}

// line is a trial that has ended.
func (v *trialView) line(n int, t trial, metric string, names []string) string {
	parts := []string{fmt.Sprintf("trial %d", n), trialStatus(v.screen.paintE, t)}
	if value, ok := objectiveValue(t); ok {
		parts = append(parts, metric+" "+number(value))
	}
	parts = append(parts, duration(took(t, v.screen.now())))
	var values []string
	for _, name := range names {
		if value, ok := t.TunedHyperParameters[name]; ok {
			values = append(values, name+"="+short(value))
		}
	}
	parts = append(parts, strings.Join(values, " "))
	if reason := tellingLine(deref(t.FailureReason)); reason != "" {
		parts = append(parts, clip(reason, 160))
	}
	return strings.Join(parts, "  ")
}

// trialStatus is a trial's status, with what a training job's own does not say.
func trialStatus(p paint, t trial) string {
	if withoutObjective(t) {
		return p.red("✗ no objective")
	}
	return verdict(p, t.TrainingJobStatus)
}

// picture is the table and the line below it, as many lines as the terminal has.
func (v *trialView) picture(job *tuningJob, trials []trial) []string {
	lines := trialTable(trialRows(v.screen.paintE, job, trials, v.screen.now()), terminalWidth(v.screen.err)-1) // what draw leaves of a line
	if room := v.screen.height() - 2; len(lines) > room {
		lines = append(lines[:1:1], lines[len(lines)-max(room-1, 1):]...)
	}
	return append(lines, v.footer(job, trials))
}

// footer says what is best and how far the search is. What matters most comes first: the end of a line may be cut.
func (v *trialView) footer(job *tuningJob, trials []trial) string {
	metric, maximize := objectiveOf(job)
	done := 0
	for _, t := range trials {
		if ended(t.TrainingJobStatus) {
			done++
		}
	}
	var parts []string
	if old := inherited(job); old != nil {
		parts = append(parts, bestSoFar(old, metric))
	} else if i := bestTrial(trials, maximize); i >= 0 {
		parts = append(parts, bestSoFar(&trials[i], metric))
	}
	parts = append(parts, string(job.HyperParameterTuningJobStatus), fmt.Sprintf("%d%s", done, trialLimit(job)))
	if job.CreationTime != nil {
		parts = append(parts, duration(v.screen.now().Sub(*job.CreationTime)))
	}
	return strings.Join(parts, " · ")
}

func trialLimit(job *tuningJob) string {
	if c := job.HyperParameterTuningJobConfig; c != nil && c.ResourceLimits != nil && c.ResourceLimits.MaxNumberOfTrainingJobs != nil {
		return fmt.Sprintf(" of %s", plural(int(*c.ResourceLimits.MaxNumberOfTrainingJobs), "trial"))
	}
	return " trials"
}

// trialColumns are the columns of trialRows before those of the parameters.
const trialColumns = 5

// trialTable are rows of trials as lines of a width, 0 = any. Parameters that have no room are left out.
func trialTable(rows [][]string, width int) []string { return table(fitted(rows, trialColumns, width)) }

// trialRows are trials below a head, the newest last and the best marked.
func trialRows(p paint, job *tuningJob, trials []trial, now time.Time) [][]string {
	metric, maximize := objectiveOf(job)
	names := names(variedOf(searchedRanges(job)))
	rows := [][]string{append([]string{"", "TRIAL", "STATUS", metric, "TIME"}, names...)}
	best := bestTrial(trials, maximize)
	for i, t := range trials {
		objective := ""
		if value, ok := objectiveValue(t); ok {
			objective = number(value)
		}
		row := []string{choose(i == best, "★", ""), fmt.Sprint(numberOf(t, i)), trialStatus(p, t), objective, duration(took(t, now))}
		for _, name := range names {
			value, ok := t.TunedHyperParameters[name]
			row = append(row, choose(ok, short(value), "–"))
		}
		rows = append(rows, row)
	}
	return rows
}

// tuningVerdict is a tuning job's status with its sign.
func tuningVerdict(p paint, status types.HyperParameterTuningJobStatus) string {
	return verdict(p, types.TrainingJobStatus(status))
}
