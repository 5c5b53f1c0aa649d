//go:build !sagefly_task

package cli

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/spf13/cobra"

	"github.com/sagefly/sagefly/internal/awsjson"
)

func newWait(a *app) *cobra.Command {
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:   "wait NAME…",
		Short: "Wait until jobs have ended",
		Long: "Wait until all the jobs, training jobs or tuning jobs, have ended. The trials of a tuning job are shown. The exit code is that of the " +
			"worst: 3 Failed, 5 Stopped, 0 Completed; 6 when the time is over.",
		Args:              args(1, -1, "the name of a job"),
		ValidArgsFunction: a.completeJobs,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.with(cmd.Context(), func(ctx context.Context, t *target) error { return a.wait(ctx, t, args, timeout) })
		},
	}
	cmd.Flags().DurationVar(&timeout, "timeout", 0, "wait at most so long")
	return cmd
}

var errTimeout = errors.New("the time is over")

func (a *app) wait(ctx context.Context, t *target, names []string, timeout time.Duration) error {
	if timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, timeout, errTimeout)
		defer cancel()
	}
	tuning := map[string]bool{}
	for _, name := range names { // all of them exist, or none is waited for
		_, search, err := t.lookUp(ctx, name)
		tuning[name] = search != nil
		if errors.Is(context.Cause(ctx), errTimeout) {
			return notEnded(name, timeout)
		}
		if err != nil {
			return err
		}
	}
	a.screen.note("%s · Ctrl-C leaves, jobs go on", a.screen.paintE.bold(t.name))
	var worst error
	for _, name := range names {
		how, err := a.awaitEnd(ctx, t, name, tuning[name])
		switch cause := context.Cause(ctx); {
		case errors.Is(cause, errTimeout):
			return notEnded(name, timeout)
		case errors.Is(cause, errInterrupted):
			a.screen.note("left, jobs go on   back:  sagefly wait %s", name)
			return exit(exitInterrupted)
		case err != nil:
			return err
		}
		worst = worse(worst, how)
	}
	return worst
}

// awaitEnd follows a job to its end and reports that; how is the exit code that tells of it.
func (a *app) awaitEnd(ctx context.Context, t *target, name string, tuning bool) (how, err error) {
	if !tuning {
		job, err := newFollower(t, a.screen, name).run(ctx)
		if err != nil {
			return nil, err
		}
		return outcome(job.TrainingJobStatus), a.reportWaited(job)
	}
	w := a.newTuningWatch(t, name)
	job, trials, err := w.run(ctx)
	if err != nil {
		return nil, err
	}
	w.view.terminalTable(job, trials)
	return tuningOutcome(job.HyperParameterTuningJobStatus), a.reportWaitedTuning(job, trials)
}

func (a *app) reportWaitedTuning(job *tuningJob, trials []trial) error {
	switch {
	case a.json:
		return a.screen.object(tuningJSON(job, trials))
	case a.quiet:
		a.screen.print("%s", job.HyperParameterTuningJobStatus)
	default:
		a.screen.print("%s %s", tuningVerdict(a.screen.paint, job.HyperParameterTuningJobStatus), deref(job.HyperParameterTuningJobName))
		a.section("", endRows(job, trials))
	}
	return nil
}

func notEnded(name string, waited time.Duration) *Problem {
	return &Problem{
		What: name + " has not ended", Why: "waited " + duration(waited) + "; the job goes on", Exit: exitTimeout,
		Fix: []string{"sagefly wait " + name, "sagefly stop " + name},
	}
}

func (a *app) reportWaited(job *sagemaker.DescribeTrainingJobOutput) error {
	switch {
	case a.json:
		return a.screen.object(awsjson.Tree(job))
	case a.quiet:
		a.screen.print("%s", job.TrainingJobStatus)
	default:
		a.screen.print("%s %s", verdict(a.screen.paint, job.TrainingJobStatus), *job.TrainingJobName)
		a.section("", reasonRows(job))
	}
	return nil
}

// worse is the exit code to keep: Failed over Stopped over Completed.
func worse(a, b error) error {
	if a == nil || errors.Is(b, exit(exitFailed)) {
		return b
	}
	return a
}
