// Package process runs the hosts of jobs as processes of this machine.
//
// Each host has a shim: this very binary, started again under a private name. The shim is a session of its own, needs
// nothing of the process that started it and outlives it. It makes the host's surroundings, starts the program, pumps
// its output into the log, enforces the deadline and the grace alone, ends whatever the program left behind and writes
// how it ended. So a binary that wants this runner must call [Init] first thing in main or TestMain.
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
// Files in Spec.Dir/run: spec.json (0600, what to run), lock (held by flock from before the shim starts until it has
// ended: the proof that it lives), shim.json (its process), exit.json (the [runner.Exit]), shim.err (its own trouble).
package process

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/sagefly/sagefly/engine/runner"
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
	if !initCalled.Load() {
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
	return p, nil
}

// handle is what the engine stores. Version 1: the directory says everything else.
type handle struct {
	Version int    `json:"version"`
	Dir     string `json:"dir"`
}

// Recover finds a host by the handle its Process gave.
func (r *Runner) Recover(_ context.Context, h runner.Handle) (runner.Process, error) {
	var v handle
	if err := json.Unmarshal(h, &v); err != nil {
		return nil, fmt.Errorf("recover host: handle: %w", err)
	}
	if v.Version != 1 || !filepath.IsAbs(v.Dir) {
		return nil, fmt.Errorf("recover host: handle of version %d is not known", v.Version)
	}
	d := runDir(v.Dir)
	for _, name := range []string{d.shim(), d.exit()} {
		if _, err := os.Stat(name); err == nil {
			return &host{dir: d}, nil
		} else if !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("recover host: %w", err)
		}
	}
	if held, err := d.held(); err == nil && held { // its shim is just starting
		return &host{dir: d}, nil
	}
	return nil, fmt.Errorf("recover host in %s: %w", v.Dir, runner.ErrLost)
}
