package process_test

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/sagefly/sagefly/engine/runner"
	"github.com/sagefly/sagefly/engine/runner/process"
	"github.com/sagefly/sagefly/engine/runner/runnertest"
)

// prepareOpt changes /opt inside the mount namespace that the engine of a test was started in.
func prepareOpt(how string) error {
	if how == "" {
		return nil
	}
	err := errors.Join(
		unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""),
		unix.Mount("tmpfs", "/opt", "tmpfs", 0, ""),
	)
	switch how {
	case "missing":
		err = errors.Join(err, os.WriteFile("/opt/file", []byte("old"), 0o644), os.Symlink("file", "/opt/link"))
	case "exists":
		err = errors.Join(err, os.Mkdir("/opt/ml", 0o755), os.WriteFile("/opt/ml/of-the-image", nil, 0o644), os.WriteFile("/opt/link", []byte("old"), 0o644))
	case "broken link":
		err = errors.Join(err, os.Symlink("/nowhere", "/opt/ml"), os.WriteFile("/opt/link", []byte("old"), 0o644))
	}
	return err
}

// optML is a runner in opt-ml mode, or skips the test.
func optML(t *testing.T, hide ...string) runner.Runner {
	t.Helper()
	r, err := process.New(process.Config{Mode: runner.ModeOptML, Hide: hide})
	if err != nil {
		t.Skip("namespaces do not work here:", err)
	}
	return r
}

// adopted waits for a host of an engine that is gone and returns what it printed.
func adopted(t *testing.T, handle runner.Handle, spec runner.Spec) []string {
	t.Helper()
	p, err := newRunner(t, runner.ModeOptML).Recover(t.Context(), handle)
	if err != nil {
		t.Fatal(err)
	}
	if e := end(t, p); e.Code != 0 || e.Cause != runner.CauseExit {
		t.Errorf("exit %+v, output %q", e, output(t, spec))
	}
	return output(t, spec)
}

func TestOptMLWhateverTheMachineHas(t *testing.T) {
	t.Parallel()
	optML(t)
	for _, how := range []string{"missing", "exists", "broken link"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			spec := newSpec(t, t.TempDir(), runnertest.Program{})
			spec.Command = []string{"/bin/sh", "-c", "pwd; ls /opt/ml; cat /opt/link"}
			exe, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(exe)
			cmd.SysProcAttr = &syscall.SysProcAttr{
				Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
				UidMappings: []syscall.SysProcIDMap{{HostID: os.Geteuid(), Size: 1}},
				GidMappings: []syscall.SysProcIDMap{{HostID: os.Getegid(), Size: 1}},
			}
			got := adopted(t, startEngine(t, cmd, engineOrder{Mode: runner.ModeOptML, Spec: spec, OptML: how}), spec)
			if want := []string{"/opt/ml", "input", "model", "output", "old"}; !slices.Equal(got, want) {
				t.Errorf("the program sees %q, want %q", got, want)
			}
		})
	}
}

func TestOrdinaryUser(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("the whole suite runs as an ordinary user already")
	}
	const nobody = 65534
	base, err := os.MkdirTemp("", "sagefly-nobody-") // t.TempDir is below a directory that is closed to others
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(base) })
	exe := filepath.Join(base, "engine")
	copyProgram(t, exe)
	dir := filepath.Join(base, "host")
	spec := newSpec(t, dir, runnertest.Program{})
	spec.Command = []string{"/bin/sh", "-c", "id -u; cat /proc/1/cmdline | tr '\\0' ' ' | cut -d' ' -f1; touch /opt/ml/model/m; getent hosts algo-1 | cut -c1-9"}
	err = filepath.WalkDir(base, func(name string, _ os.DirEntry, err error) error {
		return errors.Join(err, os.Chown(name, nobody, nobody))
	})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Dir = base
	cmd.Env = []string{"HOME=/nonexistent", "TMPDIR=" + base}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	got := adopted(t, startEngine(t, cmd, engineOrder{Mode: runner.ModeOptML, Spec: spec}), spec)
	if want := []string{"0", "sagefly-shim", "127.9.9.9"}; !slices.Equal(got, want) {
		t.Errorf("the program sees %q, want %q", got, want)
	}
	info, err := os.Stat(filepath.Join(dir, "ml", "model", "m"))
	if err != nil || info.Sys().(*syscall.Stat_t).Uid != nobody {
		t.Errorf("what the program wrote does not belong to its user: %v, %v", info, err)
	}
}

