package runnertest

import (
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"github.com/sagefly/sagefly/engine/runner"
)

// Program is the behaviour a test wants of a host. Before anything else it prints "ready" when Forever is set.
type Program struct {
	Lines   []string // printed to stdout after that
	Forever bool     // it does not end by itself
	Exit    int      // exit code; 128+n also stands for its own signal n
	OnStop  OnStop   // what SIGTERM does
	Do      []string // real runners only: an action of [Main] and its arguments
}

// OnStop is what a program does at SIGTERM.
type OnStop string

const (
	StopDies    OnStop = ""       // no handler: 143
	StopHandled OnStop = "handle" // ends with Exit
	StopIgnored OnStop = "ignore"
)

const (
	variable  = "RUNNERTEST_PROGRAM"
	readyLine = "ready"
)

// PlaySelf is a Play for runners that run programs: the program is the running test binary, see [Main].
func PlaySelf(t *testing.T, spec *runner.Spec, p Program) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	if len(spec.Command) == 0 {
		spec.Command = []string{exe}
	}
	spec.Env[variable] = string(data)
}

// Main turns this process into the program of a test when a runner started it as such; then it does not return. Call
// it in TestMain.
func Main() {
	text := os.Getenv(variable)
	if text == "" {
		return
	}
	var p Program
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(99)
	}
	os.Exit(p.run())
}

func (p Program) run() int {
	terms := make(chan os.Signal, 1)
	switch p.OnStop {
	case StopHandled:
		signal.Notify(terms, syscall.SIGTERM)
	case StopIgnored:
		signal.Ignore(syscall.SIGTERM)
	}
	if p.Forever {
		fmt.Println(readyLine)
	}
	for _, l := range p.Lines {
		fmt.Println(l)
	}
	if len(p.Do) > 0 {
		if err := actions[p.Do[0]](p.Do[1:]); err != nil {
			fmt.Fprintln(os.Stderr, "error:", err)
			return 98
		}
	}
	if p.Forever {
		select {
		case <-terms:
		case <-time.After(time.Minute): // a test that forgot it must not leave it behind
			return 97
		}
	}
	if n := p.Exit - 128; n > 0 && n < 64 {
		signal.Reset()
		syscall.Kill(os.Getpid(), syscall.Signal(n))
		time.Sleep(time.Minute)
	}
	return p.Exit
}
