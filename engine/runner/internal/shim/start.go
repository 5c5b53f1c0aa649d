package shim

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/sagefly/sagefly/engine/runner"
)

// Order is a shim to start.
type Order struct {
	Kind       string // one of those given to Init
	Spec       runner.Spec
	More       any                  // what this kind needs besides, as JSON
	Attributes *syscall.SysProcAttr // of the shim's process; nil = a session of its own
}

// Start starts a host's shim and returns when it says that the program runs, or that its end is already written. Where
// a shim was started in the directory before, that one's host is returned.
func Start(ctx context.Context, o Order) (*Host, error) {
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	d := Dir(o.Spec.Dir)
	if err := os.MkdirAll(d.Run(), 0o700); err != nil {
		return nil, err
	}
	lock, err := d.claim(ctx)
	if err != nil {
		return nil, err
	}
	if lock == nil {
		return &Host{dir: d}, nil
	}
	defer lock.Close() // the shim's copy keeps it locked
	if err := d.writeOrder(o); err != nil {
		return nil, err
	}
	h, err := launch(ctx, o, lock)
	if err != nil {
		// Nothing runs: make the directory as new, so that Start can be repeated.
		return nil, errors.Join(err, removeAll(d.shim(), d.spec()))
	}
	return h, nil
}

// Started finds the host of a directory where a shim was started before; nil when there is none.
func Started(d Dir) *Host {
	if !d.started() {
		return nil
	}
	return &Host{dir: d}
}

// Check refuses what no runner can start.
func Check(spec runner.Spec) error {
	if !filepath.IsAbs(spec.Dir) || !filepath.IsAbs(spec.Log) {
		return fmt.Errorf("directory %q and log %q must be absolute", spec.Dir, spec.Log)
	}
	for _, m := range spec.Mounts {
		if !filepath.IsLocal(m.Target) || !filepath.IsAbs(m.Source) {
			return fmt.Errorf("mount of %q: target %q leaves /opt/ml, or the source is not absolute", m.Source, m.Target)
		}
	}
	for name, value := range spec.Env {
		if name == "" || strings.ContainsAny(name, "=\x00") || strings.Contains(value, "\x00") {
			return fmt.Errorf("environment variable %q cannot be set", name)
		}
	}
	if spec.Memory < 0 {
		return fmt.Errorf("memory limit of %d bytes", spec.Memory)
	}
	return nil
}

func (d Dir) writeOrder(o Order) error {
	more, err := json.Marshal(o.More)
	if err != nil {
		return err
	}
	return writeNote(d.spec(), order{Version: 1, Spec: o.Spec, More: more})
}

// claim takes the lock for a new shim; nil when a shim was started here before. The lock of a directory without a shim's
// file is only ever held for moments: by a start that is under way, or by a copy of the descriptor in a process that
// another goroutine is just starting.
func (d Dir) claim(ctx context.Context) (*os.File, error) {
	for {
		lock, ok, err := d.acquire()
		if err != nil {
			return nil, err
		}
		if d.started() {
			if ok {
				lock.Close()
			}
			return nil, nil
		}
		if ok {
			return lock, nil
		}
		select {
		case <-time.After(2 * time.Millisecond):
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

func removeAll(names ...string) (err error) {
	for _, name := range names {
		err = errors.Join(err, os.RemoveAll(name))
	}
	return err
}

// started tells whether a program was started here before, by the files of a shim.
func (d Dir) started() bool {
	for _, name := range []string{d.shim(), d.exit()} {
		if _, err := os.Stat(name); err == nil {
			return true
		}
	}
	return false
}

// launch starts a shim and waits until it says that the program runs or could not be started.
func launch(ctx context.Context, o Order, lock *os.File) (*Host, error) {
	d := Dir(o.Spec.Dir)
	status, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer status.Close()
	trouble, err := os.OpenFile(d.errors(), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		w.Close()
		return nil, err
	}
	defer trouble.Close()
	attributes := o.Attributes
	if attributes == nil {
		attributes = &syscall.SysProcAttr{Setsid: true}
	}
	proc, err := Spawn(o.Kind, d, attributes, trouble, lock, w)
	w.Close()
	if err != nil {
		return nil, err
	}
	h := adoptChild(d, proc)
	unwatch := context.AfterFunc(ctx, func() { status.SetReadDeadline(time.Unix(1, 0)) })
	defer unwatch()
	answer, err := io.ReadAll(status)
	switch {
	case err != nil:
		err = context.Cause(ctx)
	case string(answer) == statusRuns:
		return h, nil
	case len(answer) > 0:
		err = errors.New(string(answer))
	default:
		err = errors.New("the shim ended before it started the program: " + d.trouble())
	}
	proc.Kill()
	<-h.ended
	return nil, err
}

// statusRuns is what a shim answers when the program runs, or its end is already written; anything else is an error.
const statusRuns = "runs"

// trouble is the end of what a shim printed, usually nothing.
func (d Dir) trouble() string {
	data, err := os.ReadFile(d.errors())
	if err != nil || len(data) == 0 {
		return "it left no message"
	}
	return strings.TrimSpace(string(data[max(0, len(data)-2000):]))
}

// More reads what a shim of that directory was given as Order.More.
func More(d Dir, v any) error {
	var o order
	if err := readJSON(d.spec(), &o); err != nil {
		return err
	}
	return json.Unmarshal(o.More, v)
}