func copyProgram(t *testing.T, to string) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Dir(to), 0o755); err != nil {
		t.Fatal(err)
	}
	in, err := os.Open(exe)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.Copy(out, in)
	if err := errors.Join(err, out.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestCredentialsAreHidden(t *testing.T) {
	t.Parallel()
	optML(t)
	home := t.TempDir()
	config := filepath.Join(t.TempDir(), "config")
	extra := filepath.Join(t.TempDir(), "extra")
	if err := os.MkdirAll(filepath.Join(home, ".aws"), 0o700); err != nil {
		t.Fatal(err)
	}
	credentials := filepath.Join(home, ".aws", "credentials")
	for _, name := range []string{credentials, config, extra} {
		if err := os.WriteFile(name, []byte("secret"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	spec := newSpec(t, t.TempDir(), runnertest.Program{})
	spec.Command = []string{"/bin/sh", "-c", `ls -A "$1" && cat "$2" "$3" && umount "$1" 2>/dev/null; ls -A "$1"; echo end; env`, "sh", filepath.Dir(credentials), config, extra}
	cmd := exec.Command(exe)
	cmd.Env = []string{"HOME=" + home, "AWS_CONFIG_FILE=" + config}
	got := adopted(t, startEngine(t, cmd, engineOrder{Mode: runner.ModeOptML, Spec: spec, Hidden: []string{extra, "/not/there"}}), spec)
	if len(got) == 0 || got[0] != "end" {
		t.Errorf("the program sees %q", got)
	}
	if all := strings.Join(got, "\n"); strings.Contains(all, "secret") {
		t.Errorf("the program sees a secret: %s", all)
	}
}

func TestNoPowerOverTheMachine(t *testing.T) {
	t.Parallel()
	spec := newSpec(t, t.TempDir(), runnertest.Program{})
	spec.Command = []string{"/bin/sh", "-c", "sed -n 's/CapBnd:.//p' /proc/self/status"}
	got := run(t, optML(t), spec)
	caps, err := strconv.ParseUint(got[0], 16, 64)
	if err != nil {
		t.Fatal(err)
	}
	for name, bit := range map[string]int{"CAP_SYS_ADMIN": unix.CAP_SYS_ADMIN, "CAP_SYS_MODULE": unix.CAP_SYS_MODULE, "CAP_NET_ADMIN": unix.CAP_NET_ADMIN} {
		if caps>>bit&1 != 0 {
			t.Errorf("a program can have %s", name)
		}
	}
	if caps>>unix.CAP_CHOWN&1 == 0 {
		t.Error("a program cannot have CAP_CHOWN")
	}
}

// Whatever a program started ends with its shim, even when the shim has no time to see to it.
func TestLostHostLeavesNothing(t *testing.T) {
	t.Parallel()
	r := optML(t)
	spec := newSpec(t, t.TempDir(), runnertest.Program{Forever: true, Do: []string{"descendants"}})
	p, err := r.Start(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	for !slices.Contains(output(t, spec), "started") {
		if t.Context().Err() != nil {
			t.Fatal("the program does not start")
		}
		time.Sleep(time.Millisecond)
	}
	if err := syscall.Kill(shimPid(t, spec), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if e := end(t, p); e.Cause != runner.CauseLost {
		t.Errorf("exit %+v", e)
	}
	f, err := os.Open(filepath.Join(spec.Dir, "ml", "descendant.lock"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		t.Errorf("a descendant still lives: %v", err)
	}
}

func TestNothingIsMountedOutside(t *testing.T) {
	t.Parallel()
	spec := newSpec(t, t.TempDir(), runnertest.Program{})
	spec.Command = []string{"/bin/sh", "-c", "cat /proc/self/mountinfo"}
	inside := strings.Join(run(t, optML(t), spec), "\n")
	if !strings.Contains(inside, " /opt/ml ") {
		t.Errorf("no /opt/ml inside: %s", inside)
	}
	outside, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(outside), spec.Dir) {
		t.Errorf("mounts of a job outside: %s", outside)
	}
}
