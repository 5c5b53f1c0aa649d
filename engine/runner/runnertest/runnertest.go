// Package runnertest is the suite that every runner passes.
//
//	func TestMain(m *testing.M) { process.Init(); runnertest.Main(); os.Exit(m.Run()) }
//	func TestConformance(t *testing.T) { runnertest.Run(t, harness) }
package runnertest

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/sagefly/sagefly/container"
	"github.com/sagefly/sagefly/engine/internal/log"
	"github.com/sagefly/sagefly/engine/runner"
)

// Harness says how the suite uses a runner.
type Harness struct {
	// New opens the runner as a new engine does: it knows what its predecessors started.
	New func(t *testing.T) runner.Runner
	// Play completes a Spec so that the host behaves as p says.
	Play func(t *testing.T, spec *runner.Spec, p Program)
	// Orphan starts a host by an engine that dies without a word, and returns the handle it left. nil: New and Start.
	Orphan func(t *testing.T, spec runner.Spec) runner.Handle
	// Lose ends a host without a record.
	Lose func(t *testing.T, spec runner.Spec)
	// Around is run around each test's body, for a clock of its own. nil: the body is run in parallel.
	Around func(t *testing.T, body func(t *testing.T))
	// Real runners run programs of the operating system: tests of output, environment and files apply.
	Real bool
	// Sets are variables that the surroundings of this runner's programs add by themselves.
	Sets []string
	// OwnAddresses says that hosts get addresses of the runner's, not those of Spec.Hosts.
	OwnAddresses bool
	// InPath lays the test's program under that name into a folder that programs of hosts see, and returns the folder. nil: a
	// symbolic link in a folder of this machine.
	InPath func(t *testing.T, name string) string
	// Memory skips a test where this machine cannot keep Spec.Memory. nil: it can.
	Memory func(t *testing.T)
}

// Run runs the suite.
func Run(t *testing.T, h Harness) {
	tests := maps.Clone(lifeTests)
	maps.Copy(tests, recoverTests)
	if h.Real {
		maps.Copy(tests, realTests)
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if h.Around != nil {
				h.Around(t, func(t *testing.T) { test(newCase(t, h)) })
				return
			}
			t.Parallel()
			test(newCase(t, h))
		})
	}
}

// kase is one test with its host directory.
type kase struct {
	*testing.T
	h      Harness
	runner runner.Runner
	dir    string
}

func newCase(t *testing.T, h Harness) kase {
	return kase{T: t, h: h, runner: h.New(t), dir: filepath.Join(t.TempDir(), "algo-1")}
}

// spec makes a host that behaves as p says; change completes it first.
func (k kase) spec(p Program, change ...func(*runner.Spec)) runner.Spec {
	k.Helper()
	spec := runner.Spec{
		Job: "job", Host: "algo-1", Dir: k.dir, Log: filepath.Join(k.dir, "algo-1.log"),
		Env:   map[string]string{"PATH": os.Getenv("PATH")},
		Hosts: map[string]string{"algo-1": "127.0.0.1"},
		Grace: 30 * time.Second,
	}
	contract := container.Contract{
		Hyperparameters: map[string]string{"eta": "0.3"},
		Resource:        container.Resource{CurrentHost: "algo-1", Hosts: []string{"algo-1"}},
	}
	if err := contract.Write(filepath.Join(k.dir, "ml")); err != nil {
		k.Fatal(err)
	}
	for _, f := range change {
		f(&spec)
	}
	k.h.Play(k.T, &spec, p)
	return spec
}

// start starts a host and waits until its program says that it runs.
func (k kase) start(spec runner.Spec) runner.Process {
	k.Helper()
	p, err := k.runner.Start(k.Context(), spec)
	if err != nil {
		k.Fatal(err)
	}
	k.ready(spec)
	return p
}

// run runs a host to its end.
func (k kase) run(spec runner.Spec) runner.Exit {
	k.Helper()
	p, err := k.runner.Start(k.Context(), spec)
	if err != nil {
		k.Fatal(err)
	}
	return k.wait(p)
}

// ready waits for the line that every lasting [Program] prints first.
func (k kase) ready(spec runner.Spec) {
	k.Helper()
	k.line(spec, readyLine)
}

// line waits for a line of a host's log.
func (k kase) line(spec runner.Spec, text string) {
	k.Helper()
	ctx, cancel := context.WithTimeout(k.Context(), 20*time.Second)
	defer cancel()
	for ctx.Err() == nil {
		for _, got := range k.log(spec) {
			if got.Text == text {
				return
			}
		}
		select {
		case <-time.After(2 * time.Millisecond):
		case <-ctx.Done():
		}
	}
	k.Fatalf("the program did not print %q; log: %v", text, k.texts(spec))
}

// wait waits for a host's end.
func (k kase) wait(p runner.Process) runner.Exit {
	k.Helper()
	ctx, cancel := context.WithTimeout(k.Context(), 30*time.Second)
	defer cancel()
	e, err := p.Wait(ctx)
	if err != nil {
		k.Fatalf("Wait: %v", err)
	}
	return e
}

// want checks how a host ended.
func (k kase) want(e runner.Exit, code int, cause runner.Cause) {
	k.Helper()
	if e.Code != code || e.Cause != cause {
		k.Errorf("exit = %d by %s, want %d by %s (%+v)", e.Code, e.Cause, code, cause, e)
	}
	if e.End.IsZero() || e.Start.After(e.End) {
		k.Errorf("start %v, end %v", e.Start, e.End)
	}
}

func (k kase) log(spec runner.Spec) []log.Record {
	k.Helper()
	r, err := log.Open(spec.Log)
	if err != nil {
		return nil // not yet
	}
	defer r.Close()
	var list []log.Record
	for rec, err := range r.Forward(0) {
		if err != nil {
			k.Fatal(err)
		}
		list = append(list, rec)
	}
	return list
}

func (k kase) texts(spec runner.Spec) []string {
	k.Helper()
	var list []string
	for _, rec := range k.log(spec) {
		list = append(list, rec.Text)
	}
	return list
}
