//go:build !sagefly_task

package cli

import (
	"context"
	"time"

	"github.com/sagefly/sagefly/cloud"
)

// trials are all trials of a tuning job. The times in the API's list are whole seconds, so an engine that answers at once is asked for those of
// short trials, once for each.
func (t *target) trials(ctx context.Context, name string) ([]trial, error) {
	list, err := cloud.Trials(ctx, t.aws, name)
	if err != nil || !t.near {
		return list, err
	}
	const short = 10 * time.Second // longer ones are shown in whole seconds anyway
	for i := range list {
		if one := &list[i]; one.TrainingEndTime != nil && took(*one, time.Time{}) < short {
			t.exact(ctx, one)
		}
	}
	return list, nil
}

// trialTimes are those of a training job's description.
type trialTimes struct{ began, ended *time.Time }

// exact puts the description's times in place of the list's. A trial that cannot be described keeps what it has.
func (t *target) exact(ctx context.Context, one *trial) {
	name := deref(one.TrainingJobName)
	known, ok := t.described.Load(name)
	if !ok {
		job, err := t.describe(ctx, name)
		if err != nil || job.TrainingEndTime == nil {
			return
		}
		known = trialTimes{job.TrainingStartTime, job.TrainingEndTime}
		t.described.Store(name, known)
	}
	one.TrainingStartTime, one.TrainingEndTime = known.(trialTimes).began, known.(trialTimes).ended
}
