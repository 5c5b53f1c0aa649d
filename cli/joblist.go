//go:build !sagefly_task

package cli

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagefly/sagefly/internal/awsjson"
)

// jobRow is a line of jobs, of either kind.
type jobRow struct {
	name                   string
	status                 types.TrainingJobStatus // tuning jobs have the same words
	created, end, modified time.Time
	note                   string
	training               *types.TrainingJobSummary
	tuning                 *types.HyperParameterTuningJobSummary
}

// jobList is what jobs shows, newest first.
type jobList struct {
	rows []jobRow
	more bool // than the limit
}

func (a *app) jobList(ctx context.Context, t *target, o jobsFlags, status types.TrainingJobStatus) (*jobList, error) {
	query := o.query(status, a.screen.now())
	searches, more, err := t.listTunings(ctx, query, o.limit)
	if err != nil && !unknownOperation(err) {
		return nil, err
	}
	if err != nil {
		a.screen.note("tuning jobs are not listed: %v", err)
	}
	list := &jobList{more: more}
	for _, j := range searches {
		list.rows = append(list.rows, tuningRow(j))
	}
	if !o.tuning {
		var keep func(string) bool
		if !o.trials && err == nil {
			keep = t.noTrial(ctx, searches)
		}
		jobs, more, err := t.list(ctx, query, o.limit, keep)
		if err != nil {
			return nil, err
		}
		list.more = list.more || more
		for _, j := range jobs {
			list.rows = append(list.rows, trainingRow(j))
		}
	}
	slices.SortStableFunc(list.rows, func(a, b jobRow) int { return b.created.Compare(a.created) })
	if o.limit > 0 && len(list.rows) > o.limit {
		list.rows, list.more = list.rows[:o.limit], true
	}
	return list, nil
}

// json has the rows as the API lists them, each kind in a member of its own.
func (l *jobList) json(o jobsFlags) any {
	trainings, searches := []types.TrainingJobSummary{}, []types.HyperParameterTuningJobSummary{}
	for _, r := range l.rows {
		if r.tuning != nil {
			searches = append(searches, *r.tuning)
		} else {
			trainings = append(trainings, *r.training)
		}
	}
	object := map[string]any{"HyperParameterTuningJobSummaries": awsjson.Tree(searches)}
	if !o.tuning {
		object["TrainingJobSummaries"] = awsjson.Tree(trainings)
	}
	return object
}

func trainingRow(j types.TrainingJobSummary) jobRow {
	return jobRow{
		name: deref(j.TrainingJobName), status: j.TrainingJobStatus, created: deref(j.CreationTime), end: deref(j.TrainingEndTime), modified: deref(j.LastModifiedTime),
		training: &j,
	}
}

func tuningRow(j types.HyperParameterTuningJobSummary) jobRow {
	r := jobRow{
		name: deref(j.HyperParameterTuningJobName), status: types.TrainingJobStatus(j.HyperParameterTuningJobStatus), created: deref(j.CreationTime),
		end: deref(j.HyperParameterTuningEndTime), modified: deref(j.LastModifiedTime), tuning: &j,
	}
	done := 0
	if c := j.TrainingJobStatusCounters; c != nil {
		done = int(deref(c.Completed) + deref(c.Stopped) + deref(c.NonRetryableError) + deref(c.RetryableError))
	}
	r.note = "tuning, " + plural(done, "trial")
	if l := j.ResourceLimits; l != nil && l.MaxNumberOfTrainingJobs != nil {
		r.note = fmt.Sprintf("tuning, %d of %s", done, plural(int(*l.MaxNumberOfTrainingJobs), "trial"))
	}
	return r
}

// listTunings returns at most limit tuning jobs that a query for training jobs means, and whether there are more.
func (t *target) listTunings(ctx context.Context, q *sagemaker.ListTrainingJobsInput, limit int) ([]types.HyperParameterTuningJobSummary, bool, error) {
	in := &sagemaker.ListHyperParameterTuningJobsInput{
		SortBy: types.HyperParameterTuningJobSortByOptionsCreationTime, SortOrder: types.SortOrderDescending, MaxResults: new(int32(100)),
		StatusEquals: types.HyperParameterTuningJobStatus(q.StatusEquals), NameContains: q.NameContains, CreationTimeAfter: q.CreationTimeAfter,
	}
	var jobs []types.HyperParameterTuningJobSummary
	pages := sagemaker.NewListHyperParameterTuningJobsPaginator(t.jobs(), in)
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, false, err
		}
		jobs = append(jobs, page.HyperParameterTuningJobSummaries...)
		if limit > 0 && len(jobs) >= limit {
			return jobs[:limit], len(jobs) > limit || pages.HasMorePages(), nil
		}
	}
	return jobs, false, nil
}

// trialSuffix is what a tuning job puts behind its name for its trials.
var trialSuffix = regexp.MustCompile(`-[0-9]{3,}-[0-9a-f]{8}$`)

// noTrial tells training jobs from trials. A name that looks like a trial's is one when there is such a tuning job.
func (t *target) noTrial(ctx context.Context, known []types.HyperParameterTuningJobSummary) func(string) bool {
	searches := map[string]bool{}
	for _, j := range known {
		searches[deref(j.HyperParameterTuningJobName)] = true
	}
	return func(name string) bool {
		at := trialSuffix.FindStringIndex(name)
		if at == nil {
			return true
		}
		parent := name[:at[0]]
		if _, asked := searches[parent]; !asked {
			job, err := t.describeTuning(ctx, parent)
			searches[parent] = err == nil && job != nil
		}
		return !searches[parent]
	}
}
