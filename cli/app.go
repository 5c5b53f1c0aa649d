//go:build !sagefly_task

package cli

import (
	"context"
	"errors"
	"os"
	"slices"
	"sync"

	"github.com/spf13/cobra"

	"github.com/sagefly/sagefly"
	"github.com/sagefly/sagefly/engine"
)

// app is one run of the command line: the streams, the flags every command has, and who hears a signal.
type app struct {
	io     IO
	screen *screen
	open   func(context.Context, engine.Config) (*engine.Engine, error)

	tasks   []sagefly.Task // of the program; nil = this is sagefly itself
	program string         // what the user types: sagefly, ./digits

	on, data, region, bucket, role string
	docker                         string // engine.Config.Docker
	fresh, json, quiet             bool
	completing                     bool // only names are wanted: nothing is started

	shared *target  // of image commands, which need one several times
	ends   []func() // what the command leaves behind is cleared by these, last first

	mu       sync.Mutex
	onSignal func(os.Signal)
}

func newApp(streams IO, tasks ...sagefly.Task) *app {
	if streams.Env == nil {
		streams.Env = func(string) string { return "" }
	}
	a := &app{io: streams, screen: newScreen(streams), open: engine.Open, tasks: tasks, program: "sagefly"}
	if len(tasks) > 0 {
		a.program = programName(programArg())
	}
	a.screen.program = a.program
	return a
}

var errInterrupted = errors.New("interrupted")

// run runs one command line. A command that says nothing else about signals is cancelled by the first one.
func (a *app) run(ctx context.Context, args []string) int {
	ctx, cancel := context.WithCancelCause(ctx)
	done := make(chan struct{})
	var wait sync.WaitGroup
	wait.Go(func() { a.listen(done, cancel) })
	defer wait.Wait()
	defer close(done)
	defer cancel(nil)

	root := a.commands()
	root.SetArgs(args)
	a.screen.json = slices.Contains(args, "--json") // also for errors of the flags themselves
	err := root.ExecuteContext(ctx)
	for _, end := range slices.Backward(a.ends) {
		end()
	}
	a.screen.setStatus("")
	if err == nil {
		return exitOK
	}
	if errors.Is(context.Cause(ctx), errInterrupted) && errors.Is(err, context.Canceled) {
		return exitInterrupted
	}
	ps, code := explain(err)
	a.screen.fail(ps)
	return code
}

// commands is the tree of the program.
func (a *app) commands() *cobra.Command {
	if len(a.tasks) > 0 {
		return newProgram(a)
	}
	return newRoot(a)
}

// listen hands signals to whoever asked for them.
func (a *app) listen(done <-chan struct{}, cancel context.CancelCauseFunc) {
	for {
		select {
		case <-done:
			return
		case s := <-a.io.Signals:
			a.mu.Lock()
			do := a.onSignal
			a.mu.Unlock()
			if do == nil {
				cancel(errInterrupted)
				continue
			}
			do(s)
		}
	}
}

// signals makes do hear every signal from now on, instead of the run's cancelling.
func (a *app) signals(do func(os.Signal)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.onSignal = do
}
