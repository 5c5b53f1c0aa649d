package cloud

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/aws/smithy-go"
)

// Watching says who hears of a watched job. The zero value is nobody.
type Watching struct {
	// Seen gets every description, also one in which nothing is new, and the last one.
	Seen func(*sagemaker.DescribeTrainingJobOutput)
	// Trouble gets every look that failed without ending the watch, and when the job was last seen.
	Trouble func(err error, last time.Time)
}

// Unobserved is returned by [Watch] and [WatchTuning] when a job could not be seen for longer than it can have run.
type Unobserved struct {
	Job        string
	Last       *sagemaker.DescribeTrainingJobOutput             // nil = it was never seen, or is a tuning job
	LastTuning *sagemaker.DescribeHyperParameterTuningJobOutput // nil = it was never seen, or is a training job
	At         time.Time                                        // of that, or when the watch began
	Err        error                                            // of the last look
}

func (u *Unobserved) Error() string {
	return fmt.Sprintf("watch job %s: not seen since %s, by when it must have ended: %v", u.Job, u.At.UTC().Format(time.RFC3339), u.Err)
}

func (u *Unobserved) Unwrap() error { return u.Err }

// Watch looks at a training job until it has ended, whatever its end is, and returns its last description. It looks often while
// the job is young and then more and more rarely, within 2 s on this machine and 5 s elsewhere.
//
// Throttling, server errors, connections that fail and expired credentials do not end the watch; it looks more rarely
// meanwhile. What the API refuses for good (no such job, no permission) does, and so does ctx, with its cause. A job that cannot be
// seen is given up when its run time, waits and an hour of grace are over: [*Unobserved].
func Watch(ctx context.Context, config aws.Config, job string, w Watching) (*sagemaker.DescribeTrainingJobOutput, error) {
	client := sagemaker.NewFromConfig(config)
	v := trainingWatcher(job, paceOf(config), w)
	v.look = func(ctx context.Context) (*sagemaker.DescribeTrainingJobOutput, error) {
		return client.DescribeTrainingJob(ctx, &sagemaker.DescribeTrainingJobInput{TrainingJobName: &job})
	}
	return v.run(ctx)
}

// trainingWatcher is a watch of a training job, but for how to look at it.
func trainingWatcher(job string, p pace, w Watching) *watcher[sagemaker.DescribeTrainingJobOutput] {
	return &watcher[sagemaker.DescribeTrainingJobOutput]{
		job: job, pace: p, seen: w.Seen, trouble: w.Trouble, bound: runtimeBound,
		ended:      func(d *sagemaker.DescribeTrainingJobOutput) bool { return Ended(d.TrainingJobStatus) },
		unobserved: func(u *Unobserved, last *sagemaker.DescribeTrainingJobOutput) { u.Last = last },
	}
}

// watcher is one watch of a job whose description is a D.
type watcher[D any] struct {
	job  string
	pace pace
	look func(context.Context) (*D, error)

	ended      func(*D) bool
	bound      func(last *D) time.Duration // how long after it was last seen a job may still go on; last may be nil
	unobserved func(u *Unobserved, last *D)

	seen    func(*D)                        // nil = nobody
	trouble func(err error, last time.Time) // likewise

	last *D
	at   time.Time
}

func (v *watcher[D]) run(ctx context.Context) (*D, error) {
	v.at = time.Now()
	for {
		wait, err := v.step(ctx)
		if err != nil {
			return nil, err
		}
		if v.last != nil && v.ended(v.last) {
			return v.last, nil
		}
		if err := sleep(ctx, wait); err != nil {
			return nil, err
		}
	}
}

// step looks once and says how long to wait for the next look.
func (v *watcher[D]) step(ctx context.Context) (time.Duration, error) {
	job, err := v.look(ctx)
	switch {
	case err == nil:
		v.last, v.at = job, time.Now()
		if v.seen != nil {
			v.seen(job)
		}
		return v.pace.next(), nil
	case ctx.Err() != nil:
		return 0, context.Cause(ctx)
	case !Transient(err):
		return 0, fmt.Errorf("watch job %s: %w", v.job, err)
	case time.Since(v.at) > v.bound(v.last):
		u := &Unobserved{Job: v.job, At: v.at, Err: err}
		v.unobserved(u, v.last)
		return 0, u
	}
	if v.trouble != nil {
		v.trouble(err, v.at)
	}
	return v.pace.trouble(), nil
}

const (
	grace   = time.Hour           // launch, download, upload
	longest = 28 * 24 * time.Hour // that the API lets a job run
)

// runtimeBound is how long after it was last seen a training job may still go on.
func runtimeBound(last *sagemaker.DescribeTrainingJobOutput) time.Duration {
	if last == nil {
		return longest + grace
	}
	return runtime(last.StoppingCondition) + grace
}

// runtime is how long a job may run, waits included.
func runtime(c *types.StoppingCondition) time.Duration {
	seconds := int32(0)
	if c != nil {
		for _, limit := range []*int32{c.MaxRuntimeInSeconds, c.MaxWaitTimeInSeconds, c.MaxPendingTimeInSeconds} {
			seconds = max(seconds, aws.ToInt32(limit))
		}
	}
	if seconds == 0 {
		return longest
	}
	return time.Duration(seconds) * time.Second
}

// Ended reports whether a status is one that does not change any more.
func Ended(status types.TrainingJobStatus) bool {
	return status != types.TrainingJobStatusInProgress && status != types.TrainingJobStatusStopping
}

// expired are the codes of credentials that were good once and will be again when they are renewed.
var expired = []string{"ExpiredToken", "ExpiredTokenException", "RequestExpired", "UnrecognizedClientException", "InvalidClientTokenId"}

// Transient reports whether the same request may be answered later: throttling, a server's own error, expired credentials, or no
// answer at all. A cancelled context is none of these.
func Transient(err error) bool {
	if err == nil || errors.Is(err, context.Canceled) {
		return false
	}
	api, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		return !unreadable(err) // no answer, or no credentials to ask with
	}
	_, throttle := retry.DefaultThrottleErrorCodes[api.ErrorCode()]
	return throttle || api.ErrorFault() == smithy.FaultServer || status(err) >= 500 || slices.Contains(expired, api.ErrorCode())
}

// unreadable reports an answer that came whole and that this client does not understand: it will not be another one.
func unreadable(err error) bool {
	_, is := errors.AsType[*smithy.DeserializationError](err)
	_, cut := errors.AsType[net.Error](err)
	return is && !cut && !errors.Is(err, io.ErrUnexpectedEOF) && status(err) == http.StatusOK
}

// NotFound reports whether the API knows no such job: that answer is a ValidationException with this text.
func NotFound(err error) bool {
	api, ok := errors.AsType[smithy.APIError](err)
	return ok && strings.HasPrefix(api.ErrorMessage(), "Requested resource not found")
}
