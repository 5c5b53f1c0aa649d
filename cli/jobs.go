//go:build !sagefly_task

package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/spf13/cobra"

	"github.com/sagefly/sagefly/internal/nearest"
)

type jobsFlags struct {
	status, contains string
	tuning, trials   bool
	since            time.Duration
	limit            int
}

func newJobs(a *app) *cobra.Command {
	var o jobsFlags
	cmd := &cobra.Command{
		Use:     "jobs",
		Short:   "List jobs, newest first",
		Long:    "List training jobs and tuning jobs, newest first. The trials of a tuning job are in its line, and each in one of its own with --trials.",
		Example: "  sagefly jobs --status failed --since 24h\n  sagefly jobs --contains abalone --json\n  sagefly jobs --tuning",
		Args:    args(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			status, err := readStatus(o.status)
			if err != nil {
				return err
			}
			return a.with(cmd.Context(), func(ctx context.Context, t *target) error { return a.jobs(ctx, t, o, status) })
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.status, "status", "", "only jobs of this status: in-progress, completed, failed, stopping, stopped")
	f.StringVar(&o.contains, "contains", "", "only jobs whose name contains this")
	f.DurationVar(&o.since, "since", 0, "only jobs created in the last 24h, 30m, …")
	f.IntVar(&o.limit, "limit", 20, "at most so many")
	f.BoolVar(&o.tuning, "tuning", false, "only tuning jobs")
	f.BoolVar(&o.trials, "trials", false, "trials too")
	return cmd
}

// readStatus accepts a status in AWS's spelling or in lower case with hyphens.
func readStatus(s string) (types.TrainingJobStatus, error) {
	if s == "" {
		return "", nil
	}
	var names []string
	for _, status := range types.TrainingJobStatus("").Values() {
		if strings.EqualFold(strings.ReplaceAll(s, "-", ""), string(status)) {
			return status, nil
		}
		names = append(names, string(status))
	}
	return "", usage(fmt.Sprintf("--status %s is no status", s), "they are "+strings.Join(names, ", "), nearest.Words(s, names)...)
}

func (a *app) jobs(ctx context.Context, t *target, o jobsFlags, status types.TrainingJobStatus) error {
	list, err := a.jobList(ctx, t, o, status)
	if err != nil {
		return err
	}
	switch {
	case a.json:
		return a.screen.object(list.json(o))
	case a.quiet:
		for _, j := range list.rows {
			a.screen.print("%s", j.name)
		}
		return nil
	}
	a.screen.note("%s", a.screen.paintE.bold(t.name))
	if len(list.rows) == 0 {
		a.screen.note("no jobs%s   make one:  sagefly demo", choose(o == (jobsFlags{limit: o.limit}), "", " like that"))
		return nil
	}
	for _, line := range table(a.jobRows(list.rows)) {
		a.screen.print("%s", clip(line, a.screen.cut))
	}
	if list.more {
		a.screen.note("there are more:  --limit %d", o.limit*5)
	}
	return nil
}

func (o jobsFlags) query(status types.TrainingJobStatus, now time.Time) *sagemaker.ListTrainingJobsInput {
	in := &sagemaker.ListTrainingJobsInput{SortBy: types.SortByCreationTime, SortOrder: types.SortOrderDescending, StatusEquals: status}
	if o.contains != "" {
		in.NameContains = &o.contains
	}
	if o.since > 0 {
		in.CreationTimeAfter = new(now.Add(-o.since))
	}
	return in
}

// list returns at most limit jobs that keep takes and whether there are more. A limit of 0 is none; a nil keep takes all.
func (t *target) list(ctx context.Context, in *sagemaker.ListTrainingJobsInput, limit int, keep func(string) bool) ([]types.TrainingJobSummary, bool, error) {
	in.MaxResults = new(int32(100))
	if limit > 0 && limit < 100 && keep == nil {
		in.MaxResults = new(int32(limit))
	}
	jobs := []types.TrainingJobSummary{}
	pages := sagemaker.NewListTrainingJobsPaginator(t.jobs(), in)
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, false, err
		}
		for _, j := range page.TrainingJobSummaries {
			if keep == nil || keep(deref(j.TrainingJobName)) {
				jobs = append(jobs, j)
			}
		}
		if limit > 0 && len(jobs) >= limit {
			return jobs[:limit], len(jobs) > limit || pages.HasMorePages(), nil
		}
	}
	return jobs, false, nil
}

func (a *app) jobRows(jobs []jobRow) [][]string {
	rows := [][]string{{"NAME", "STATUS", "CREATED", "TIME", ""}}
	now := a.screen.now()
	for _, j := range jobs {
		end := j.end
		if end.IsZero() {
			end = j.modified
			if !ended(j.status) {
				end = now
			}
		}
		rows = append(rows, []string{j.name, verdict(a.screen.paint, j.status), age(now.Sub(j.created)), duration(end.Sub(j.created)), j.note})
	}
	return rows
}
