package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sagefly/sagefly/bench/internal/jsonl"
)

const clockTrials = 50

// lap is one run of the wall-clock.
type lap struct {
	Set     string  `json:"set"`
	Work    string  `json:"work"` // points: everybody the same 50; search: each its own
	Way     string  `json:"way"`
	Seconds float64 `json:"seconds"` // from the start of the program to its end
	Imports float64 `json:"imports"` // of Seconds, until Python has imported what it needs; 0 for sagefly
	// Trials is the sum of what each trial took. Sagefly's are in whole seconds or finer, as the API has them.
	Trials float64 `json:"trials"`
	Best   float64 `json:"best"`
	Load   float64 `json:"load"` // of the machine in the minute before
}

// The ways to run 50 trials on two processors.
const (
	oursTwo       = "sagefly --parallel 2"
	optunaDefault = "Optuna, defaults"
	optunaTwo     = "Optuna, n_jobs=2, nthread=1"
)

var ways = []string{oursTwo, optunaDefault, optunaTwo}

func clockFile() string { return filepath.Join(home, "rows", "clock.jsonl") }

// clock runs every way in turns. The small classification set adds nothing to what the other two say.
func (p program) clock(ctx context.Context, wanted []*set, rounds int) error {
	for _, s := range wanted {
		if s.name == "churn" {
			continue
		}
		first, err := p.tune(ctx, s, drawn(clockTrials)) // the points, and warm caches
		if err != nil {
			return err
		}
		for round := range rounds {
			if err := p.round(ctx, s, round, points(first)); err != nil {
				return err
			}
		}
	}
	return nil
}

// round runs every way once over the points, and once with a search of its own.
func (p program) round(ctx context.Context, s *set, round int, points []map[string]string) error {
	for _, way := range turned(ways, round) {
		if err := p.lap(ctx, s, lap{Set: s.name, Work: "points", Way: way}, task{Points: points, Seed: round + 1}); err != nil {
			return fmt.Errorf("%s, %s: %w", s.name, way, err)
		}
		if err := p.lap(ctx, s, lap{Set: s.name, Work: "search", Way: way}, task{Seed: round + 1}); err != nil {
			return fmt.Errorf("%s, %s: %w", s.name, way, err)
		}
	}
	return nil
}

// turned begins each round with another way.
func turned(list []string, round int) []string {
	k := round % len(list)
	return slices.Concat(list[k:], list[:k])
}

func (p program) lap(ctx context.Context, s *set, l lap, t task) error {
	l.Load = load()
	began := time.Now()
	made, imports, err := p.run(ctx, s, l.Way, t)
	if err != nil {
		return err
	}
	l.Seconds, l.Imports = thousandths(time.Since(began).Seconds()), thousandths(imports.Seconds())
	for _, t := range made {
		l.Trials += t.Seconds
	}
	l.Trials, l.Best = thousandths(l.Trials), best(made, len(made))
	fmt.Printf("%+v\n", l)
	return jsonl.Append(clockFile(), l)
}

func thousandths(v float64) float64 { return math.Round(v*1000) / 1000 }

func (p program) run(ctx context.Context, s *set, way string, t task) (made []trial, imports time.Duration, err error) {
	if way == oursTwo {
		flags := drawn(clockTrials)
		if t.Points == nil {
			flags = append(vary(), "--seed", strconv.Itoa(t.Seed), "--jobs", strconv.Itoa(clockTrials), "--parallel", "2")
		}
		made, err = p.tune(ctx, s, flags)
		return made, 0, err
	}
	t.Parameters, t.Trials, t.Parallel = space(), clockTrials, 1
	if way == optunaTwo {
		t.Parallel, t.Threads = 2, 1
	}
	return runOptuna(ctx, s, t)
}

// load is the machine's load average of the last minute, 0 where it cannot be read.
func load() float64 {
	text, _ := os.ReadFile("/proc/loadavg")
	first, _, _ := strings.Cut(string(text), " ")
	v, _ := strconv.ParseFloat(first, 64)
	return v
}
