//go:build !sagefly_task

package sagefly

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
)

// Request is the API's request for a run; see [Prepare].
func (t *Training[I, O]) Request(ctx context.Context, target Target, in I) (*sagemaker.CreateTrainingJobInput, error) {
	return t.def.request(ctx, target, in)
}

// Run launches a job, waits for its end and returns what it returned. Errors are *Error when the job ran and did not end
// well, and [*PreflightError] when it would not have run. When ctx ends first, the job goes on: use Start to be able to stop it.
func (t *Training[I, O]) Run(ctx context.Context, target Target, in I) (Result[O], error) {
	return run[O](ctx, t.def, target, in)
}

// Start launches a job and returns at once.
func (t *Training[I, O]) Start(ctx context.Context, target Target, in I, options StartOptions) (*Job[O], error) {
	return start[O](ctx, t.def, target, in, options)
}

// Attach is a job of this task that was started before, here or elsewhere.
func (t *Training[I, O]) Attach(target Target, name string) *Job[O] {
	return &Job[O]{Name: name, target: target, def: t.def}
}

// Request is the API's request for a run; see [Prepare].
func (b *Builtin[P]) Request(ctx context.Context, target Target, in BuiltinInput[P]) (*sagemaker.CreateTrainingJobInput, error) {
	return b.def.request(ctx, target, in)
}

// Run launches a job and waits for its end; see [Training.Run].
func (b *Builtin[P]) Run(ctx context.Context, target Target, in BuiltinInput[P]) (Result[BuiltinOutput], error) {
	return run[BuiltinOutput](ctx, b.def, target, in)
}

// Start launches a job and returns at once.
func (b *Builtin[P]) Start(ctx context.Context, target Target, in BuiltinInput[P], options StartOptions) (*Job[BuiltinOutput], error) {
	return start[BuiltinOutput](ctx, b.def, target, in, options)
}

// Attach is a job of this task that was started before, here or elsewhere.
func (b *Builtin[P]) Attach(target Target, name string) *Job[BuiltinOutput] {
	return &Job[BuiltinOutput]{Name: name, target: target, def: b.def}
}

func (d *definition) request(ctx context.Context, target Target, in any) (*sagemaker.CreateTrainingJobInput, error) {
	values, err := d.input.Encode(in)
	if err != nil {
		return nil, d.fail(err)
	}
	return d.prepare(ctx, target, values)
}

func start[O any](ctx context.Context, d *definition, target Target, in any, options StartOptions) (*Job[O], error) {
	request, err := d.request(ctx, target, in)
	if err != nil {
		return nil, err
	}
	if _, err := Launch(ctx, target, request, options); err != nil {
		return nil, err
	}
	return &Job[O]{Name: *request.TrainingJobName, target: target, def: d}, nil
}

func run[O any](ctx context.Context, d *definition, target Target, in any) (Result[O], error) {
	job, err := start[O](ctx, d, target, in, StartOptions{})
	if err != nil {
		return Result[O]{}, err
	}
	return job.Wait(ctx)
}
