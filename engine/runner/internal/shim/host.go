package shim

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/sagefly/sagefly/engine/runner"
)

// Signals from an engine to a shim.
const (
	stopSignal = syscall.SIGTERM
	killSignal = syscall.SIGUSR1
)

// pollInterval is how often the end of a shim is looked for that is not our child: its lock cannot be waited for
// without holding a thread.
const pollInterval = 25 * time.Millisecond

// Host is a started host, ours or adopted, as a [runner.Process].
type Host struct {
	dir   Dir
	proc  *os.Process   // nil when adopted
	ended chan struct{} // closed when proc has ended; nil when adopted
	lost  func(context.Context) error
}

// WhenLost sets what Wait does before it tells that the shim ended without a record. It is called before the host is
// shared, and what it does can be repeated.
func (h *Host) WhenLost(f func(context.Context) error) { h.lost = f }

// adoptChild watches a shim that this process started, which also takes its zombie away.
func adoptChild(d Dir, proc *os.Process) *Host {
	h := &Host{dir: d, proc: proc, ended: make(chan struct{})}
	go func() {
		defer close(h.ended)
		proc.Wait()
	}()
	return h
}

// Dir is the host's directory.
func (h *Host) Dir() Dir { return h.dir }

// handle is what the engine stores. Version 1: the directory says everything else.
type handle struct {
	Version int    `json:"version"`
	Dir     string `json:"dir"`
}

// Handle names the host's directory.
func (h *Host) Handle() runner.Handle {
	data, err := json.Marshal(handle{Version: 1, Dir: string(h.dir)})
	if err != nil {
		panic(fmt.Sprintf("shim: %v", err)) // a number and a string always print
	}
	return data
}

// Recover finds a host by the handle it gave, by its shim's files; see [runner.Runner].
func Recover(h runner.Handle) (*Host, error) {
	var v handle
	if err := json.Unmarshal(h, &v); err != nil {
		return nil, fmt.Errorf("recover host: handle: %w", err)
	}
	if v.Version != 1 || !filepath.IsAbs(v.Dir) {
		return nil, fmt.Errorf("recover host: handle of version %d is not known", v.Version)
	}
	d := Dir(v.Dir)
	for _, name := range []string{d.shim(), d.exit()} {
		if _, err := os.Stat(name); err == nil {
			return &Host{dir: d}, nil
		} else if !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("recover host: %w", err)
		}
	}
	if held, err := d.held(); err == nil && held { // its shim is just starting
		return &Host{dir: d}, nil
	}
	return nil, fmt.Errorf("recover host in %s: %w", v.Dir, runner.ErrLost)
}

// Wait implements [runner.Process].
func (h *Host) Wait(ctx context.Context) (runner.Exit, error) {
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	tick, ended := ticker.C, h.ended
	if ended != nil {
		tick = nil // a child tells by itself
	}
	for {
		if e, ok, err := h.exit(); ok || err != nil {
			return h.clear(ctx, e, err)
		}
		select {
		case <-ended:
			tick, ended = ticker.C, nil // its record or its lock is seen now, or very soon
		case <-tick:
		case <-ctx.Done():
			return runner.Exit{}, context.Cause(ctx)
		}
	}
}

// clear removes what a lost host left behind.
func (h *Host) clear(ctx context.Context, e runner.Exit, err error) (runner.Exit, error) {
	if err == nil && e.Cause == runner.CauseLost && h.lost != nil {
		if err := h.lost(ctx); err != nil {
			return runner.Exit{}, fmt.Errorf("clear what a lost host left: %w", err)
		}
	}
	return e, err
}

// exit is how the host ended; ok is false while it lives.
func (h *Host) exit() (e runner.Exit, ok bool, err error) {
	// The order matters: a shim writes its record before it lets the lock go.
	held, err := h.dir.held()
	if err != nil {
		return runner.Exit{}, false, fmt.Errorf("wait for host: %w", err)
	}
	err = readJSON(h.dir.exit(), &e)
	switch {
	case err == nil:
		return e, true, nil
	case !errors.Is(err, fs.ErrNotExist):
		return runner.Exit{}, false, fmt.Errorf("wait for host: %w", err)
	case held || h.dir.leaving():
		return runner.Exit{}, false, nil
	}
	now := time.Now()
	return runner.Exit{Code: 128 + int(syscall.SIGKILL), Cause: runner.CauseLost, End: now}, true, nil
}

// leaving tells whether the process of a shim whose lock is free is still there: it lets the lock go before the kernel
// has ended everything in its namespace.
func (d Dir) leaving() bool {
	var info shimInfo
	if err := readJSON(d.shim(), &info); err != nil || info.Start == "" {
		return false
	}
	return startIdentity(info.Pid) == info.Start
}

// Stop implements [runner.Process].
func (h *Host) Stop() error { return h.signal(stopSignal) }

// Kill implements [runner.Process].
func (h *Host) Kill() error { return h.signal(killSignal) }

// signal reaches the shim, never another process that got its number.
func (h *Host) signal(sig syscall.Signal) error {
	if h.proc != nil {
		return late(h.proc.Signal(sig))
	}
	// A number read while the lock is held names the shim. The process is opened by it before the lock is looked at
	// again: what is open then is the shim.
	for {
		held, err := h.dir.held()
		if err != nil || !held {
			return err
		}
		var info shimInfo
		if err := readJSON(h.dir.shim(), &info); errors.Is(err, fs.ErrNotExist) {
			time.Sleep(time.Millisecond) // it is just starting and writes the file within milliseconds, or ends
			continue
		} else if err != nil {
			return fmt.Errorf("signal host: %w", err)
		}
		proc, err := os.FindProcess(info.Pid)
		if err != nil {
			return late(err)
		}
		defer proc.Release()
		if held, err = h.dir.held(); err != nil || !held {
			return err
		}
		return late(proc.Signal(sig))
	}
}

// late turns the errors of a signal to an ended process into nothing.
func late(err error) error {
	if errors.Is(err, os.ErrProcessDone) || errors.Is(err, syscall.ESRCH) {
		return nil
	}
	return err
}
