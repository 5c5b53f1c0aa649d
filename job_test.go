package sagefly_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sagefly/sagefly/container"
)

// host is a host of a job whose program is the test binary, over a contract in a folder of its own.
type host struct {
	container.Contract
	layout container.Layout
	env    []string
}

func newHost(t *testing.T, task string, hyperparameters map[string]string) *host {
	t.Helper()
	root, tmp := t.TempDir(), t.TempDir()
	return &host{
		Contract: container.Contract{
			Hyperparameters: hyperparameters,
			Resource:        container.Resource{CurrentHost: "algo-1", Hosts: []string{"algo-1"}},
		},
		layout: container.Layout{Root: root},
		env:    []string{"SAGEFLY_TASK=" + task, "SAGEMAKER_BASE_DIR=" + root, "TMPDIR=" + tmp, "PATH=" + os.Getenv("PATH")},
	}
}

// result is how the program ended.
type result struct {
	code           int
	stdout, stderr string
	failure        string
	documents      map[string]container.Document // by file name
}

// command writes the contract and returns the program, to be started.
func (h *host) command(t *testing.T) *exec.Cmd {
	t.Helper()
	if err := h.Write(h.layout.Root); err != nil {
		t.Fatal(err)
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program)
	cmd.Env = h.env
	return cmd
}

func (h *host) run(t *testing.T) result {
	t.Helper()
	cmd := h.command(t)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if _, ok := errors.AsType[*exec.ExitError](err); err != nil && !ok {
		t.Fatal(err)
	}
	return h.result(t, cmd, stdout.String(), stderr.String())
}

func (h *host) result(t *testing.T, cmd *exec.Cmd, stdout, stderr string) result {
	t.Helper()
	r := result{code: cmd.ProcessState.ExitCode(), stdout: stdout, stderr: stderr, documents: map[string]container.Document{}}
	var err error
	if r.failure, _, err = h.layout.ReadFailure(); err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob(filepath.Join(h.layout.OutputData(), "sagefly", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		var d container.Document
		data, err := os.ReadFile(name)
		if err == nil {
			err = json.Unmarshal(data, &d)
		}
		if err != nil {
			t.Fatal(err)
		}
		r.documents[filepath.Base(name)] = d
	}
	return r
}

// captured is the one document of a run that ended well.
func (r result) captured(t *testing.T) container.Document {
	t.Helper()
	if r.code != 0 || r.failure != "" || len(r.documents) != 1 {
		t.Fatalf("exit code %d, failure %q, %d documents; want 0, none, 1\n%s", r.code, r.failure, len(r.documents), r.stderr)
	}
	for _, d := range r.documents {
		return d
	}
	panic("unreachable")
}

func modelFiles(t *testing.T, l container.Layout) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(l.Model(), func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		files[strings.TrimPrefix(path, l.Model()+"/")] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
