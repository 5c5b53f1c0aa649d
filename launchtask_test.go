package sagefly_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/sagefly/sagefly"
)

// launchTasks are what the tests of launching run in jobs of a real engine.
func launchTasks() []sagefly.Task {
	return []sagefly.Task{report, behave, carry, nobody, everybody, epochs}
}

type reportInput struct {
	Train sagefly.Dir
	Base  sagefly.File `sagefly:",omitzero"`
	Rate  float64      `sagefly:"learning_rate,default=0.1"`
	Note  string       `sagefly:",omitzero"`
}

type reportOutput struct {
	Accuracy float64
	Rows     int
	Note     string
	Base     string // what the base file held
	Model    sagefly.File
	Plots    sagefly.Dir
}

// report reads its inputs and returns numbers, texts, a file and a folder.
var report = sagefly.NewTraining("report", func(ctx context.Context, in reportInput) (out reportOutput, err error) {
	fmt.Println("first line of the function")
	entries, err := os.ReadDir(string(in.Train))
	if err != nil {
		return out, err
	}
	for _, e := range entries {
		if e.IsDir() {
			continue
		}
		data, err := os.ReadFile(filepath.Join(string(in.Train), e.Name()))
		if err != nil {
			return out, err
		}
		out.Rows += strings.Count(string(data), "\n")
	}
	if in.Base != "" {
		data, err := os.ReadFile(string(in.Base))
		if err != nil {
			return out, err
		}
		out.Base = string(data)
	}
	sagefly.LogMetric(ctx, "validation:loss", 0.25)
	dir, err := os.MkdirTemp("", "report-")
	if err != nil {
		return out, err
	}
	for name, text := range map[string]string{"model.bin": "weights", "plots/a.svg": "a", "plots/sub/b.svg": "b"} {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
			return out, err
		}
	}
	out.Accuracy, out.Note = 0.5+in.Rate, in.Note
	out.Model, out.Plots = sagefly.File(filepath.Join(dir, "model.bin")), sagefly.Dir(filepath.Join(dir, "plots"))
	return out, nil
}, sagefly.TrainingConfig{Metrics: []string{"validation:loss"}, MaxRuntime: time.Hour, Tags: map[string]string{"team": "vision"}})

type behaveInput struct {
	How string `sagefly:"required"`
}

// behave ends in the way that is asked for.
var behave = sagefly.NewTraining("behave", func(ctx context.Context, in behaveInput) (struct{ Done bool }, error) {
	var none struct{ Done bool }
	switch in.How {
	case "error":
		return none, errors.New("no label in row 7")
	case "retryable":
		return none, sagefly.Retryable(errors.New("the feature store did not answer"))
	case "panic":
		panic("index out of nowhere")
	case "exit":
		os.Exit(3)
	case "wait":
		fmt.Println("waiting")
		<-ctx.Done()
		return none, context.Cause(ctx)
	}
	none.Done = true
	return none, nil
}, sagefly.TrainingConfig{MaxRuntime: time.Hour})

type empty struct{}

type one struct{ Value float64 }

var nobody = sagefly.NewTraining("nobody", func(context.Context, empty) (one, error) { return one{1}, nil },
	sagefly.TrainingConfig{Persist: func(sagefly.Cluster) bool { return false }})

var everybody = sagefly.NewTraining("everybody", func(context.Context, empty) (one, error) { return one{1}, nil },
	sagefly.TrainingConfig{InstanceCount: 2, Persist: func(sagefly.Cluster) bool { return true }})

type epochsInput struct{ Epochs int }

type epochsOutput struct{ From, To int }

// epochs counts, keeps a checkpoint after each epoch, and goes on where the checkpoint ends.
var epochs = sagefly.NewTraining("epochs", func(ctx context.Context, in epochsInput) (out epochsOutput, err error) {
	if _, err := sagefly.LoadCheckpoint(ctx, "epoch.json", &out.From); err != nil {
		return out, err
	}
	for out.To = out.From; out.To < in.Epochs; {
		select {
		case <-ctx.Done():
			return out, context.Cause(ctx)
		case <-time.After(10 * time.Millisecond): // an epoch's work
		}
		out.To++
		if err := sagefly.SaveCheckpoint(ctx, "epoch.json", out.To); err != nil {
			return out, err
		}
		fmt.Println("epoch", out.To)
	}
	return out, nil
}, sagefly.TrainingConfig{MaxRuntime: time.Hour, Checkpoints: true})
