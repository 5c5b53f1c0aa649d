//go:build !sagefly_task

package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
)

// follower shows a job while it runs: its state changes and, with logs, its lines.
type follower struct {
	target *target
	screen *screen
	name   string
	steps  bool            // show state changes
	line   func(logLine)   // nil = no logs
	every  time.Duration   // between two looks
	poke   <-chan struct{} // look at once
	begin  time.Time       //
	shown  int             // transitions shown
	text   string          // of the last of them
	reader *logReader      //
	meter  *meter          //
}

// newFollower follows from now on; what happened before is shown first.
func newFollower(t *target, s *screen, name string) *follower {
	every := 2 * time.Second
	if t.near {
		every = 100 * time.Millisecond
	}
	return &follower{target: t, screen: s, name: name, every: every, begin: s.now(), reader: newLogReader(t, name), meter: &meter{}}
}

// run follows until the job has ended or ctx is done, and returns the job's last description.
func (f *follower) run(ctx context.Context) (*sagemaker.DescribeTrainingJobOutput, error) {
	defer f.screen.setStatus("")
	for {
		job, err := f.target.describe(ctx, f.name)
		if err != nil {
			return nil, err
		}
		if err := f.show(ctx, job); err != nil {
			return nil, err
		}
		if ended(job.TrainingJobStatus) {
			return job, nil
		}
		select {
		case <-ctx.Done():
			return job, context.Cause(ctx)
		case <-f.poke:
		case <-time.After(f.every):
		}
	}
}

// show prints what is new, steps and lines in the order in which they happened.
func (f *follower) show(ctx context.Context, job *sagemaker.DescribeTrainingJobOutput) error {
	f.meter.define(job)
	var news []event
	if f.line != nil {
		err := f.reader.read(ctx, hosts(job), func(l logLine) {
			f.meter.see(l.text)
			news = append(news, event{l.at, func() { f.line(l) }})
		})
		if err != nil {
			return err
		}
	}
	if f.steps {
		news = append(news, f.newSteps(job)...)
	}
	slices.SortStableFunc(news, func(a, b event) int { return a.at.Compare(b.at) })
	for _, e := range news {
		e.print()
	}
	f.screen.setStatus(f.status(job))
	return nil
}

// event is something to print, and when it happened.
type event struct {
	at    time.Time
	print func()
}

// newSteps are the transitions that were not printed, and a message that changed in place.
func (f *follower) newSteps(job *sagemaker.DescribeTrainingJobOutput) []event {
	var news []event
	for i := max(f.shown-1, 0); i < len(job.SecondaryStatusTransitions); i++ {
		step := job.SecondaryStatusTransitions[i]
		message := deref(step.StatusMessage)
		if i == f.shown-1 && message == f.text {
			continue
		}
		f.shown, f.text = i+1, message
		at := f.screen.now()
		if step.StartTime != nil {
			at = *step.StartTime
		}
		news = append(news, event{at, func() { f.screen.event(at, fmt.Sprintf("%-12s %s", step.Status, message)) }})
	}
	return news
}

// status is the line that is repainted: state, time, progress, the last metrics.
func (f *follower) status(job *sagemaker.DescribeTrainingJobOutput) string {
	parts := []string{string(job.SecondaryStatus), duration(f.screen.now().Sub(f.begin))}
	parts = append(parts, f.meter.summary()...)
	return strings.Join(parts, " · ")
}

func hosts(job *sagemaker.DescribeTrainingJobOutput) int {
	n := 0
	if job.ResourceConfig != nil {
		n = int(deref(job.ResourceConfig.InstanceCount))
		for _, g := range job.ResourceConfig.InstanceGroups {
			n += int(deref(g.InstanceCount))
		}
	}
	return max(n, 1)
}

// deref is a pointer's value, the zero value for nil.
func deref[T any](p *T) T {
	if p == nil {
		return *new(T)
	}
	return *p
}
