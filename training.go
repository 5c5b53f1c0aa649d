package sagefly

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/sagefly/sagefly/internal/value"
)

// Training is a task made of a Go function. Make it with [NewTraining].
type Training[I, O any] struct {
	def *definition
	fn  func(context.Context, I) (O, error)
}

// NewTraining defines a task. name is 1–40 characters of a–z, 0–9 and "-"; I and O are structs whose fields are described in
// package documentation. It panics when the name, a field's type or the configuration cannot work, naming which: tasks
// are defined when a program starts.
//
// In a job the function runs once in every process of every host. Its context is done when the job is to end
// ([context.Cause] tells why: [ErrStopped], [ErrMaxRuntime], [ErrInterrupted]); what it returns in the two minutes that
// then remain is still captured. The process for which TrainingConfig.Persist holds leaves the returned values; files of
// the output are copied into the model, under their base names where those are free. Numbers of the output become metrics.
func NewTraining[I, O any](name string, fn func(context.Context, I) (O, error), config TrainingConfig) *Training[I, O] {
	t, err := newTraining(name, fn, config)
	if err != nil {
		panic(fmt.Sprintf("sagefly: task %q: %v", name, err))
	}
	return t
}

func newTraining[I, O any](name string, fn func(context.Context, I) (O, error), config TrainingConfig) (*Training[I, O], error) {
	if fn == nil {
		return nil, errors.New("no function")
	}
	input, err := schemaOf(reflect.TypeFor[I]())
	if err != nil {
		return nil, fmt.Errorf("input: %w", err)
	}
	output, err := schemaOf(reflect.TypeFor[O]())
	if err != nil {
		return nil, fmt.Errorf("output: %w", err)
	}
	def := &definition{name: name, kind: KindTraining, config: config, input: input, output: output}
	t := &Training[I, O]{def: def, fn: fn}
	def.call = t.call
	return t, def.check()
}

// schemaOf compiles a struct type.
func schemaOf(t reflect.Type) (*value.Schema, error) {
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("%s is no struct", t)
	}
	return value.Of(t, value.Types{File: reflect.TypeFor[File](), Dir: reflect.TypeFor[Dir]()})
}

// Name is the task's name.
func (t *Training[I, O]) Name() string { return t.def.name }

// Describe is the task for programs: its fields and configuration.
func (t *Training[I, O]) Describe() Description { return t.def.describe() }

func (t *Training[I, O]) definition() *definition { return t.def }

// call runs the function with values as texts.
func (t *Training[I, O]) call(ctx context.Context, v value.Values) (func() (value.Values, error), error) {
	var in I
	if err := t.def.input.Decode(&in, v); err != nil {
		return nil, fmt.Errorf("input: %w", err)
	}
	out, err := t.fn(ctx, in)
	if err != nil {
		return nil, err
	}
	return func() (value.Values, error) {
		v, err := t.def.output.Encode(out)
		if err != nil {
			return v, fmt.Errorf("output: %w", err)
		}
		return v, nil
	}, nil
}

// Call runs the function in this process, as a job of one host would: defaults are applied, required fields checked, values
// go through their texts as they do in a job, and files of the output must be there. They stay where the function left them.
// Files of the input are local paths; nothing is downloaded. The persist predicate is not asked. Metrics are printed to
// standard error, a panic is the caller's, and there are no checkpoints. For tests.
func (t *Training[I, O]) Call(ctx context.Context, in I) (O, error) {
	var out O
	v, err := t.def.input.Encode(in)
	if err == nil {
		err = checkLocal(v.Files)
	}
	if err != nil {
		return out, fmt.Errorf("call task %q: input: %w", t.def.name, err)
	}
	encode, err := t.call(withSession(ctx, newSession(t.def)), v)
	if err != nil {
		return out, err // the function's own, or one that says "input"
	}
	if v, err = encode(); err == nil {
		err = checkOutputFiles(t.def.output, v.Files)
	}
	if err == nil {
		err = t.def.output.Decode(&out, v)
	}
	if err != nil {
		return out, fmt.Errorf("call task %q: %w", t.def.name, err)
	}
	return out, nil
}

// checkLocal refuses addresses, which only jobs can read.
func checkLocal(files map[string]string) error {
	for name, path := range files {
		if strings.HasPrefix(path, "s3://") {
			return fmt.Errorf("%s: %s: a call downloads nothing; give a local path", name, path)
		}
	}
	return nil
}
