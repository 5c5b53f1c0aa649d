package cloud

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
)

// Follow watches a training job as [Watch] does and calls line for each line of its log, over all hosts in the order of their
// times, as far as lines come in that order. It returns when the job has ended and its last lines are read.
func Follow(ctx context.Context, config aws.Config, job string, line func(Line), w Watching) (*sagemaker.DescribeTrainingJobOutput, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	f := &follower{logs: NewLogs(config, job), line: line, watching: w, seen: time.Now()}
	described, err := Watch(ctx, config, job, Watching{Trouble: w.Trouble, Seen: func(d *sagemaker.DescribeTrainingJobOutput) {
		if w.Seen != nil {
			w.Seen(d)
		}
		if err := f.read(ctx, d); err != nil {
			stop(err)
		}
	}})
	if err != nil {
		return nil, err
	}
	return described, f.rest(ctx, config, described)
}

type follower struct {
	logs     *Logs
	line     func(Line)
	watching Watching
	seen     time.Time
}

// read shows the new lines. Trouble with the log does not end anything either: the lines come with a later look.
func (f *follower) read(ctx context.Context, d *sagemaker.DescribeTrainingJobOutput) error {
	var lines []Line
	err := f.logs.Read(ctx, Hosts(d), func(l Line) { lines = append(lines, l) })
	slices.SortStableFunc(lines, func(a, b Line) int { return a.Time.Compare(b.Time) })
	for _, l := range lines {
		f.line(l)
	}
	if !Transient(err) {
		if err == nil {
			f.seen = time.Now()
		}
		return err
	}
	if f.watching.Trouble != nil {
		f.watching.Trouble(err, f.seen)
	}
	return nil
}

// rest reads what arrives after a job's end: elsewhere a log is some seconds behind its program.
func (f *follower) rest(ctx context.Context, config aws.Config, d *sagemaker.DescribeTrainingJobOutput) error {
	if err := context.Cause(ctx); err != nil || near(config) {
		return err
	}
	if err := sleep(ctx, 5*time.Second); err != nil {
		return err
	}
	return f.read(ctx, d)
}

// Hosts is the number of a job's hosts, at least 1.
func Hosts(d *sagemaker.DescribeTrainingJobOutput) int {
	n := 0
	if c := d.ResourceConfig; c != nil {
		n = int(aws.ToInt32(c.InstanceCount))
		for _, g := range c.InstanceGroups {
			n += int(aws.ToInt32(g.InstanceCount))
		}
	}
	return max(n, 1)
}
