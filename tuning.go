package sagefly

import (
	"fmt"
	"time"
)

// Tuning is a search for the values of a task's input with which it does best: a task whose jobs are trials of another one. Make it with
// [NewTuning]; it is launched with Run and Start, as that task is.
type Tuning[I, O any] struct {
	def *definition
}

// Tunable is a task that a search can be made around: [*Training], [*Builtin] and [*Script].
type Tunable[I, O any] interface {
	Task
	shape() func(I) O // what a run takes and returns; there is only the type
}

func (t *Training[I, O]) shape() func(I) O { return nil }

func (b *Builtin[P]) shape() func(BuiltinInput[P]) BuiltinOutput { return nil }

func (s *Script) shape() func(ScriptInput) ScriptOutput { return nil }

// NewTuning defines a search around a task. name is 1–32 characters of a–z, 0–9 and "-". It panics when the search cannot work, naming what is wrong: a
// range of a field that there is not or whose type it does not fit, bounds that a built-in algorithm does not take, an objective that is no
// metric of the task, conditions that never hold, more than the API allows. Tasks are defined when a program starts.
//
//	var Search = sagefly.NewTuning("digits-search", Digits, sagefly.TuningConfig{
//		Objective: sagefly.Maximize("accuracy"), MaxJobs: 20, MaxParallel: 2,
//		Ranges: sagefly.Ranges{"learning_rate": sagefly.Float(1e-4, 1e-1).Log(), "epochs": sagefly.Int(1, 10)},
//	})
//
// A field that is searched gets its values from the trials: what the input of a run has for it does not count, and a required one may be zero there. A
// field with a condition ([Range.When]) is absent from the trials in which it does not hold, and then has its default or is zero. So it must not be
// required; where it takes one of some words, it needs a default, omitzero or a pointer.
func NewTuning[I, O any](name string, task Tunable[I, O], config TuningConfig) *Tuning[I, O] {
	t, err := OpenTuning(name, task, config)
	if err != nil {
		panic(fmt.Sprintf("sagefly: %v", err))
	}
	return t
}

// OpenTuning is NewTuning for programs that learn of the search while they run, such as the command line: nothing panics.
func OpenTuning[I, O any](name string, task Tunable[I, O], config TuningConfig) (*Tuning[I, O], error) {
	def, err := newSearch(name, task.definition(), config)
	if err != nil {
		return nil, fmt.Errorf("search %q: %w", name, err)
	}
	return &Tuning[I, O]{def}, nil
}

func newSearch(name string, task *definition, config TuningConfig) (*definition, error) {
	if !taskName.MatchString(name) || len(name) > maxTuningName {
		return nil, fmt.Errorf(`a name is 1–%d characters of a–z, 0–9 and "-", which neither starts nor ends it`, maxTuningName)
	}
	config, err := task.checkSearch(config.withDefaults())
	if err != nil {
		return nil, err
	}
	d := &definition{name: name, kind: KindTuning, config: task.config, input: task.input, output: task.output, tuned: task, search: config}
	if d.input != nil {
		d.input = d.input.Without(config.Ranges.names()...)
	}
	return d, nil
}

// Name is the search's name.
func (t *Tuning[I, O]) Name() string { return t.def.name }

// Describe is the search for programs: the input's fields are those that are not searched, the configuration is that of the trials.
func (t *Tuning[I, O]) Describe() Description { return t.def.describe() }

func (t *Tuning[I, O]) definition() *definition { return t.def }

// TuningDescription is what of a [TuningConfig] another program can use, with defaults filled in.
type TuningDescription struct {
	Task        string             `json:"task"` // whose jobs the trials are
	Objective   string             `json:"objective"`
	Maximize    bool               `json:"maximize,omitempty"`
	Strategy    string             `json:"strategy"`
	MaxJobs     int                `json:"maxJobs,omitempty"` // absent: every combination
	MaxParallel int                `json:"maxParallel"`
	MaxRuntime  int                `json:"maxRuntimeSeconds,omitempty"`
	Ranges      []RangeDescription `json:"ranges"`          // sorted by name
	Start       []Point            `json:"start,omitempty"` // tried first
}

// RangeDescription is one range of a search.
type RangeDescription struct {
	Name   string   `json:"name"`
	Kind   string   `json:"kind"`          // int, float, choice
	Min    string   `json:"min,omitempty"` // of numbers
	Max    string   `json:"max,omitempty"`
	Values []string `json:"values,omitempty"` // of a choice
	Scale  string   `json:"scale,omitempty"`  // Linear, Logarithmic, ReverseLogarithmic; absent: whoever searches chooses
	When   string   `json:"when,omitempty"`   // the parameter that the range depends on
	In     []string `json:"in,omitempty"`     // the values of that with which there is the range
}

func (d *definition) describeSearch() *TuningDescription {
	if d.kind != KindTuning {
		return nil
	}
	c := d.search
	t := &TuningDescription{
		Task: d.tuned.name, Objective: c.Objective.metric, Maximize: c.Objective.maximize, Strategy: string(c.Strategy), MaxJobs: c.MaxJobs,
		MaxParallel: c.MaxParallel, MaxRuntime: int(c.MaxRuntime / time.Second), Start: c.Start,
	}
	for _, name := range c.Ranges.names() {
		t.Ranges = append(t.Ranges, c.Ranges[name].describe(name))
	}
	return t
}

func (r Range) describe(name string) RangeDescription {
	d := RangeDescription{Name: name, Kind: string(r.kind), Values: r.values, Scale: string(r.scale)}
	if r.kind != rangeChoice {
		d.Min, d.Max = r.bounds()
	}
	for _, c := range r.conditions {
		d.When, d.In = c.parameter, c.in
	}
	return d
}
