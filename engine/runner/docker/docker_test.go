package docker_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/sagefly/sagefly/engine/runner"
	"github.com/sagefly/sagefly/engine/runner/docker"
	"github.com/sagefly/sagefly/engine/runner/runnertest"
	"github.com/sagefly/sagefly/internal/testenv"
)

func TestMain(m *testing.M) {
	docker.Init()
	runnertest.Main()
	if text := os.Getenv(engineVariable); text != "" {
		os.Exit(engineMain(text))
	}
	os.Exit(m.Run())
}

// engineVariable makes the test binary an engine that starts one host, prints its handle and waits to be killed.
const engineVariable = "DOCKER_TEST_ENGINE"

type engineOrder struct {
	Address string
	Spec    runner.Spec
}

func engineMain(text string) int {
	var o engineOrder
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	r, err := docker.New(context.Background(), docker.Config{Address: o.Address})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
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

// startEngine runs the test binary as an engine, kills it when its host runs, and returns the handle.
func startEngine(t *testing.T, o engineOrder) runner.Handle {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), engineVariable+"="+string(data))
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
	if err != nil || line[0] != '{' {
		t.Fatalf("the engine started no host: %s%v", line, err)
	}
	cmd.Process.Kill() // SIGKILL: it has no word to say
	cmd.Wait()
	return line[:len(line)-1]
}

// Where the test's program is in its image.
const (
	programs = "/programs"
	program  = programs + "/test"
)

// self gives the daemon an image with this test binary, once, and returns its name.
func self(t *testing.T) string {
	t.Helper()
	testenv.Docker(t)
	importOnce.Do(func() {
		exe, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		testenv.DockerImage(t, selfImage, map[string]testenv.File{program: {Source: exe}, programs + "/in-path": {Link: "test"}}, "WORKDIR /opt/ml")
	})
	return selfImage
}

const selfImage = "sagefly-test/runner"

var importOnce sync.Once

func newRunner(t *testing.T) *docker.Runner {
	t.Helper()
	r, err := docker.New(t.Context(), docker.Config{Address: testenv.Docker(t)})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// play makes the host one of this test binary.
func play(t *testing.T, spec *runner.Spec, p runnertest.Program) {
	t.Helper()
	spec.Image = self(t)
	if len(spec.Command) == 0 {
		spec.Command = []string{program}
	}
	runnertest.PlaySelf(t, spec, p)
}

func TestConformance(t *testing.T) {
	t.Parallel()
	self(t)
	runnertest.Run(t, runnertest.Harness{
		Real: true, OwnAddresses: true,
		Sets:   []string{"HOSTNAME", "HOME"}, // Docker's
		Play:   play,
		New:    func(t *testing.T) runner.Runner { return newRunner(t) },
		InPath: func(*testing.T, string) string { return programs },
		Orphan: func(t *testing.T, spec runner.Spec) runner.Handle {
			return startEngine(t, engineOrder{testenv.Docker(t), spec})
		},
		Lose: func(t *testing.T, spec runner.Spec) {
			proc, err := os.FindProcess(shimPid(t, spec))
			if err == nil {
				err = proc.Kill()
			}
			if err != nil {
				t.Fatal(err)
			}
		},
	})
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
