package process_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sagefly/sagefly/engine/runner"
	"github.com/sagefly/sagefly/engine/runner/process"
	"github.com/sagefly/sagefly/engine/runner/runnertest"
)

func TestMain(m *testing.M) {
	if os.Getenv("PROCESS_TEST_FORGETS_INIT") != "" {
		_, err := process.New(process.Config{})
		fmt.Println(err)
		os.Exit(0)
	}
	process.Init()
	runnertest.Main()
	if text := os.Getenv(engineVariable); text != "" {
		os.Exit(engineMain(text))
	}
	os.Exit(m.Run())
}

// engineVariable makes the test binary an engine that starts one host, prints its handle and waits to be killed.
const engineVariable = "PROCESS_TEST_ENGINE"

type engineOrder struct {
	Mode   runner.Mode
	Spec   runner.Spec
	OptML  string // how /opt/ml is made in the engine's own mount namespace, see prepareOpt
	Hidden []string
}

func engineMain(text string) int {
	var o engineOrder
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if err := prepareOpt(o.OptML); err != nil {
		fmt.Println(err)
		return 1
	}
	r, err := process.New(process.Config{Mode: o.Mode, Hide: o.Hidden})
	if err != nil {
		fmt.Println(err)
		return 1
	}
	p, err := r.Start(context.Background(), o.Spec)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Printf("%s\n", p.Handle())
	os.Stdin.Read(make([]byte, 1)) // until the test is gone, at the latest
	return 0
}

// startEngine runs the test binary as an engine and returns the handle of the host it started.
func startEngine(t *testing.T, cmd *exec.Cmd, o engineOrder) runner.Handle {
	t.Helper()
	data, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	cmd.Env = append(append(os.Environ(), cmd.Env...), engineVariable+"="+string(data), "THE_ENGINES_OWN=secret")
	cmd.Stderr = os.Stderr
	if _, err := cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if strings.Contains(string(line), "does not work here") {
		t.Skip(string(line))
	}
	if err != nil || line[0] != '{' {
		t.Fatalf("the engine started no host: %s%v", line, err)
	}
	cmd.Process.Kill() // SIGKILL: it has no word to say
	cmd.Wait()
	return line[:len(line)-1]
}

func newRunner(t *testing.T, mode runner.Mode) runner.Runner {
	t.Helper()
	r, err := process.New(process.Config{Mode: mode})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func shimPid(t *testing.T, spec runner.Spec) int {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(spec.Dir, "run", "shim.json"))
	if err != nil {
		t.Fatal(err)
	}
	var info struct{ Pid int }
	if err := json.Unmarshal(data, &info); err != nil {
		t.Fatal(err)
	}
	return info.Pid
}

func harness(mode runner.Mode) runnertest.Harness {
	return runnertest.Harness{
		Real: true,
		Play: runnertest.PlaySelf,
		New:  func(t *testing.T) runner.Runner { return newRunner(t, mode) },
		Orphan: func(t *testing.T, spec runner.Spec) runner.Handle {
			exe, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			return startEngine(t, exec.Command(exe), engineOrder{Mode: mode, Spec: spec})
		},
		Lose: func(t *testing.T, spec runner.Spec) {
			proc, err := os.FindProcess(shimPid(t, spec))
			if err != nil {
				t.Fatal(err)
			}
			if err := proc.Kill(); err != nil {
				t.Fatal(err)
			}
		},
	}
}

func TestConformance(t *testing.T) {
	t.Parallel()
	t.Run("base-directory", func(t *testing.T) {
		t.Parallel()
		runnertest.Run(t, harness(runner.ModeBaseDir))
	})
	t.Run("opt-ml", func(t *testing.T) {
		t.Parallel()
		if _, err := process.New(process.Config{Mode: runner.ModeOptML}); err != nil {
			t.Skip("namespaces do not work here:", err)
		}
		runnertest.Run(t, harness(runner.ModeOptML))
	})
}

func TestForgottenInit(t *testing.T) {
	t.Parallel()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), "PROCESS_TEST_FORGETS_INIT=1")
	out, err := cmd.Output()
	want := "process runner: engine.Init was not called in this process; call it first thing in main or TestMain, because " +
		"the runner starts this binary again to supervise jobs\n"
	if err != nil || string(out) != want {
		t.Errorf("New without Init: %q, %v", out, err)
	}
}
