package sagefly

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"github.com/sagefly/sagefly/container"
)

// context is the function's context: it knows the job, and it is done when the platform asks for the job's end.
func (p *process) context() (ctx context.Context, stop func()) {
	s := newSession(p.task)
	s.cluster, s.metrics, s.notes = p.cluster, p.stdout, p.stderr
	s.checkpoints = p.checkpoints()
	ctx, cancel := context.WithCancelCause(withSession(context.Background(), s))
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM)
	over, watched := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(watched)
		select {
		case <-signals:
			cause := p.stopCause(time.Since(p.start))
			p.note("asked to end: %v", cause)
			cancel(cause)
		case <-over:
		}
	}()
	return ctx, func() {
		close(over)
		<-watched
		cancel(nil)
	}
}

// stopCause says why the platform ends the job after that time. The platform's clock started a little before ours.
func (p *process) stopCause(age time.Duration) error {
	seconds, err := strconv.Atoi(p.getenv(container.MaxRuntimeVariable))
	limit := time.Duration(seconds) * time.Second
	slack := time.Second + limit/100
	switch {
	case err == nil && limit > 0 && age >= limit-slack:
		return ErrMaxRuntime
	case p.getenv(container.SpotVariable) == "1":
		return ErrInterrupted
	}
	return ErrStopped
}

// isStop says that an error only tells that ctx is done.
func isStop(ctx context.Context, err error) bool {
	return ctx.Err() != nil && (errors.Is(err, context.Canceled) || errors.Is(err, context.Cause(ctx)))
}

// checkpoints is the folder of the job's checkpoints as this process sees it.
func (p *process) checkpoints() string {
	dir := p.contract.CheckpointPath
	if located, ok := p.layout.Locate(dir); ok && dir != "" {
		return located
	}
	return dir
}
