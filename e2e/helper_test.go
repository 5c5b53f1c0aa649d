package e2e

import (
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sagefly/sagefly/internal/testenv"
)

// The helper's own tests, written in Python, run against the real program.
func TestPythonHelper(t *testing.T) {
	t.Parallel()
	e := &engine{program: testenv.Program(t), data: tempDir(t), home: t.TempDir()}
	cmd := exec.Command(testenv.Python(t), "-m", "unittest", "discover", "--start-directory", filepath.Join(testenv.Root(t), "python/test"))
	cmd.Env = append(e.helper(t), "ABALONE="+abaloneFile(t))
	cmd.Dir = t.TempDir()
	result(t, cmd)
}

// connect() uses an engine that somebody else serves, and leaves it running when the process ends.
func TestConnectToServer(t *testing.T) {
	t.Parallel()
	e := serve(t)
	for range 2 {
		cmd := exec.Command(testenv.Python(t), "-c", "import sagefly; print(sagefly.connect())")
		cmd.Env = e.helper(t)
		if got := strings.TrimSpace(result(t, cmd)); got != e.settings["AWS_ENDPOINT_URL_SAGEMAKER"] {
			t.Errorf("connected to %s, want %s", got, e.settings["AWS_ENDPOINT_URL_SAGEMAKER"])
		}
	}
}

// An engine that connect() started ends with its process, and the data directory is free again.
func TestConnectEndsWhatItStarted(t *testing.T) {
	t.Parallel()
	e := &engine{program: testenv.Program(t), data: tempDir(t), home: t.TempDir()}
	cmd := exec.Command(testenv.Python(t), "-c", "import sagefly; print(sagefly.connect(addr='127.0.0.1:0'))")
	cmd.Env = e.helper(t)
	addr := strings.TrimPrefix(strings.TrimSpace(result(t, cmd)), "http://")
	if conn, err := net.DialTimeout("tcp", addr, time.Second); err == nil {
		_ = conn.Close()
		t.Errorf("an engine still answers at %s", addr)
	}
	e.sagefly(t, "jobs")
}
