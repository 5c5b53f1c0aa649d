package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/sagefly/sagefly/engine/runner"
)

func (r *Runner) start(ctx context.Context, spec runner.Spec) (*host, error) {
	if err := errors.Join(context.Cause(ctx), check(spec)); err != nil {
		return nil, err
	}
	o := order{Version: 1, Spec: spec, Mode: r.Mode()}
	var iso isolation
	if o.Mode == runner.ModeOptML {
		var err error
		if iso, err = r.probe(); err != nil {
			return nil, err
		}
		o.Hide = append(credentialFiles(), r.config.Hide...)
	}
	d := runDir(spec.Dir)
	if err := os.MkdirAll(d.root(), 0o700); err != nil {
		return nil, err
	}
	lock, err := d.claim(ctx)
	if err != nil {
		return nil, err
	}
	if lock == nil {
		return &host{dir: d}, nil
	}
	defer lock.Close() // the shim's copy keeps it locked
	if err := writeNote(d.spec(), o); err != nil {
		return nil, err
	}
	h, err := launch(ctx, d, launchParts{isolation: iso, lock: lock})
	if err != nil {
		// Nothing runs: make the directory as new, so that Start can be repeated.
		return nil, errors.Join(err, removeAll(d.shim(), d.spec()))
	}
	return h, nil
}

// claim takes the lock for a new shim; nil when a shim was started here before. The lock of a directory without a shim's
// file is only ever held for moments: by a start that is under way, or by a copy of the descriptor in a process that
// another goroutine is just starting.
func (d runDir) claim(ctx context.Context) (*os.File, error) {
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
func (d runDir) started() bool {
	for _, name := range []string{d.shim(), d.exit()} {
		if _, err := os.Stat(name); err == nil {
			return true
		}
	}
	return false
}

func check(spec runner.Spec) error {
	if len(spec.Command) == 0 {
		return errors.New("no command")
	}
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
	return nil
}

// launchParts is what a shim gets beside its directory.
type launchParts struct {
	isolation isolation
	lock      *os.File
}

// launch starts a shim and waits until it says that the program runs or could not be started.
func launch(ctx context.Context, d runDir, parts launchParts) (*host, error) {
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
	proc, err := spawn("host", d, parts.isolation, trouble, parts.lock, w)
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
func (d runDir) trouble() string {
	data, err := os.ReadFile(d.errors())
	if err != nil || len(data) == 0 {
		return "it left no message"
	}
	return strings.TrimSpace(string(data[max(0, len(data)-2000):]))
}

// spawn starts this binary again as a shim: own session, nothing of our environment, no terminal, and the given files
// as descriptors 2, 3, ….
func spawn(kind string, d runDir, iso isolation, files ...*os.File) (*os.Process, error) {
	exe, err := executable()
	if err != nil {
		return nil, err
	}
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	defer null.Close()
	return os.StartProcess(exe, []string{shimName, kind, string(d)}, &os.ProcAttr{
		Dir:   "/",
		Env:   []string{shimVariable + "=1"},
		Files: append([]*os.File{null, null}, files...),
		Sys:   iso.attributes(),
	})
}

// credentialFiles are the places where the AWS SDKs look for the user's own credentials.
func credentialFiles() []string {
	var list []string
	if home, err := os.UserHomeDir(); err == nil {
		list = append(list, filepath.Join(home, ".aws"))
	}
	for _, name := range []string{"AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"} {
		if file := os.Getenv(name); filepath.IsAbs(file) {
			list = append(list, file)
		}
	}
	return list
}
