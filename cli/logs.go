//go:build !sagefly_task

package cli

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"
)

type logsFlags struct {
	follow bool
	tail   int
	since  time.Duration
}

func newLogs(a *app) *cobra.Command {
	var o logsFlags
	cmd := &cobra.Command{
		Use:               "logs NAME",
		Short:             "Print a job's log",
		Long:              "Print a job's log. With -f it goes on until the job ends; Ctrl-C leaves, the job goes on.",
		Args:              args(1, 1, "the name of a job"),
		ValidArgsFunction: a.completeJobs,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.with(cmd.Context(), func(ctx context.Context, t *target) error { return a.logs(ctx, t, args[0], o) })
		},
	}
	f := cmd.Flags()
	f.BoolVarP(&o.follow, "follow", "f", false, "go on until the job ends")
	f.IntVar(&o.tail, "tail", 0, "only the last so many lines that are there")
	f.DurationVar(&o.since, "since", 0, "only lines of the last 10m, 1h, …")
	return cmd
}

// logs prints lines to out: they are the result here.
func (a *app) logs(ctx context.Context, t *target, name string, o logsFlags) error {
	job, tuning, err := t.lookUp(ctx, name)
	if err != nil {
		return err
	}
	if tuning != nil {
		return t.noLog(ctx, name)
	}
	many := hosts(job) > 1
	var from time.Time
	if o.since > 0 {
		from = a.screen.now().Add(-o.since)
	}
	show := func(l logLine) {
		if l.at.Before(from) {
			return
		}
		if a.json {
			_ = a.screen.object(map[string]any{"timestamp": l.at.UnixMilli(), "message": l.text, "logStreamName": name + "/" + l.host})
			return
		}
		a.screen.print("%s", prefixed(l, many))
	}
	f := newFollower(t, a.screen, name)
	if err := a.printTail(ctx, f, hosts(job), o.tail, show); err != nil || !o.follow || ended(job.TrainingJobStatus) {
		return err
	}
	f.line = show
	a.screen.note("following %s on the %s · Ctrl-C leaves, the job goes on", name, t.name)
	job, err = f.run(ctx)
	if errors.Is(err, errInterrupted) {
		a.screen.note("left %s, it goes on   back to it:  sagefly logs -f %s   stop it:  sagefly stop %s", name, name, name)
		return exit(exitInterrupted)
	}
	if err != nil {
		return err
	}
	a.screen.note("%s %s", verdict(a.screen.paintE, job.TrainingJobStatus), name)
	return nil
}

// printTail prints what is there, all of it or the last lines.
func (a *app) printTail(ctx context.Context, f *follower, hosts, tail int, show func(logLine)) error {
	if tail <= 0 {
		return f.reader.read(ctx, hosts, show)
	}
	var kept []logLine
	err := f.reader.read(ctx, hosts, func(l logLine) {
		if len(kept) == 2*tail {
			kept = append(kept[:0], kept[tail:]...)
		}
		kept = append(kept, l)
	})
	for _, l := range kept[max(len(kept)-tail, 0):] {
		show(l)
	}
	return err
}
