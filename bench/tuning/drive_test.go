package main

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// server starts problems.py.
func server(t *testing.T) *process {
	t.Helper()
	interpreter := filepath.Join("..", "..", python("tuning"))
	if _, err := os.Stat(interpreter); err != nil {
		t.Skipf("no %s (make setup lays it)", interpreter)
	}
	p, err := start("problems", interpreter, "problems.py")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.stop(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// The functions have their published optima where these are published to be.
func TestOptima(t *testing.T) {
	t.Parallel()
	p := server(t)
	for name, at := range map[string]point{
		"branin":      {"x1": "3.141592653589793", "x2": "2.275"},
		"hartmann6":   {"x1": "0.20169", "x2": "0.150011", "x3": "0.476874", "x4": "0.275332", "x5": "0.311652", "x6": "0.6573"},
		"ackley5":     {"x1": "0", "x2": "0", "x3": "0", "x4": "0", "x5": "0"},
		"rosenbrock4": {"x1": "1", "x2": "1", "x3": "1", "x4": "1"},
		"mixlog5":     {"rate": "0.0031622776601683795", "units": "128", "layers": "3", "activation": "relu", "dropout": "0.25"},
		"shekel4":     {"x1": "4.00075", "x2": "3.99951", "x3": "4.00075", "x4": "3.99951"},
	} {
		var about problem
		var got struct{ Value float64 }
		if err := p.ask(map[string]any{"problem": name}, &about); err != nil {
			t.Fatal(err)
		}
		if err := p.ask(map[string]any{"evaluate": at}, &got); err != nil {
			t.Fatal(err)
		}
		if math.Abs(got.Value-*about.Optimum) > 1e-4 {
			t.Errorf("%s at its optimum is %v; it is said to be %v", name, got.Value, *about.Optimum)
		}
	}
}

// Every problem of the catalogue is one of the server, and the other way round.
func TestCatalogueMatchesServer(t *testing.T) {
	t.Parallel()
	interpreter := filepath.Join("..", "..", python("tuning"))
	if _, err := os.Stat(interpreter); err != nil {
		t.Skipf("no %s (make setup lays it)", interpreter)
	}
	p, err := start("names", interpreter, "-c", "import json, problems; print(json.dumps({'names': list(problems.PROBLEMS)}))")
	if err != nil {
		t.Fatal(err)
	}
	var answer struct{ Names []string }
	if err := p.ask(nil, &answer); err != nil {
		t.Fatal(err)
	}
	if err := p.stop(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(answer.Names, slices.Concat(chosen, held)); diff != "" {
		t.Errorf("problems (-server +catalogue):\n%s", diff)
	}
}

// A row that was written is read back and is not measured again; one with fewer evaluations than asked for is.
func TestRowsAreKept(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := &row{cell: cell{"branin", ours, 0, 1}, Optimum: new(0.5), Values: make([]float64, 100), CPU: make([]float64, 100)}
	second := &row{cell: cell{"branin", ours, 0, 4}, Values: make([]float64, 30), CPU: make([]float64, 30), Memory: 9.5, Duplicates: 2}
	written := table{}
	for _, r := range []*row{first, second} {
		if err := written.add(dir, r); err != nil {
			t.Fatal(err)
		}
	}
	got, err := read(dir)
	if err != nil {
		t.Fatal(err)
	}
	want, _ := json.Marshal([]*row{first, second})
	have, _ := json.Marshal([]*row{got[first.cell], got[second.cell]})
	if diff := cmp.Diff(string(want), string(have)); diff != "" || len(got) != 2 {
		t.Errorf("%d rows (-want +got):\n%s", len(got), diff)
	}
	o := options{only: ours, problems: "branin", seeds: 1, budget: 100}
	var cells []cell
	for _, j := range o.jobs(got) {
		cells = append(cells, j.cell)
	}
	if diff := cmp.Diff([]cell{second.cell}, cells); diff != "" {
		t.Errorf("still to be measured (-want +got):\n%s", diff)
	}
}

// What a program that fails has said last is part of the error.
func TestLastWordsOfAProgram(t *testing.T) {
	t.Parallel()
	p, err := start("broken", "sh", "-c", `yes padding | head -c 20000 >&2; echo "no module named x" >&2`)
	if err != nil {
		t.Fatal(err)
	}
	err = p.ask("anything", new(struct{}))
	if err == nil || !strings.Contains(err.Error(), "no module named x") || len(err.Error()) > 5_000 {
		t.Errorf("error %v", err)
	}
}

// Processor time is of the program, not of the wall: a loop of a known length of it is seen, and waiting is not.
func TestProcessorTime(t *testing.T) {
	t.Parallel()
	interpreter := filepath.Join("..", "..", python("tuning"))
	if _, err := os.Stat(interpreter); err != nil {
		t.Skipf("no %s (make setup lays it)", interpreter)
	}
	p, err := start("worker", interpreter, "-c", `
import sys, time
for line in sys.stdin:
    began = time.process_time()
    while time.process_time() < began + float(line):
        pass
    print('{}', flush=True)
`)
	if err != nil {
		t.Fatal(err)
	}
	defer p.kill()
	var spent []float64
	for _, seconds := range []float64{0, 0.3, 0} {
		if err := p.ask(seconds, new(struct{})); err != nil {
			t.Fatal(err)
		}
		used, err := p.cpu()
		if err != nil {
			t.Fatal(err)
		}
		spent = append(spent, used.Seconds())
	}
	if took := spent[1] - spent[0]; took < 0.3 || took > 0.4 {
		t.Errorf("a loop of 0.3 s of processor time took %v s", took)
	}
	if took := spent[2] - spent[1]; took > 0.05 {
		t.Errorf("nothing took %v s", took)
	}
}
