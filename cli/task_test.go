//go:build !sagefly_task

package cli

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/sagefly/sagefly"
)

// fitInput and fitOutput are those of the task that the scripts run.
type fitInput struct {
	Train  sagefly.Dir   `sagefly:"help=rows, one a line"`
	Rate   float64       `sagefly:"learning_rate,required"`
	Epochs int           `sagefly:"default=5"`
	Mode   string        `sagefly:"enum=fast|slow,default=fast"`
	Note   string        `sagefly:",omitzero"`
	Layers []int         `sagefly:",omitzero"`
	Fail   bool          //
	Data   *sagefly.File // a name that commands have for themselves
}

type fitOutput struct {
	Accuracy float64
	Rows     int
	Note     string
	Layers   []int
	Model    sagefly.File
}

var fitTask = sagefly.NewTraining("fit", fit, sagefly.TrainingConfig{Metrics: []string{"loss"}})

func fit(ctx context.Context, in fitInput) (fitOutput, error) {
	if in.Fail {
		return fitOutput{}, errors.New("the number is unlucky")
	}
	out := fitOutput{Accuracy: 0.5 + float64(in.Epochs)/100, Note: in.Note, Layers: in.Layers}
	err := filepath.WalkDir(string(in.Train), func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		out.Rows += strings.Count(string(text), "\n")
		return err
	})
	if err != nil {
		return out, err
	}
	sagefly.LogMetric(ctx, "loss", 0.25)
	dir, err := os.MkdirTemp("", "fit")
	if err != nil {
		return out, err
	}
	out.Model = sagefly.File(filepath.Join(dir, "weights.bin"))
	return out, os.WriteFile(string(out.Model), []byte("weights"), 0o600)
}

var countTask = sagefly.NewTraining("count", func(_ context.Context, in struct{ N int8 }) (struct{ N int }, error) {
	return struct{ N int }{int(in.N) + 1}, nil
}, sagefly.TrainingConfig{})

// fitSearch looks for the epochs and the rate of the task; more epochs are more accurate.
var fitSearch = sagefly.NewTuning("fit-search", fitTask, sagefly.TuningConfig{
	Objective: sagefly.Maximize("accuracy"), MaxJobs: 4, MaxParallel: 2,
	Ranges: sagefly.Ranges{"epochs": sagefly.Int(1, 20), "learning_rate": sagefly.Float(0.001, 1).Log()},
})

type stepInput struct {
	Mode string `sagefly:"enum=fast|slow,required"`
	Step int    `sagefly:",omitzero"`
}

// stepSearch is a grid of three points: fast, and slow with two steps.
var stepSearch = sagefly.NewTuning("step-search", sagefly.NewTraining("step", func(_ context.Context, in stepInput) (struct{ N int }, error) {
	return struct{ N int }{in.Step}, nil
}, sagefly.TrainingConfig{}), sagefly.TuningConfig{
	Objective: sagefly.Minimize("n"), Strategy: sagefly.Grid, Start: []sagefly.Point{{"mode": "slow", "step": "2"}},
	Ranges: sagefly.Ranges{"mode": sagefly.Choice("fast", "slow"), "step": sagefly.Choice("1", "2").When("mode", "slow")},
})
