package fake_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagefly/sagefly/engine/internal/log"
	"github.com/sagefly/sagefly/engine/runner"
	"github.com/sagefly/sagefly/engine/runner/fake"
	"github.com/sagefly/sagefly/engine/runner/runnertest"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	r := map[*testing.T]*fake.Runner{}
	current := func(t *testing.T) *fake.Runner {
		if r[t] == nil {
			r[t] = fake.New(fake.Config{})
		}
		return r[t]
	}
	runnertest.Run(t, runnertest.Harness{
		New:    func(t *testing.T) runner.Runner { return current(t) },
		Play:   play,
		Lose:   func(t *testing.T, spec runner.Spec) { current(t).Lose(spec.Dir) },
		Around: synctest.Test,
	})
}

// play translates a test's program into a script that the host brings itself.
func play(t *testing.T, spec *runner.Spec, p runnertest.Program) {
	s := fake.Script{Exit: p.Exit, IgnoreStop: p.OnStop == runnertest.StopIgnored}
	if p.OnStop == runnertest.StopHandled {
		s.StopExit = new(p.Exit)
	}
	lines := p.Lines
	if p.Forever {
		s.Run = -1
		lines = append([]string{"ready"}, lines...)
	}
	for _, l := range lines {
		s.Lines = append(s.Lines, fake.Line{Text: l})
	}
	data, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	spec.Env[fake.Variable] = string(data)
}

func start(t *testing.T, script fake.Script) (runner.Process, runner.Spec) {
	t.Helper()
	r := fake.New(fake.Config{Script: func(runner.Spec) fake.Script { return script }})
	dir := t.TempDir()
	spec := runner.Spec{Job: "j", Host: "algo-1", Dir: dir, Log: filepath.Join(dir, "log"), Command: []string{"train"}, Grace: 2 * time.Minute}
	p, err := r.Start(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	return p, spec
}

func TestScriptOnItsClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		p, spec := start(t, fake.Script{
			Run: fake.Seconds(3600), Lines: fake.Metric("validation:rmse", 3.5, 2.25), Files: map[string]string{"model/m": "weights"},
		})
		e, err := p.Wait(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		want := runner.Exit{Cause: runner.CauseExit, Start: begin, End: begin.Add(time.Hour)}
		if diff := cmp.Diff(want, e); diff != "" {
			t.Errorf("exit (-want +got):\n%s", diff)
		}
		r, err := log.Open(spec.Log)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		var got []string
		for rec := range r.Forward(0) {
			got = append(got, rec.Time.Sub(begin).String()+" "+log.Escape(rec.Text))
		}
		if want := []string{"1s [0]#011validation-rmse:3.50000", "2s [1]#011validation-rmse:2.25000"}; !slices.Equal(got, want) {
			t.Errorf("log = %q, want %q", got, want)
		}
		if data, err := os.ReadFile(filepath.Join(spec.Dir, "ml", "model", "m")); string(data) != "weights" || err != nil {
			t.Errorf("model = %q, %v", data, err)
		}
	})
}

func TestStopTakesItsTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, _ := start(t, fake.Script{Run: -1, StopAfter: fake.Seconds(45), StopExit: new(0)})
		time.Sleep(10 * time.Second)
		if err := p.Stop(); err != nil {
			t.Fatal(err)
		}
		e, err := p.Wait(t.Context())
		if err != nil || e.Code != 0 || e.Cause != runner.CauseStop || e.End.Sub(e.Start) != 55*time.Second {
			t.Errorf("exit = %+v, %v", e, err)
		}
	})
}

func TestScriptsOfTrouble(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, _ := start(t, fake.Script{Run: -1, LoseAfter: fake.Seconds(5)})
		if e, _ := p.Wait(t.Context()); e.Cause != runner.CauseLost {
			t.Errorf("lost: %+v", e)
		}
		p, _ = start(t, fake.Script{Exit: 137, OOM: true})
		if e, _ := p.Wait(t.Context()); !e.OOM || e.Code != 137 {
			t.Errorf("out of memory: %+v", e)
		}
		p, _ = start(t, fake.Script{Unstartable: "not found"})
		if e, _ := p.Wait(t.Context()); e.Code != 127 || e.Error != `start ["train"]: not found` {
			t.Errorf("not found: %+v", e)
		}
		r := fake.New(fake.Config{Script: func(runner.Spec) fake.Script { return fake.Script{StartError: "no room"} }})
		if _, err := r.Start(t.Context(), runner.Spec{Job: "j", Host: "algo-1", Dir: "/d"}); err == nil || err.Error() != `start algo-1 of job "j": no room` {
			t.Errorf("start error: %v", err)
		}
	})
}

func TestBadScript(t *testing.T) {
	t.Parallel()
	spec := runner.Spec{Env: map[string]string{fake.Variable: `{"exti":1}`}}
	if _, err := fake.FromEnv(spec); err == nil {
		t.Error("a misspelt member is accepted")
	}
	spec.Env[fake.Variable] = `{"run":1.5,"stop_after":"2m"}`
	s, err := fake.FromEnv(spec)
	if err != nil || time.Duration(s.Run) != 1500*time.Millisecond || time.Duration(s.StopAfter) != 2*time.Minute {
		t.Errorf("durations: %+v, %v", s, err)
	}
}
