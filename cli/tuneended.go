//go:build !sagefly_task

package cli

import (
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
)

// endedBy says what ended a search, "" when it was the number of trials, an interrupt, a failure, or nothing tells.
func endedBy(job *tuningJob, trials []trial) string {
	c := job.HyperParameterTuningJobConfig
	if c == nil || job.HyperParameterTuningJobStatus != types.HyperParameterTuningJobStatusCompleted {
		return ""
	}
	criteria := c.TuningJobCompletionCriteria
	if criteria == nil {
		criteria = &types.TuningJobCompletionCriteria{}
	}
	idle := int32(0)
	if d := job.TuningJobCompletionDetails; d != nil {
		idle = deref(d.NumberOfTrainingJobsObjectiveNotImproving)
	}
	_, maximize := objectiveOf(job)
	switch target, patience := criteria.TargetObjectiveMetricValue, patienceOf(criteria); {
	case target != nil && reached(trials, *target, maximize):
		return "the objective reached the target " + targetText(*target)
	case patience > 0 && idle >= patience:
		return fmt.Sprintf("%d trials in a row were no gain of more than 1 %%", patience)
	case converged(job):
		return "it converged: no more gain was likely"
	}
	return endedEarly(job, trials)
}

// endedEarly says what ended a search before all its trials had begun.
func endedEarly(job *tuningJob, trials []trial) string {
	limits := job.HyperParameterTuningJobConfig.ResourceLimits
	if limits == nil || limits.MaxNumberOfTrainingJobs == nil || len(trials) >= int(*limits.MaxNumberOfTrainingJobs) {
		return ""
	}
	from, to := job.CreationTime, job.HyperParameterTuningEndTime
	most := time.Duration(deref(limits.MaxRuntimeInSeconds)) * time.Second
	switch {
	case most > 0 && from != nil && to != nil && to.Sub(*from) >= most:
		return "its time was over: MaxRuntimeInSeconds, " + duration(most)
	case hasEnd(job):
		return "every combination of values was tried"
	}
	return ""
}

// targetText is a target as it was given: the API has it with single precision.
func targetText(f float32) string { return strconv.FormatFloat(float64(f), 'g', -1, 32) }

func patienceOf(c *types.TuningJobCompletionCriteria) int32 {
	if c.BestObjectiveNotImproving == nil {
		return 0
	}
	return deref(c.BestObjectiveNotImproving.MaxNumberOfTrainingJobsNotImproving)
}

// reached says that a trial has an objective as good as the target.
func reached(trials []trial, target float32, maximize bool) bool {
	i := bestTrial(trials, maximize)
	if i < 0 {
		return false
	}
	best, _ := objectiveValue(trials[i])
	return asGood(best, target, maximize)
}

func asGood(value, target float32, maximize bool) bool {
	return value == target || (value > target) == maximize
}

// converged says that a search was to end when no more gain is likely, and did.
func converged(job *tuningJob) bool {
	c, d := job.HyperParameterTuningJobConfig.TuningJobCompletionCriteria, job.TuningJobCompletionDetails
	return c != nil && c.ConvergenceDetected != nil && c.ConvergenceDetected.CompleteOnConvergence == types.CompleteOnConvergenceEnabled &&
		d != nil && d.ConvergenceDetectedTime != nil
}

// hasEnd says that a search has an end of points: none of its ranges is continuous.
func hasEnd(job *tuningJob) bool {
	for _, r := range searchedRanges(job) {
		if len(r.ContinuousParameterRanges) > 0 {
			return false
		}
	}
	return true
}

// endRows say why a search ended.
func endRows(job *tuningJob, trials []trial) [][]string {
	var rows [][]string
	if why := endedBy(job, trials); why != "" {
		rows = append(rows, []string{"ended", why})
	}
	if reason := deref(job.FailureReason); reason != "" {
		rows = append(rows, []string{"failed", tellingLine(reason)})
	}
	return append(rows, failureReasons(trials)...)
}
