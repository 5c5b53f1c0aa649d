package e2e

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/sagefly/sagefly/internal/testenv"
)

// engine is a running `sagefly serve` with a data directory of its own.
type engine struct {
	program  string
	data     string
	settings map[string]string // what `sagefly env` says
	home     string            // empty home of its clients
	more     []string          // variables of every process, besides
}

// serve starts an engine on a free port, with more variables, and ends it with the test.
func serve(t *testing.T, more ...string) *engine {
	t.Helper()
	return serveWith(t, nil, more...)
}

// serveWith is serve with more flags.
func serveWith(t *testing.T, flags []string, more ...string) *engine {
	t.Helper()
	e := &engine{program: testenv.Program(t), data: tempDir(t), home: t.TempDir(), more: more}
	cmd := exec.Command(e.program, append([]string{"serve", "--addr", "127.0.0.1:0", "--data", e.data, "--json"}, flags...)...)
	cmd.Env = e.bare(t)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		timer := time.AfterFunc(30*time.Second, func() { _ = cmd.Process.Kill() })
		defer timer.Stop()
		if err := cmd.Wait(); err != nil || t.Failed() {
			t.Logf("sagefly serve ended: %v\n%s", err, stderr.String())
		}
	})
	lines := bufio.NewReader(stdout)
	if line, err := lines.ReadString('\n'); err != nil {
		t.Fatalf("sagefly serve said %q before it was ready: %v\n%s", line, err, stderr.String())
	}
	go func() { _, _ = io.Copy(io.Discard, lines) }()
	e.readSettings(t)
	return e
}

// tempDir is t.TempDir but for the removal, which waits for job processes that still write into it when an engine ends.
func tempDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "sagefly-e2e-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Errorf("remove the data directory: %v", err)
		}
	})
	return dir
}

func (e *engine) readSettings(t *testing.T) {
	t.Helper()
	out := e.sagefly(t, "env", "--format", "json")
	if err := json.Unmarshal([]byte(out), &e.settings); err != nil {
		t.Fatalf("sagefly env --format json printed %q: %v", out, err)
	}
}

// bare is the environment of every process: nothing of the developer's own settings, and the Python of the tests as the active
// one, whose xgboost package the engine finds.
func (e *engine) bare(t *testing.T) []string {
	t.Helper()
	path := filepath.Dir(testenv.Python(t)) + ":" + os.Getenv("PATH")
	env := append(slices.Clone(e.more), "HOME="+e.home, "LANG=C.UTF-8", "PATH="+path, "TMPDIR="+os.TempDir())
	for _, name := range []string{"OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"} { // some processors crash numpy without them
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// client is the environment of an AWS client: bare, what `sagefly env` says, and no names but the loopback's.
func (e *engine) client(t *testing.T) []string {
	t.Helper()
	env := append(e.bare(t), "PYTHONPATH="+filepath.Join(testenv.Root(t), "e2e/testdata/offline"))
	for name, value := range e.settings {
		env = append(env, name+"="+value)
	}
	return env
}

// sagefly runs a command of the program on the engine's data directory and returns its standard output.
func (e *engine) sagefly(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.Command(e.program, append(args, "--data", e.data)...)
	cmd.Env = e.bare(t)
	return result(t, cmd)
}

// python runs testdata/<script> with arguments as a client, in an empty folder, and returns its standard output.
func (e *engine) python(t *testing.T, script string, args ...string) string {
	t.Helper()
	root := testenv.Root(t)
	cmd := exec.Command(testenv.Python(t), append([]string{filepath.Join(root, "e2e/testdata", script)}, args...)...)
	cmd.Env = append(e.client(t), "ABALONE="+filepath.Join(root, "examples/abalone/abalone.csv"))
	cmd.Dir = t.TempDir()
	return result(t, cmd)
}

// result runs a command and returns its standard output; the test ends when it fails.
func result(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s\n%s", strings.Join(cmd.Args, " "), err, stdout.String(), stderr.String())
	}
	if testing.Verbose() {
		t.Logf("%s\n%s\n%s", strings.Join(cmd.Args, " "), stdout.String(), stderr.String())
	}
	return stdout.String()
}
