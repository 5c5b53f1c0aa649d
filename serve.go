package sagefly

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/sagefly/sagefly/container"
)

// Serve runs the task that SAGEFLY_TASK names and exits the process, when that variable is set, as it is inside a job. Else
// it returns at once. cli.Main calls it first.
//
// The task's input comes from the contract below /opt/ml, or below SAGEMAKER_BASE_DIR. The exit code is
//
//	0    the function returned; whether its values were captured is up to TrainingConfig.Persist
//	1    it returned an error, or its input or output cannot be used
//	2    it panicked; also Go's own code for a panic in another goroutine. Also: no task of that name is in the program
//	75   it returned an error made by [Retryable]
//	143  it returned because its context was done: the job was stopped
//
// Behind 1, 2 and 75 stands a reason in the failure file, which starts with the [Class] and is cut there; the log has it in full.
func Serve(tasks ...Task) {
	start := time.Now()
	name := os.Getenv(container.TaskVariable)
	if name == "" {
		return
	}
	p := &process{
		layout: container.FromEnv(os.Getenv), getenv: os.Getenv, start: start,
		stdout: os.Stdout, stderr: os.Stderr,
	}
	os.Exit(p.serve(name, tasks))
}

// Exit codes; see [Serve].
const (
	exitError   = 1
	exitPanic   = 2
	exitNoTask  = 2
	exitRetry   = 75 // EX_TEMPFAIL of sysexits.h
	exitStopped = 143
)

// process is one process of a job that runs a task.
type process struct {
	layout         container.Layout
	getenv         func(string) string
	start          time.Time
	stdout, stderr io.Writer

	task     *definition
	contract container.Contract
	cluster  Cluster
}

// serve returns the exit code.
func (p *process) serve(name string, tasks []Task) int {
	var err error
	if p.contract, err = container.Read(p.layout.Root); err != nil {
		return p.fail(&failure{class: UserError, message: err.Error(), code: exitError})
	}
	p.cluster = clusterOf(p.contract.Resource, p.getenv)
	if p.task, err = find(name, tasks); err != nil {
		return p.fail(&failure{class: UserError, message: err.Error(), code: exitNoTask})
	}
	p.note("task %s on %s, rank %d of %d", name, p.cluster.Current, p.cluster.Rank, p.cluster.Size)
	ctx, stop := p.context()
	defer stop()
	if f := p.attempt(ctx); f != nil {
		return p.fail(f)
	}
	return 0
}

// find returns the task that the job is about, which must be a function. A search brings its own task along.
func find(name string, tasks []Task) (*definition, error) {
	var names []string
	for _, t := range tasks {
		d := t.definition()
		if d.kind == KindTuning {
			d = d.tuned
		}
		names = append(names, d.name)
		if d.name == name && d.call != nil {
			return d, nil
		}
		if d.name == name || t.Name() == name {
			return nil, fmt.Errorf("task %q is no function of this program: its jobs run something else", name)
		}
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("task %q: this program has no tasks", name)
	}
	return nil, fmt.Errorf("task %q: this program has %s", name, strings.Join(names, ", "))
}

// note prints one line for who reads the log.
func (p *process) note(format string, args ...any) {
	fmt.Fprintf(p.stderr, "sagefly: "+format+"\n", args...)
}

// attempt runs the task in a goroutine of its own, so that a function that ends its goroutine is noticed.
func (p *process) attempt(ctx context.Context) *failure {
	done := make(chan *failure, 1)
	go func() {
		result := &failure{class: PanicError, message: "the function ended its goroutine (runtime.Goexit) and returned nothing", code: exitPanic}
		defer func() {
			if v := recover(); v != nil {
				result = panicked(v)
			}
			done <- result
		}()
		result = p.execute(ctx)
	}()
	return <-done
}

// execute is the whole way from the contract to the captured values.
func (p *process) execute(ctx context.Context) *failure {
	in, err := p.input()
	if err != nil {
		return failed(err)
	}
	output, err := p.task.call(ctx, in)
	if err != nil && isStop(ctx, err) {
		return &failure{class: Stopped, message: context.Cause(ctx).Error(), code: exitStopped}
	}
	if err != nil {
		return failed(err)
	}
	if !p.task.config.withDefaults().Persist(p.cluster.clone()) {
		p.note("the persist predicate does not hold here: what the function returned is not kept")
		return nil
	}
	v, err := output()
	if err == nil {
		err = p.capture(v)
	}
	if err != nil {
		return failed(err)
	}
	return nil
}
