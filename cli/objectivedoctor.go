//go:build !sagefly_task

package cli

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagefly/sagefly/cli/internal/closest"
)

// objectiveDoctor looks for the first trial that ran to its end and did not print the objective while no other has it: then no trial will, and
// each of them would cost as much. A trial that printed NaN or an infinity has diverged, and says nothing of the others.
type objectiveDoctor struct {
	trial    string   // the one, "" = there is none
	diverged []string // trials whose objective is no finite number
}

// look reports whether the trials have just shown it. printed says whether a trial's log has a value of the objective.
func (d *objectiveDoctor) look(trials []trial, printed func(name string) (bool, error)) (bool, error) {
	if d.trial != "" || slices.ContainsFunc(trials, func(t trial) bool { _, ok := objectiveValue(t); return ok }) {
		return false, nil
	}
	for _, t := range trials {
		name := deref(t.TrainingJobName)
		if !withoutObjective(t) || slices.Contains(d.diverged, name) {
			continue
		}
		was, err := printed(name)
		if err != nil {
			return false, err
		}
		if !was {
			d.trial = name
			return true, nil
		}
		d.diverged = append(d.diverged, name)
	}
	return false, nil
}

// diagnose explains from the trial's log why it has no objective. advice says how the user gives a pattern; nil = the pattern is not
// the user's.
func (d *objectiveDoctor) diagnose(ctx context.Context, t *target, metric string, advice func(string) string) error {
	job, err := t.describe(ctx, d.trial)
	if err != nil {
		return err
	}
	log, err := t.wholeLog(ctx, job)
	if err != nil {
		return err
	}
	p := &Problem{
		What:  fmt.Sprintf("the objective %s was not in the log of the first trial that ended; the search is stopped", metric),
		Where: d.trial, Exit: exitFailed,
	}
	p.Why = fmt.Sprintf("%s, %s", plural(len(log), "log line"), matchText(job, metric))
	lines := closest.Lines(log, metric)
	if len(lines) == 0 {
		p.Why += fmt.Sprintf("\nno line has a number after the name %s or a word of it", metric)
		p.Fix = []string{"let the program print it, for example  " + metric + ": 0.97"}
		if advice != nil {
			p.Fix[0] += "   with  " + advice(regexp.QuoteMeta(metric)+": ([-+0-9.eE]+)")
		}
	} else {
		p.Why += "\nlines that came closest:"
		for _, l := range lines {
			p.Why += "\n  " + clip(strings.TrimSpace(clean(l.Text)), 200)
		}
		p.Fix = prescribe(lines[0], advice)
	}
	p.Fix = append(p.Fix, "the whole log:  sagefly logs "+d.trial)
	return p
}

// prescribe is what would have found the number of the best line.
func prescribe(best closest.Line, advice func(string) string) []string {
	switch {
	case best.Pattern == "" && strings.ContainsAny(best.Value, "nN"):
		return []string{fmt.Sprintf("the value is %s, which is no objective: let the program print a number, or end with an error", best.Value)}
	case best.Pattern == "":
		return nil
	case advice == nil:
		return []string{"an expression that finds it:  " + best.Pattern}
	}
	return []string{advice(best.Pattern)}
}

// matchText says what the metric's expression found.
func matchText(job *sagemaker.DescribeTrainingJobOutput, metric string) string {
	pattern := patternOf(job, metric)
	if pattern == "" {
		return "no expression is defined for it"
	}
	return fmt.Sprintf("none of them with a number where %s has its group", pattern)
}

// patternOf is the expression by which a trial's objective is found.
func patternOf(job *sagemaker.DescribeTrainingJobOutput, metric string) string {
	if job.AlgorithmSpecification == nil {
		return ""
	}
	own := ""
	for _, d := range job.AlgorithmSpecification.MetricDefinitions {
		switch deref(d.Name) {
		case metric:
			return deref(d.Regex)
		case "ObjectiveMetric":
			own = deref(d.Regex)
		}
	}
	return own
}

// wholeLog are all lines of a job, as stored.
func (t *target) wholeLog(ctx context.Context, job *sagemaker.DescribeTrainingJobOutput) ([]string, error) {
	var lines []string
	err := newLogReader(t, *job.TrainingJobName).read(ctx, hosts(job), func(l logLine) { lines = append(lines, l.text) })
	return lines, err
}

// failureReasons are the first different reasons why trials failed, at most three, with the number of the first that has each.
func failureReasons(trials []trial) [][]string {
	var rows [][]string
	seen := map[string]bool{}
	for i, t := range trials {
		reason := clip(tellingLine(deref(t.FailureReason)), 200)
		if t.TrainingJobStatus != types.TrainingJobStatusFailed || seen[reason] || len(rows) == 3 {
			continue
		}
		seen[reason] = true
		rows = append(rows, []string{choose(len(rows) == 0, "reason", ""), fmt.Sprintf("trial %d: %s", numberOf(t, i), reason)})
	}
	return rows
}
