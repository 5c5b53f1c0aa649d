// Package process runs the hosts of jobs as processes of this machine.
//
// Each host has a shim (package shim): this very binary, started again under a private name, which outlives its starter.
// It makes the host's surroundings, starts the program, pumps its output into the log, enforces the deadline and the
// grace alone, ends whatever the program left behind and writes how it ended. So a binary that wants this runner must
// call [Init] first thing in main or TestMain.
//
// What a program sees depends on the [runner.Mode]:
//
//   - opt-ml (Linux with usable namespaces): user, mount and, where possible, PID namespaces. The host's directory is
//     at /opt/ml, Spec.Hosts resolve through /etc/hosts, FastFile channels are read-only binds, AWS credential files of
//     the user are covered, and no process of the host survives its shim. Nothing of that needs root or is visible
//     outside, and an ordinary user is uid 0 inside, as in a container.
//   - base-directory (everywhere else): SAGEMAKER_BASE_DIR names the host's directory, FastFile channels are symbolic
//     links (not protected from writing), host names do not resolve, and credential files are only hidden by pointing
//     AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE at /dev/null.
//
// Spec.Memory is kept by a control group: version 2 where the memory controller is delegated to this user (as a rule in
// the user's own systemd slice), version 1 as root. Elsewhere the host runs without a limit, and its log says so.
package process

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/sagefly/sagefly/engine/runner"
	"github.com/sagefly/sagefly/engine/runner/internal/shim"
)

// Config configures a [Runner]. Its zero value is right for an engine.
type Config struct {
	// Mode forces a mode. "" takes opt-ml where this machine can do it, else base-directory.
	Mode runner.Mode
	// Hide lists files and directories that programs must not see in opt-ml mode, beside the AWS credential files of
	// this process's user (~/.aws, AWS_SHARED_CREDENTIALS_FILE, AWS_CONFIG_FILE), which are always hidden.
	Hide []string
}

// Runner starts hosts as processes. Make it with [New].
type Runner struct {
	config Config
	probe  func() (isolation, error)
}

// New makes a runner. It is an error when this binary did not call [Init], or when a forced opt-ml mode does not work
// here.
func New(config Config) (*Runner, error) {
	if !shim.Known(hostKind) {
		return nil, errors.New("process runner: engine.Init was not called in this process; call it first thing in main " +
			"or TestMain, because the runner starts this binary again to supervise jobs")
	}
	r := &Runner{config: config, probe: sync.OnceValues(probe)}
	switch config.Mode {
	case "", runner.ModeBaseDir:
	case runner.ModeOptML:
		if _, err := r.probe(); err != nil {
			return nil, fmt.Errorf("process runner: mode %s does not work here: %w", config.Mode, err)
		}
	default:
		return nil, fmt.Errorf("process runner: unknown mode %q", config.Mode)
	}
	return r, nil
}

// Name is "process".
func (r *Runner) Name() string { return "process" }

// Mode is the forced mode, else what a probe of this machine found; the first call may take some 20 ms.
func (r *Runner) Mode() runner.Mode {
	if r.config.Mode != "" {
		return r.config.Mode
	}
	if _, err := r.probe(); err != nil {
		return runner.ModeBaseDir
	}
	return runner.ModeOptML
}

// Probe says why programs do not run in opt-ml mode here; nil when they can.
func (r *Runner) Probe() error {
	_, err := r.probe()
	return err
}

// Start starts a host. It is idempotent for a Spec.Dir: when a shim was already started there, by this or another
// process, its Process is returned. So an engine that died between Start and its own note of it may simply repeat it.
func (r *Runner) Start(ctx context.Context, spec runner.Spec) (runner.Process, error) {
	p, err := r.start(ctx, spec)
	if err != nil {
		return nil, fmt.Errorf("start %s of job %q: %w", spec.Host, spec.Job, err)
	}
	return adopt(p), nil
}

// adopt makes a host whose control group is removed when its shim is found dead.
func adopt(h *shim.Host) runner.Process {
	h.WhenLost(func(context.Context) error { return forget(h.Dir()) })
	return h
}

// Recover finds a host by the handle its Process gave.
func (r *Runner) Recover(_ context.Context, h runner.Handle) (runner.Process, error) {
	p, err := shim.Recover(h)
	if err != nil {
		return nil, err
	}
	return adopt(p), nil
}
