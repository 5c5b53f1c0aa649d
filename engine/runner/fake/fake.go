// Package fake is a runner without programs: what a host does is a [Script]. It serves tests on an injected clock
// (it only uses package time and no operating-system process, so it runs under testing/synctest), demonstrations of
// states that are hard to reach, and load.
//
//	r := fake.New(fake.Config{Script: func(spec runner.Spec) fake.Script {
//		return fake.Script{Run: fake.Seconds(90), Lines: fake.Metric("validation:rmse", 3.1, 2.4)}
//	}})
//
// Without Config.Script a job brings its own script: JSON in the variable SAGEFLY_FAKE of its Environment, such as
// {"run":"90s","exit":1,"files":{"output/failure":"no luck"}}. Without that it ends well at once.
//
// Hosts belong to the Runner, not to whoever started them: an engine that is opened again with the same Runner finds
// them, as it would find processes.
package fake

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/sagefly/sagefly/engine/runner"
)

// Config configures a [Runner]. Its zero value plays what jobs bring themselves.
type Config struct {
	// Mode is what Mode answers; "" is opt-ml. Scripts play the same in both.
	Mode runner.Mode
	// Script says what a host does; nil takes [FromEnv].
	Script func(runner.Spec) Script
}

// Runner plays scripts. Make it with [New].
type Runner struct {
	config Config
	mu     sync.Mutex
	hosts  map[string]*host // by Spec.Dir
}

// New makes a runner without hosts.
func New(config Config) *Runner {
	if config.Mode == "" {
		config.Mode = runner.ModeOptML
	}
	return &Runner{config: config, hosts: map[string]*host{}}
}

// Name is "fake".
func (r *Runner) Name() string { return "fake" }

// Mode is the configured mode.
func (r *Runner) Mode() runner.Mode { return r.config.Mode }

// Start starts the script of a host, or returns the host that was started for this Spec.Dir before. A script's
// StartError comes back as it is.
func (r *Runner) Start(ctx context.Context, spec runner.Spec) (runner.Process, error) {
	if err := context.Cause(ctx); err != nil {
		return nil, fmt.Errorf("start %s of job %q: %w", spec.Host, spec.Job, err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if h := r.hosts[spec.Dir]; h != nil {
		return h, nil
	}
	script, err := r.script(spec)
	if err == nil && script.StartError != "" {
		err = fmt.Errorf("%s", script.StartError)
	}
	if err != nil {
		return nil, fmt.Errorf("start %s of job %q: %w", spec.Host, spec.Job, err)
	}
	h := newHost(spec, script)
	r.hosts[spec.Dir] = h
	go h.play()
	return h, nil
}

func (r *Runner) script(spec runner.Spec) (Script, error) {
	if r.config.Script != nil {
		return r.config.Script(spec), nil
	}
	return FromEnv(spec)
}

// Recover finds a host of this Runner.
func (r *Runner) Recover(_ context.Context, handle runner.Handle) (runner.Process, error) {
	var dir string
	if err := json.Unmarshal(handle, &dir); err != nil {
		return nil, fmt.Errorf("recover host: handle: %w", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	h := r.hosts[dir]
	if h == nil {
		return nil, fmt.Errorf("recover host in %s: %w", dir, runner.ErrLost)
	}
	return h, nil
}

// Lose ends the host in dir as the crash of a shim would: without a record of how its program ended. It does nothing
// to a host that has ended or was never started.
func (r *Runner) Lose(dir string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if h := r.hosts[dir]; h != nil {
		send(h.lose)
	}
}

// Forget drops the host in dir, so that Recover returns [runner.ErrLost], as after the loss of its directory.
func (r *Runner) Forget(dir string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.hosts, dir)
}
