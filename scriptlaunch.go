//go:build !sagefly_task

package sagefly

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"

	"github.com/sagefly/sagefly/image"
	"github.com/sagefly/sagefly/internal/value"
)

// Request is the API's request for a run; see [Prepare].
func (s *Script) Request(ctx context.Context, target Target, in ScriptInput) (*sagemaker.CreateTrainingJobInput, error) {
	d, err := s.def.forInput(in)
	if err != nil {
		return nil, s.def.fail(err)
	}
	return d.prepare(ctx, target, value.Values{Params: maps.Clone(in.Hyperparameters), Files: maps.Clone(in.Channels)})
}

// forInput is the task with the channels of one input, and with its entry found.
func (d *definition) forInput(in ScriptInput) (*definition, error) {
	if err := checkScriptInput(in); err != nil {
		return nil, err
	}
	out := *d
	var err error
	if out.entry, err = findEntry(d.path, d.entry); err != nil {
		return nil, err
	}
	out.input = &value.Schema{}
	for _, name := range slices.Sorted(maps.Keys(in.Channels)) {
		out.input.Fields = append(out.input.Fields, value.Field{Name: name, Path: name, Kind: value.Dir})
	}
	return &out, nil
}

// Run launches a job and waits for its end; see [Training.Run].
func (s *Script) Run(ctx context.Context, target Target, in ScriptInput) (Result[ScriptOutput], error) {
	job, err := s.Start(ctx, target, in, StartOptions{})
	if err != nil {
		return Result[ScriptOutput]{}, err
	}
	return job.Wait(ctx)
}

// Start launches a job and returns at once.
func (s *Script) Start(ctx context.Context, target Target, in ScriptInput, options StartOptions) (*Job[ScriptOutput], error) {
	request, err := s.Request(ctx, target, in)
	if err != nil {
		return nil, err
	}
	if _, err := Launch(ctx, target, request, options); err != nil {
		return nil, err
	}
	return s.Attach(target, *request.TrainingJobName), nil
}

// Attach is a job of this task that was started before, here or elsewhere.
func (s *Script) Attach(target Target, name string) *Job[ScriptOutput] {
	return &Job[ScriptOutput]{Name: name, target: target, def: s.def}
}

// scriptSource is what is bundled of a script: its folder, or the file, together with a requirements.txt that lies beside
// it. dir is a folder for copies.
func (d *definition) scriptSource(dir string) (string, error) {
	requirements := filepath.Join(filepath.Dir(d.path), "requirements.txt")
	if d.entry != "" || filepath.Base(d.path) == "requirements.txt" {
		return d.path, nil
	}
	if info, err := os.Stat(d.path); err == nil && info.Size() > image.MaxBundle {
		return "", fmt.Errorf("script %s: %d MB, more than the %d MB that a program may have: make data an input channel", d.path, info.Size()>>20, image.MaxBundle>>20)
	}
	if _, err := os.Stat(requirements); errors.Is(err, fs.ErrNotExist) {
		return d.path, nil
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return "", err
	}
	for _, file := range []string{d.path, requirements} {
		info, err := os.Stat(file)
		if err != nil {
			return "", err
		}
		if err := copyFile(file, filepath.Join(dir, filepath.Base(file)), info.Mode().Perm()); err != nil {
			return "", err
		}
	}
	return dir, nil
}
