package sagefly_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"time"

	"github.com/sagefly/sagefly"
)

type valleyInput struct {
	Note      string  `sagefly:",omitzero"`
	Rate      float64 `sagefly:"learning_rate,required"`
	Optimizer string  `sagefly:"enum=sgd|momentum,required"`
	Momentum  float64 `sagefly:",omitzero"`
	Layers    int     `sagefly:"default=2"`
}

type valleyOutput struct {
	Loss   float64
	Host   string
	Hosts  []string
	Absent bool // momentum was
	Note   string
	Model  sagefly.File
}

// valley is a function of its hyperparameters that is known: its lowest place is at rate 0.01 and momentum 0.9, where it is 0; without
// momentum it is at least 0.3. It logs its loss as if it came down to it in steps.
var valley = sagefly.NewTraining("valley", func(ctx context.Context, in valleyInput) (out valleyOutput, err error) {
	out.Loss = math.Pow(math.Log10(in.Rate)+2, 2)
	switch {
	case in.Optimizer == "momentum" && in.Momentum == 0:
		return out, errors.New("a trial with momentum has none")
	case in.Optimizer == "momentum":
		out.Loss += math.Pow(in.Momentum-0.9, 2)
	case in.Momentum != 0:
		return out, fmt.Errorf("a trial without momentum has %v", in.Momentum)
	default:
		out.Loss += 0.3
	}
	c := sagefly.ClusterFrom(ctx)
	out.Host, out.Hosts, out.Absent, out.Note = c.Current, c.Hosts, in.Momentum == 0, in.Note
	out.Model = sagefly.File(filepath.Join(os.TempDir(), "valley.txt"))
	return out, os.WriteFile(string(out.Model), []byte(in.Optimizer), 0o644)
}, sagefly.TrainingConfig{InstanceCount: 2, Persist: sagefly.OnHost("algo-2"), MaxRuntime: time.Hour, Tags: map[string]string{"team": "vision"}})

// valleySearch has one parameter that only trials with momentum have.
var valleySearch = sagefly.NewTuning("valley-search", valley, sagefly.TuningConfig{
	Objective: sagefly.Minimize("loss"), MaxJobs: 6, MaxParallel: 2, Seed: 5,
	Ranges: sagefly.Ranges{
		"learning_rate": sagefly.Float(1e-4, 1).Log(),
		"optimizer":     sagefly.Choice("sgd", "momentum"),
		"momentum":      sagefly.Float(0.5, 0.99).When("optimizer", "momentum"),
	},
	Start: []sagefly.Point{{"learning_rate": "1e-2", "optimizer": "sgd"}, {"learning_rate": "0.01", "optimizer": "momentum", "momentum": "0.9"}},
	Tags:  map[string]string{"run": "7"},
})

type slowInput struct{ Wait bool }

// slow waits to be stopped, when it is asked to.
var slow = sagefly.NewTraining("slow", func(ctx context.Context, in slowInput) (struct{ Done int }, error) {
	if in.Wait {
		<-ctx.Done()
		return struct{ Done int }{}, context.Cause(ctx)
	}
	return struct{ Done int }{1}, nil
}, sagefly.TrainingConfig{MaxRuntime: time.Hour})

// tuningTasks are the tasks of searches that tests run: a program may have the search alone.
func tuningTasks() []sagefly.Task {
	return []sagefly.Task{valleySearch, slow}
}
