package process

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
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

// host is a started host, ours or adopted.
type host struct {
	dir   runDir
	proc  *os.Process   // nil when adopted
	ended chan struct{} // closed when proc has ended; nil when adopted
}

// adoptChild watches a shim that this process started, which also takes its zombie away.
func adoptChild(d runDir, proc *os.Process) *host {
	h := &host{dir: d, proc: proc, ended: make(chan struct{})}
	go func() {
		defer close(h.ended)
		proc.Wait()
	}()
	return h
}

// Handle names the host's directory.
func (h *host) Handle() runner.Handle {
	data, err := json.Marshal(handle{Version: 1, Dir: string(h.dir)})
	if err != nil {
		panic(fmt.Sprintf("process: %v", err)) // a number and a string always print
	}
	return data
}

// Wait implements [runner.Process].
func (h *host) Wait(ctx context.Context) (runner.Exit, error) {
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	tick, ended := ticker.C, h.ended
	if ended != nil {
		tick = nil // a child tells by itself
	}
	for {
		if e, ok, err := h.exit(); ok || err != nil {
			return e, err
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

// exit is how the host ended; ok is false while it lives.
func (h *host) exit() (e runner.Exit, ok bool, err error) {
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
func (d runDir) leaving() bool {
	var info shimInfo
	if err := readJSON(d.shim(), &info); err != nil || info.Start == "" {
		return false
	}
	return startIdentity(info.Pid) == info.Start
}

// Stop implements [runner.Process].
func (h *host) Stop() error { return h.signal(stopSignal) }

// Kill implements [runner.Process].
func (h *host) Kill() error { return h.signal(killSignal) }

// signal reaches the shim, never another process that got its number.
func (h *host) signal(sig syscall.Signal) error {
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
