//go:build !sagefly_task

package cli

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
)

// earlyStops says of each trial whether it was stopped early: the search went on without it. The others that were stopped ended because the
// search did. The API does not tell the two apart, so it is read off the times.
func earlyStops(job *tuningJob, trials []trial) []bool {
	early := make([]bool, len(trials))
	whole := uncut(job, len(trials))
	for i, t := range trials {
		early[i] = t.TrainingJobStatus == types.TrainingJobStatusStopped && (whole || wentOn(trials, i))
	}
	return early
}

// uncut says that nothing has ended the search before its last trial.
func uncut(job *tuningJob, trials int) bool {
	switch job.HyperParameterTuningJobStatus {
	case types.HyperParameterTuningJobStatusInProgress:
		return true
	case types.HyperParameterTuningJobStatusCompleted:
		c := job.HyperParameterTuningJobConfig
		return c == nil || c.ResourceLimits == nil || trials >= int(deref(c.ResourceLimits.MaxNumberOfTrainingJobs))
	}
	return false
}

// wentOn says that another trial began when trial i had ended. The list has whole seconds for times of which no more is known.
func wentOn(trials []trial, i int) bool {
	ended := deref(trials[i].TrainingEndTime)
	return slices.ContainsFunc(trials, func(t trial) bool {
		began := deref(t.TrainingStartTime)
		if began.Equal(began.Truncate(time.Second)) {
			return !began.Before(ended.Truncate(time.Second)) && deref(t.TrainingJobName) != deref(trials[i].TrainingJobName)
		}
		return !began.Before(ended)
	})
}
