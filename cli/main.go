//go:build !sagefly_task

// Package cli is the command line: one file per subcommand, all of them clients of the SageMaker API.
//
//	func main() { cli.Main() }               // sagefly itself
//	func main() { cli.Main(Digits, Churn) }  // a program with tasks, which it runs as jobs
//
// Commands speak to a target by AWS's own SDK and never ask what stands behind it; target.go and local.go choose and open it.
//
// A program with tasks is also what runs inside their jobs. Built with the tag sagefly_task it can do nothing else: this package
// is then a few lines, without engine and commands.
package cli

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/sagefly/sagefly"
	"github.com/sagefly/sagefly/engine"
)

// IO is what a command sees of the world. Run does not touch the process's own streams or environment.
type IO struct {
	In      io.Reader
	Out     io.Writer // the result
	Err     io.Writer // progress, notes and errors
	Env     func(string) string
	Signals <-chan os.Signal // interrupt and terminate; nil = none arrive
}

// Main runs the command line of the process and exits with the command's code: sagefly's own, or with tasks that of a program
// which runs them (run, jobs, logs, …). In a process that an engine started to watch over a job it does that instead, and
// inside a job of one of the tasks it runs the task.
func Main(tasks ...sagefly.Task) {
	engine.Init() // first: what it starts inside a job's surroundings has the job's variables
	sagefly.Serve(tasks...)
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	os.Exit(Run(context.Background(), os.Args[1:], IO{
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Env: os.Getenv, Signals: signals,
	}, tasks...))
}

// Run runs one command line and returns its exit code; see exit.go for what the codes mean.
func Run(ctx context.Context, args []string, streams IO, tasks ...sagefly.Task) int {
	return newApp(streams, tasks...).run(ctx, args)
}
