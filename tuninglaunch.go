//go:build !sagefly_task

package sagefly

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagefly/sagefly/internal/value"
)

// Request is the API's request for a search, as [PrepareTuning] makes it. What the input has for fields that are searched does not count.
func (t *Tuning[I, O]) Request(ctx context.Context, target Target, in I) (*sagemaker.CreateHyperParameterTuningJobInput, error) {
	task, values, err := t.def.trial(in)
	if err != nil {
		return nil, t.def.fail(err)
	}
	return t.def.prepareTuning(ctx, target, task, values)
}

// Run launches a search, waits for its end and returns what its best trial had and returned. Errors are those of [Training.Run]. When ctx ends first, the
// search goes on: use Start to be able to stop it.
func (t *Tuning[I, O]) Run(ctx context.Context, target Target, in I) (TuningResult[I, O], error) {
	job, err := t.Start(ctx, target, in, StartOptions{})
	if err != nil {
		return TuningResult[I, O]{}, err
	}
	return job.Wait(ctx)
}

// Start launches a search and returns at once. A name in the options has at most 32 characters; see [StartOptions].
func (t *Tuning[I, O]) Start(ctx context.Context, target Target, in I, options StartOptions) (*TuningJob[I, O], error) {
	if err := options.checkTuningName(); err != nil { // before anything is uploaded
		return nil, t.def.fail(err)
	}
	request, err := t.Request(ctx, target, in)
	if err != nil {
		return nil, err
	}
	if _, err := LaunchTuning(ctx, target, request, options); err != nil {
		return nil, err
	}
	return t.Attach(target, *request.HyperParameterTuningJobName), nil
}

// Attach is a search of this task that was started before, here or elsewhere.
func (t *Tuning[I, O]) Attach(target Target, name string) *TuningJob[I, O] {
	return &TuningJob[I, O]{Name: name, target: target, def: t.def}
}

// trial is the task of a search's trials, and the values of a run that are not searched.
func (d *definition) trial(in any) (*definition, value.Values, error) {
	if s, ok := in.(ScriptInput); ok {
		task, err := d.tuned.forInput(s)
		return task, value.Values{Params: maps.Clone(s.Hyperparameters), Files: maps.Clone(s.Channels)}, err
	}
	values, err := d.input.Encode(in)
	return d.tuned, values, err
}

// PrepareTuning makes the request for a search, a [Tuning], with values given as texts for what is not searched, as a command line has them. It checks and uploads
// as [Prepare] does. Conditions and known points are refused where the target is not local: AWS's tuner has neither.
func PrepareTuning(ctx context.Context, search Task, target Target, values map[string]string) (*sagemaker.CreateHyperParameterTuningJobInput, error) {
	def := search.definition()
	switch {
	case def.kind != KindTuning:
		return nil, def.fail(errors.New("it is no search: use Prepare"))
	case def.input == nil:
		return nil, def.fail(errors.New("its input has no fields by whose names values could be told apart: use its own method Request"))
	}
	complete, err := def.input.Complete(def.input.Sort(values))
	if err != nil {
		return nil, def.fail(err)
	}
	return def.prepareTuning(ctx, target, def.tuned, complete)
}

func (d *definition) prepareTuning(ctx context.Context, target Target, task *definition, values value.Values) (*sagemaker.CreateHyperParameterTuningJobInput, error) {
	for name := range d.search.Ranges {
		delete(values.Params, name)
	}
	if target.Checkpoints != "" {
		return nil, d.fail(errors.New("the target has a place for checkpoints, and each trial of a search begins anew, in a place of its own"))
	}
	if err := d.checkTrial(values); err != nil {
		return nil, d.fail(err)
	}
	p, err := task.preparation(ctx, target, values)
	if err != nil {
		return nil, d.fail(err)
	}
	p.search = &d.search
	p.request = p.blank(freshTuningName(d.name))
	if err := p.run(ctx); err != nil {
		return nil, d.fail(err)
	}
	request, _, err := TuningRequest(p.request, *p.request.TrainingJobName, d.search)
	if err != nil {
		return nil, d.fail(err)
	}
	return request, nil
}

// checkTrial says why trials with these values would have no objective.
func (d *definition) checkTrial(values value.Values) error {
	_, folds := values.Params["_kfold"] // cross-validation makes its own validation data
	if d.tuned.kind == KindBuiltin && values.Files["validation"] == "" && !folds {
		return fmt.Errorf("the objective %s is computed on the channel validation, and the input has none", d.search.Objective.metric)
	}
	return nil
}

// checkTuningName says why a tuning job cannot have the name.
func (o StartOptions) checkTuningName() error {
	if o.Name == "" {
		return nil
	}
	return checkTuningName(o.Name)
}

func checkTuningName(name string) error {
	if !tuningName.MatchString(name) || len(name) > maxTuningName {
		return fmt.Errorf(`a tuning job's name is 1–%d characters of A–Z, a–z, 0–9 and "-", and %q has %d`, maxTuningName, name, len(name))
	}
	return nil
}

// LaunchTuning creates the tuning job of a request that [PrepareTuning] or [TuningRequest] made, as [Launch] creates a training job.
func LaunchTuning(ctx context.Context, target Target, request *sagemaker.CreateHyperParameterTuningJobInput, options StartOptions) (adopted bool, err error) {
	if err := options.checkTuningName(); err != nil {
		return false, err
	}
	if options.Name != "" {
		renameTuning(request, options.Name)
	}
	_, err = target.jobs().CreateHyperParameterTuningJob(ctx, request)
	if _, taken := errors.AsType[*types.ResourceInUse](err); taken && options.Name != "" {
		return true, adoptTuning(ctx, target, request)
	}
	if err != nil {
		return false, fmt.Errorf("create tuning job %s: %w", *request.HyperParameterTuningJobName, err)
	}
	return false, nil
}
