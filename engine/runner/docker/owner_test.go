package docker_test

import (
	"bufio"
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/sagefly/sagefly/container"
	"github.com/sagefly/sagefly/engine/runner"
	"github.com/sagefly/sagefly/internal/testenv"
)

// nobody is an ordinary user: a number that owns nothing here.
const nobody = 65534

// writesVariable makes TestWritesAsRoot the program of a container.
const writesVariable = "DOCKER_TEST_WRITES"

// TestWritesAsRoot is what the container of TestFilesAreGivenBack runs: it writes what another user could neither read nor remove.
func TestWritesAsRoot(t *testing.T) {
	if os.Getenv(writesVariable) == "" {
		return
	}
	deep := filepath.Join(container.Root, "model", "deep")
	if err := os.Mkdir(deep, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(deep, "secret"), []byte("weights"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("secret", filepath.Join(deep, "link")); err != nil {
		t.Fatal(err)
	}
}

// What a container wrote as root belongs, at the host's end, to the user whose engine started it: an ordinary one, who may talk to the daemon.
func TestFilesAreGivenBack(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root can become another user")
	}
	image, dir := self(t), nobodysDir(t)
	spec := runner.Spec{
		Job: "job", Host: "algo-1", Image: image, Dir: filepath.Join(dir, "algo-1"), Log: filepath.Join(dir, "log"),
		Entrypoint: []string{program}, Command: []string{"-test.run=^TestWritesAsRoot$"}, Env: map[string]string{writesVariable: "1"},
		Hosts: map[string]string{"algo-1": "127.0.0.1"},
	}
	contract := container.Contract{Resource: container.Resource{CurrentHost: "algo-1", Hosts: []string{"algo-1"}}}
	if err := contract.Write(filepath.Join(spec.Dir, "ml")); err != nil {
		t.Fatal(err)
	}
	chown(t, dir)
	p, err := newRunner(t).Recover(t.Context(), startAsNobody(t, engineOrder{daemonFor(t, dir), spec}))
	if err != nil {
		t.Fatal(err)
	}
	e, err := p.Wait(t.Context())
	log, _ := os.ReadFile(spec.Log)
	if err != nil || e.Code != 0 || e.Cause != runner.CauseExit {
		t.Fatalf("exit %+v, %v\n%s", e, err, log)
	}
	if data, err := os.ReadFile(filepath.Join(spec.Dir, "ml/model/deep/secret")); string(data) != "weights" || err != nil {
		t.Errorf("the container wrote %q, %v", data, err)
	}
	for path, owner := range owners(t, spec.Dir) {
		if owner != nobody {
			t.Errorf("%s belongs to user %d", path, owner)
		}
	}
	if said, err := asNobody(exec.Command("rm", "-r", spec.Dir)).CombinedOutput(); err != nil {
		t.Errorf("the user cannot remove the folder: %v\n%s\n%s", err, said, log)
	}
}

// nobodysDir is a temporary folder of that user. Those of the testing package lie below one that only root enters.
func nobodysDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "sagefly-nobody-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func chown(t *testing.T, dir string) {
	t.Helper()
	for path := range owners(t, dir) {
		if err := os.Lchown(path, nobody, nobody); err != nil {
			t.Fatal(err)
		}
	}
}

// owners are the users that own a path and what lies below it.
func owners(t *testing.T, dir string) map[string]int {
	t.Helper()
	found := map[string]int{}
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := os.Lstat(path)
		if err == nil {
			found[path] = int(info.Sys().(*syscall.Stat_t).Uid)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// daemonFor is the daemon's address as that user reaches it: the folder of the socket is root's, so the socket gets a second name.
func daemonFor(t *testing.T, dir string) string {
	t.Helper()
	socket := filepath.Join(dir, "docker.sock")
	if err := os.Link(strings.TrimPrefix(testenv.Docker(t), "unix://"), socket); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Remove(socket) })
	return "unix://" + socket
}

// asNobody makes a command that user's, with more groups.
func asNobody(cmd *exec.Cmd, groups ...uint32) *exec.Cmd {
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody, Groups: groups}}
	cmd.Dir = "/"
	return cmd
}

// startAsNobody runs the test binary as an engine of that user, and returns the handle of the host that it started.
func startAsNobody(t *testing.T, o engineOrder) runner.Handle {
	t.Helper()
	data, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	socket, err := os.Stat(strings.TrimPrefix(o.Address, "unix://"))
	if err != nil {
		t.Fatal(err)
	}
	group := socket.Sys().(*syscall.Stat_t).Gid            // as a rule docker: its users may talk to the daemon
	cmd := asNobody(exec.Command("/proc/self/exe"), group) // the binary itself is in a folder that only root enters
	cmd.Env = []string{engineVariable + "=" + string(data), "PATH=/usr/bin:/bin", "TMPDIR=" + filepath.Dir(o.Spec.Dir)}
	var said strings.Builder
	cmd.Stderr = &said
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, readErr := bufio.NewReader(out).ReadBytes('\n')
	_ = stdin.Close() // the engine ends; the host goes on
	if err := cmd.Wait(); readErr != nil || err != nil {
		t.Fatalf("the engine started no host: %s%v, %v\n%s", line, readErr, err, said.String())
	}
	return line[:len(line)-1]
}
