package entry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sagefly/sagefly/internal/python"
)

// interpreter is the Python that runs the script.
type interpreter struct {
	python.Interpreter
	base string // the one below the job's own environment, as people name it
}

// installError is pip's failure, under the toolkit's name for it.
type installError struct {
	class   string
	message string // from pip's output
	error
}

func (e installError) Unwrap() error { return e.error }

// install finds the interpreter and installs what the source asks for. A command gets neither, as in the toolkit.
func (h *host) install(ctx context.Context) error {
	if h.kind == shellCommand {
		return h.makeExecutable()
	}
	path, err := h.findPython()
	if err != nil {
		return err
	}
	if h.env[EnvironmentsVariable] == "" {
		h.python = interpreter{Interpreter: python.Interpreter{Path: path}, base: path}
		return h.installInto(ctx)
	}
	return h.installApart(ctx, path)
}

func (h *host) makeExecutable() error {
	root, err := os.OpenRoot(h.layout.Code())
	if err != nil {
		return err
	}
	defer root.Close()
	err = root.Chmod(h.program, 0o777)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the source has no file %s", h.program)
	}
	return err
}

// findPython is the absolute path of PythonVariable's interpreter, else of the first in PATH.
func (h *host) findPython() (string, error) {
	names := []string{"python3", "python"}
	if name := h.env[PythonVariable]; name != "" {
		names = []string{name}
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return filepath.Abs(path)
		}
	}
	return "", refusef("%s needs Python, and there is no %s in PATH", h.program, strings.Join(names, " or "))
}

// installInto does as the toolkit does: the container is the job's own.
func (h *host) installInto(ctx context.Context) error {
	r, pip := h.request()
	_, err := os.Stat(r.File)
	wanted := err == nil
	switch {
	case h.kind == pythonPackage && wanted:
		err = h.python.Pip(ctx, r, "install", ".", "-r", "requirements.txt")
	case h.kind == pythonPackage:
		err = h.python.Pip(ctx, r, "install", ".")
	case wanted:
		err = h.python.Pip(ctx, r, "install", "-r", "requirements.txt")
	default:
		return nil
	}
	return h.installed(err, pip)
}

// installApart gives the job an environment of its own, over a shared one with what requirements.txt lists, over the interpreter.
// What the script itself installs while it runs stays in the job's own.
func (h *host) installApart(ctx context.Context, path string) error {
	base, err := h.interpreter(ctx, path)
	if err != nil {
		return err
	}
	r, pip := h.request()
	var below []python.Interpreter
	text, err := os.ReadFile(r.File)
	wanted := err == nil
	if wanted && python.Shareable(string(text)) {
		shared, err := base.Requirements(ctx, h.env[EnvironmentsVariable], r)
		if err != nil {
			return h.installed(err, pip)
		}
		below, wanted = append(below, shared), false
	}
	own, err := base.Layer(filepath.Join(or(h.env["TMPDIR"], os.TempDir()), "python"), below...)
	if err != nil {
		return err
	}
	h.python = interpreter{own, base.String()}
	h.env["VIRTUAL_ENV"] = own.Prefix
	h.env["PATH"] = filepath.Dir(own.Path) + string(filepath.ListSeparator) + h.env["PATH"]
	var args []string
	if h.kind == pythonPackage {
		args = append(args, ".")
	}
	if wanted {
		args = append(args, "-r", r.File)
	}
	if len(args) == 0 {
		return nil
	}
	r.Env = h.environ()
	return h.installed(own.Pip(ctx, r, append([]string{"install"}, args...)...), pip)
}

// interpreter is what the interpreter says of itself, or said before.
func (h *host) interpreter(ctx context.Context, path string) (python.Interpreter, error) {
	var p python.Interpreter
	if json.Unmarshal([]byte(h.env[InterpreterVariable]), &p) == nil && p.Path != "" {
		return p, nil
	}
	return python.Probe(ctx, path, h.environ())
}

// request is what pip gets. Settings by which a user's pip installs elsewhere have no meaning here.
func (h *host) request() (python.Request, *watcher) {
	pip := &watcher{to: h.out}
	env := slices.DeleteFunc(h.environ(), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return slices.Contains([]string{"PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_USER"}, name)
	})
	return python.Request{
		File: filepath.Join(h.layout.Code(), "requirements.txt"), Env: env, Output: pip, Attrs: programAttributes(),
		Note: func(text string) { h.say("%s", text) },
	}, pip
}

func (h *host) installed(err error, pip *watcher) error {
	if err == nil {
		return nil
	}
	class := "InstallRequirementsError"
	if h.kind == pythonPackage {
		class = "InstallModuleError"
	}
	return installError{class, message(&watcher{to: io.Discard}, pip), err}
}
