// Package cli is the sagefly command: one file per subcommand, all of them clients of the SageMaker API.
//
//	func main() { cli.Main() }
//
// Commands speak to a target by AWS's own SDK and never ask what stands behind it; target.go alone knows that there is
// an embedded engine.
package cli

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"

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

// Main runs the command line of the process and exits with the command's code. In a process that an engine started to
// watch over a job it does that instead.
func Main() {
	engine.Init()
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	os.Exit(Run(context.Background(), os.Args[1:], IO{
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Env: os.Getenv, Signals: signals,
	}))
}

// Run runs one command line and returns its exit code; see exit.go for what the codes mean.
func Run(ctx context.Context, args []string, streams IO) int {
	return newApp(streams).run(ctx, args)
}
