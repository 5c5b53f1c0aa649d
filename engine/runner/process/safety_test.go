package process_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sagefly/sagefly/container"
	"github.com/sagefly/sagefly/engine/internal/log"
	"github.com/sagefly/sagefly/engine/runner"
	"github.com/sagefly/sagefly/engine/runner/runnertest"
)

// newSpec is a host in dir that behaves as p says.
func newSpec(t *testing.T, dir string, p runnertest.Program) runner.Spec {
	t.Helper()
	c := container.Contract{Resource: container.Resource{CurrentHost: "algo-1", Hosts: []string{"algo-1"}}}
	if err := c.Write(filepath.Join(dir, "ml")); err != nil {
		t.Fatal(err)
	}
	spec := runner.Spec{
		Job: "job", Host: "algo-1", Dir: dir, Log: filepath.Join(dir, "log"), Grace: time.Minute,
		Env:   map[string]string{"PATH": os.Getenv("PATH")},
		Hosts: map[string]string{"algo-1": "127.9.9.9"},
	}
	runnertest.PlaySelf(t, &spec, p)
	return spec
}

func end(t *testing.T, p runner.Process) runner.Exit {
	t.Helper()
	e, err := p.Wait(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func output(t *testing.T, spec runner.Spec) []string {
	t.Helper()
	r, err := log.Open(spec.Log)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var list []string
	for rec, err := range r.Forward(0) {
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, rec.Text)
	}
	return list
}

// run runs one host to its end and returns what it printed.
func run(t *testing.T, r runner.Runner, spec runner.Spec) []string {
	t.Helper()
	p, err := r.Start(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	if e := end(t, p); e.Code != 0 {
		t.Errorf("exit %+v", e)
	}
	return output(t, spec)
}

// A file that names a process is no reason to signal it: its number may belong to somebody else by now.
func TestSignalsOnlyAShim(t *testing.T) {
	t.Parallel()
	victim := exec.Command("sleep", "60")
	if err := victim.Start(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "run"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"shim.json": `{"version":1,"pid":` + strconv.Itoa(victim.Process.Pid) + `}`, "lock": "",
	} {
		if err := os.WriteFile(filepath.Join(dir, "run", name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r := newRunner(t, runner.ModeBaseDir)
	p, err := r.Recover(t.Context(), runner.Handle(`{"version":1,"dir":"`+dir+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []func() error{p.Stop, p.Kill} {
		if err := f(); err != nil {
			t.Error(err)
		}
	}
	if e := end(t, p); e.Cause != runner.CauseLost {
		t.Errorf("exit %+v, want lost", e)
	}
	victim.Process.Kill()
	state, _ := victim.Process.Wait()
	if got := state.String(); got != "signal: killed" { // by us, just now, and by nobody before
		t.Errorf("the other process ended by %s", got)
	}
}

// Neither the arguments nor the environment of a shim tell what its program may know.
func TestShimCarriesNoSecrets(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/proc/self/environ"); err != nil {
		t.Skip("no /proc here")
	}
	spec := newSpec(t, t.TempDir(), runnertest.Program{Forever: true})
	spec.Env["AWS_SECRET_ACCESS_KEY"] = "hush"
	p, err := newRunner(t, "").Start(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	proc := filepath.Join("/proc", strconv.Itoa(shimPid(t, spec)))
	var seen []string
	for _, name := range []string{"cmdline", "environ"} {
		data, err := os.ReadFile(filepath.Join(proc, name))
		if err != nil {
			t.Fatal(err)
		}
		seen = append(seen, strings.Split(strings.TrimSuffix(string(data), "\x00"), "\x00")...)
	}
	if want := []string{"sagefly-shim", "host", spec.Dir, "SAGEFLY_SHIM=1"}; !slices.Equal(seen, want) {
		t.Errorf("the shim shows %q, want %q", seen, want)
	}
	info, err := os.Stat(filepath.Join(spec.Dir, "run", "spec.json"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("spec.json: %v, %v", info.Mode(), err)
	}
	if err := p.Kill(); err != nil {
		t.Fatal(err)
	}
	end(t, p)
}

// In base-directory mode the user's AWS files can only be made unattractive.
func TestBaseDirPointsAwayFromCredentials(t *testing.T) {
	t.Parallel()
	spec := newSpec(t, t.TempDir(), runnertest.Program{Do: []string{"environment"}})
	spec.Env["AWS_CONFIG_FILE"] = "/the/jobs/own"
	got := strings.Join(run(t, newRunner(t, runner.ModeBaseDir), spec), "\n")
	for _, want := range []string{`"AWS_SHARED_CREDENTIALS_FILE=/dev/null"`, `"AWS_CONFIG_FILE=/the/jobs/own"`} {
		if !strings.Contains(got, want) {
			t.Errorf("environment %s lacks %s", got, want)
		}
	}
}
