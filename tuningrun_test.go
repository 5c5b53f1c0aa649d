//go:build !sagefly_task

package sagefly_test

import (
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/sagefly/sagefly"
)

// A search around a Go function: two hosts a trial, one parameter that only some trials have, known points first, and the typed output of the best.
func TestRunSearchAroundFunction(t *testing.T) {
	t.Parallel()
	target := local(t)
	r, err := valleySearch.Run(t.Context(), target, valleyInput{Note: "two\nlines"})
	if err != nil {
		t.Fatalf("%v\n%+v", err, r.Trials)
	}
	// The second known point is the lowest place there is.
	if diff := cmp.Diff(valleyInput{Note: "two\nlines", Rate: 0.01, Optimizer: "momentum", Momentum: 0.9, Layers: 2}, r.Best); diff != "" {
		t.Errorf("best input: %s", diff)
	}
	want := valleyOutput{Loss: 0, Host: "algo-2", Hosts: []string{"algo-1", "algo-2"}, Note: "two\nlines", Model: sagefly.File(r.Model + "#valley.txt")}
	if diff := cmp.Diff(want, r.Output, cmpopts.EquateApprox(0, 1e-12)); diff != "" {
		t.Errorf("output: %s", diff)
	}
	if r.Objective > 1e-12 || r.Ahead != "" || len(r.Trials) != 6 || r.Trial != r.Trials[1].Name {
		t.Errorf("objective %v of %s, %q ahead, %d trials", r.Objective, r.Trial, r.Ahead, len(r.Trials))
	}
	seen := map[string]bool{}
	for _, one := range r.Trials {
		_, there := one.Values["momentum"]
		if there != (one.Input.Optimizer == "momentum") || one.Status != "Completed" || one.Objective == nil ||
			one.Began.IsZero() || one.Ended.Before(one.Began) { // whole seconds, as the API lists them: a short trial ends in the second in which it began
			t.Errorf("%+v", one)
		}
		seen[one.Values["optimizer"]] = true
	}
	if !seen["sgd"] || !seen["momentum"] {
		t.Errorf("only %v was tried", seen)
	}
	file := filepath.Join(t.TempDir(), "model")
	if err := sagefly.Fetch(t.Context(), target, string(r.Output.Model), file); err != nil {
		t.Error(err)
	}
	// What came back is an input: the task trained with it does the same again.
	again, err := valley.Run(t.Context(), target, r.Best)
	if err != nil || again.Output.Loss != r.Output.Loss {
		t.Errorf("%+v, %v", again.Output, err)
	}
}

// The search around a script gives its best hyperparameters and model.
func TestRunSearchAroundScript(t *testing.T) {
	t.Parallel()
	target := local(t)
	dir := folder(t, map[string]string{"train.py": `
import argparse, os
p = argparse.ArgumentParser()
p.add_argument("--place", type=float)
p.add_argument("--shift", type=float)
a = p.parse_args()
loss = (a.place - a.shift) ** 2
with open(os.path.join(os.environ["SM_MODEL_DIR"], "x.txt"), "w") as f:
    f.write(str(a.place))
print(f"loss={loss}")
`})
	script := sagefly.NewScript("parabola", dir, sagefly.ScriptConfig{Patterns: map[string]string{"loss": `^loss=(\S+)`}})
	search := sagefly.NewTuning("parabola-search", script, sagefly.TuningConfig{
		Objective: sagefly.Minimize("loss"), MaxJobs: 5, Ranges: sagefly.Ranges{"place": sagefly.Float(-4, 4)}, Start: []sagefly.Point{{"place": "1.5"}},
	})
	r, err := search.Run(t.Context(), target, sagefly.ScriptInput{Hyperparameters: map[string]string{"shift": "1.5"}})
	if err != nil {
		t.Fatalf("%v\n%+v", err, r.Trials)
	}
	if diff := cmp.Diff(map[string]string{"shift": "1.5", "place": "1.5"}, r.Best.Hyperparameters); diff != "" || r.Objective != 0 || r.Output.Metrics["loss"] != 0 {
		t.Errorf("%s, objective %v, metrics %v", diff, r.Objective, r.Output.Metrics)
	}
	file := filepath.Join(t.TempDir(), "x.txt")
	if err := sagefly.Fetch(t.Context(), target, string(r.Output.Model)+"#x.txt", file); err != nil {
		t.Error(err)
	}
	for i, one := range r.Trials {
		x, err := strconv.ParseFloat(one.Values["place"], 64)
		if err != nil || float32(*one.Objective) != float32((x-1.5)*(x-1.5)) || one.Number != i+1 {
			t.Errorf("%+v: %v", one, err)
		}
	}
}

// Stopping a search stops its trials, and what it found so far is there.
func TestStopSearch(t *testing.T) {
	t.Parallel()
	target := local(t)
	search := sagefly.NewTuning("slow-search", slow, sagefly.TuningConfig{
		Objective: sagefly.Maximize("done"), MaxJobs: 3, Ranges: sagefly.Ranges{"wait": sagefly.Choice("true", "false")},
		Start: []sagefly.Point{{"wait": "false"}, {"wait": "true"}}, Strategy: sagefly.Random,
	})
	job, err := search.Start(t.Context(), target, slowInput{}, sagefly.StartOptions{Name: "slow"})
	if err != nil {
		t.Fatal(err)
	}
	for running := false; !running; { // the second trial waits until it is stopped
		trials, err := job.Trials(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		running = slices.ContainsFunc(trials, func(one sagefly.Trial[slowInput]) bool { return one.Input.Wait && !one.Began.IsZero() })
	}
	if err := job.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	r, err := search.Attach(target, "slow").Wait(t.Context())
	e, ok := errorAs[*sagefly.Error](err)
	if !ok || e.Class != sagefly.Stopped || r.Output.Done != 1 || r.Best.Wait {
		t.Errorf("%+v, %v", r.Output, err)
	}
	if last := r.Trials[len(r.Trials)-1]; last.Status != "Stopped" {
		t.Errorf("%+v", last)
	}
}

// A search of which every trial fails says what the trials said.
func TestSearchThatFails(t *testing.T) {
	t.Parallel()
	search := sagefly.NewTuning("bad-search", valley, sagefly.TuningConfig{
		Objective: sagefly.Minimize("loss"), MaxParallel: 2, Ranges: sagefly.Ranges{"learning_rate": sagefly.Float(0.1, 1)},
	})
	r, err := search.Run(t.Context(), local(t), valleyInput{Optimizer: "momentum"})
	e, ok := errorAs[*sagefly.Error](err)
	if !ok || e.Class != sagefly.UserError || !strings.Contains(e.Reason, "a trial with momentum has none") || len(r.Trials) < 5 {
		t.Errorf("%+v, %v", r.Trials, err)
	}
}
