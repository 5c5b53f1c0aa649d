package main

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
)

// problem is what the server says of one.
type problem struct {
	Parameters []any    `json:"parameters"`
	Optimum    *float64 `json:"optimum"`
}

// point is a trial's values as texts.
type point map[string]string

// trial is one that runs. Its end is simulated.
type trial struct {
	number int
	point  point
	end    float64
}

// run drives one optimizer over one problem, with so many trials side by side: whenever one ends, the next starts. How long trials take is
// drawn for each between half and one and a half, so that they end in another order than they started in.
type run struct {
	cell
	budget    int
	optimizer *process
	problems  *process
	clock     *rand.Rand
	now       float64
	running   []trial
	started   int
	seen      map[string]bool
	row       *row
	spent     float64 // processor milliseconds at the last suggestion
}

// measure makes the row of a cell.
func measure(c cell, o *optimizer, argv []string, problems *process) (*row, error) {
	var p problem
	if err := problems.ask(map[string]any{"problem": c.Problem}, &p); err != nil {
		return nil, err
	}
	process, err := start(o.name, argv...)
	if err != nil {
		return nil, err
	}
	r := &run{
		cell: c, budget: o.budget, optimizer: process, problems: problems, seen: map[string]bool{}, row: &row{cell: c, Optimum: p.Optimum},
		clock: rand.New(rand.NewPCG(uint64(c.Seed), name(c.Problem))),
	}
	if err := r.all(p, o.space); err != nil {
		process.kill()
		return nil, err
	}
	return r.row, process.stop()
}

func name(s string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(s))
	return h.Sum64()
}

func (r *run) all(p problem, more map[string]any) error {
	space := map[string]any{"parameters": p.Parameters, "seed": r.Seed}
	maps.Copy(space, more)
	var ready struct{ Version string }
	if err := r.optimizer.ask(space, &ready); err != nil {
		return err
	}
	r.row.Version = ready.Version
	if _, err := r.lap(); err != nil {
		return err
	}
	for len(r.row.Values) < r.budget {
		for len(r.running) < r.Parallel && r.started < r.budget {
			if err := r.suggest(); err != nil {
				return err
			}
		}
		if err := r.finish(); err != nil {
			return err
		}
	}
	memory, err := r.optimizer.peak()
	r.row.Memory = rounded(memory, 4)
	return err
}

// lap is the processor time since the last one, in milliseconds.
func (r *run) lap() (float64, error) {
	now, err := r.optimizer.cpu()
	before := r.spent
	r.spent = now.Seconds() * 1000
	return r.spent - before, err
}

func (r *run) suggest() error {
	var s struct {
		Trial int
		Point point
	}
	if err := r.optimizer.ask(map[string]any{"suggest": true}, &s); err != nil {
		return fmt.Errorf("suggestion %d: %w", r.started, err)
	}
	took, err := r.lap()
	if err != nil {
		return err
	}
	r.row.CPU = append(r.row.CPU, rounded(took, 4))
	if key := fmt.Sprint(s.Point); r.seen[key] {
		r.row.Duplicates++
	} else {
		r.seen[key] = true
	}
	r.running = append(r.running, trial{s.Trial, s.Point, r.now + 0.5 + r.clock.Float64()})
	r.started++
	return nil
}

// finish ends the trial that ends first.
func (r *run) finish() error {
	first := slices.MinFunc(r.running, func(a, b trial) int { return cmp.Compare(a.end, b.end) })
	r.running = slices.DeleteFunc(r.running, func(t trial) bool { return t.number == first.number })
	r.now = first.end
	var evaluated struct{ Value float64 }
	if err := r.problems.ask(map[string]any{"evaluate": first.point}, &evaluated); err != nil {
		return err
	}
	r.row.Values = append(r.row.Values, rounded(evaluated.Value, 9))
	return r.optimizer.ask(map[string]any{"observe": map[string]any{"trial": first.number, "value": evaluated.Value}}, new(struct{}))
}

// rounded keeps so many digits, for rows that are not longer than they need be.
func rounded(v float64, digits int) float64 {
	short, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'g', digits, 64), 64) // what FormatFloat writes reads back
	return short
}
