//go:build !sagefly_task

package cli

import (
	"context"
	"errors"
	"os"
	"sync"
	"time"

	"github.com/sagefly/sagefly"
)

// interruptRule says what an interrupt does to the job that a command started: an owner stops it, a watcher at a
// terminal leaves it, and without a terminal it is stopped, because nobody could come back to it.
type interruptRule struct {
	app    *app
	stops  bool
	tuning bool     // the job is a tuning job
	later  []string // what the command would have done at the end, as commands

	mu      sync.Mutex
	presses int
	gone    bool
	asking  sync.WaitGroup // requests to stop the job that are under way
}

var errLeft = errors.New("left the job")

func (a *app) interruptRule(t *target) *interruptRule {
	return &interruptRule{app: a, stops: t.owner || !isTerminal(a.io.In)}
}

// says is line 2 of the output.
func (r *interruptRule) says(detach bool) string {
	switch {
	case detach:
		return "goes on by itself"
	case r.stops:
		return "· Ctrl-C stops it, a second one leaves at once"
	}
	return "· Ctrl-C leaves it running"
}

// arm lets interrupts act on the job from now on.
func (r *interruptRule) arm(ctx context.Context, t *target, name string, cancel context.CancelCauseFunc) {
	r.app.signals(func(os.Signal) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.presses++
		if !r.stops || r.presses > 1 {
			r.gone = true
			cancel(errLeft)
			return
		}
		r.app.screen.note("stopping %s: it may take up to two minutes to end by itself", name)
		r.asking.Go(func() { r.stop(ctx, t, name) })
	})
}

// stop asks for the job's end, whether or not the command goes on to wait for it.
func (r *interruptRule) stop(ctx context.Context, t *target, name string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	stop := t.stopTraining
	if r.tuning {
		stop = t.stopTuning
	}
	if err := stop(ctx, name); err != nil {
		r.app.screen.note("stop %s: %v", name, err)
	}
}

func (r *interruptRule) left() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.gone
}

func (r *interruptRule) pressed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.presses > 0
}

// verdict is how a command ends whose job has ended: as the job did, unless an interrupt ended that. err is from the job's report.
func (r *interruptRule) verdict(err error) error {
	_, isEnd := errors.AsType[exit](err)
	_, isFailure := errors.AsType[*sagefly.Error](err)
	if r.pressed() && (err == nil || isEnd || isFailure) {
		return exit(exitInterrupted)
	}
	return err
}

// leave is the end of a command that does not wait for its job.
func (r *interruptRule) leave(name string) error {
	r.asking.Wait()
	back := choose(r.tuning, "wait", "logs -f")
	if r.stops {
		r.app.screen.note("left %s while it stops   see how it ended:  sagefly show %s", name, name)
	} else {
		r.app.screen.note("left %s, it goes on   back to it:  sagefly %s %s   stop it:  sagefly stop %s", name, back, name, name)
	}
	for _, command := range r.app.screen.useful(r.later) {
		r.app.screen.note("for its files, when it has ended:  %s", command)
	}
	return exit(exitInterrupted)
}
