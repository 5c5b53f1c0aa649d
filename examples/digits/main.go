// Command digits trains a classifier of handwritten digits on two hosts that share the work: data-parallel, in plain Go.
//
//	go run ./examples/digits run
//	go run ./examples/digits run --epochs 40 --learning-rate 0.3 --json
//	go run ./examples/digits tune
//
// README.md beside it explains the program. It is also the program that runs inside the job.
package main

import (
	"os"
	"time"

	"github.com/sagefly/sagefly"
	"github.com/sagefly/sagefly/cli"
)

// Input is what a run takes: each field is a flag, and a hyperparameter or a channel of the job.
type Input struct {
	Train     sagefly.File `sagefly:"train,omitzero,help=CSV, perhaps .gz, of 64 pixels and a label; none = the data in the program"`
	Epochs    int          `sagefly:"epochs,help=passes over the training images,default=30"`
	Rate      float64      `sagefly:"learning_rate,help=step of the gradient descent,default=0.5"`
	Batch     int          `sagefly:"batch,help=images of a step, of all hosts together,default=64"`
	Optimizer string       `sagefly:"optimizer,enum=sgd|momentum,help=how a step follows from the gradient,default=sgd"`
	Momentum  float64      `sagefly:"momentum,omitzero,help=share of the last step that a step keeps, below 1; with the optimizer momentum"`
	Seed      uint64       `sagefly:"seed,help=start of the order of images,default=1"`
}

// Output is what a run returns.
type Output struct {
	Accuracy float64      // on images that were held out
	Images   int          // images trained on, by all hosts
	Host     string       // the host that returned the values
	Model    sagefly.File // see model.go for its form
}

// hostVariable names the host whose values are returned, such as algo-2. Unset is rank 0's.
const hostVariable = "DIGITS_HOST"

// Digits is the task.
var Digits = sagefly.NewTraining("digits", fit, config(os.Getenv(hostVariable)))

func config(host string) sagefly.TrainingConfig {
	c := sagefly.TrainingConfig{
		InstanceType: "ml.c5.large", InstanceCount: 2, MaxRuntime: 10 * time.Minute,
		Metrics:     []string{"validation:accuracy", "train:loss"},
		Checkpoints: true,
	}
	if host != "" {
		c.Persist = sagefly.OnHost(host)
		c.Environment = map[string]string{hostVariable: host} // the predicate is asked inside the job
	}
	return c
}

// Search looks for the rate, the batch and the optimizer with which the held-out images are read best. Each trial is a job of two hosts; momentum is a
// parameter of those trials alone whose optimizer has one. With Strategy: sagefly.Hyperband, which takes the field epochs for the length of a trial, most
// trials would be stopped early.
var Search = sagefly.NewTuning("digits-search", Digits, sagefly.TuningConfig{
	Objective: sagefly.Maximize("validation:accuracy"), MaxJobs: 12, MaxParallel: 2,
	Ranges: sagefly.Ranges{
		"learning_rate": sagefly.Float(0.01, 2).Log(),
		"batch":         sagefly.Int(16, 256).Log(),
		"optimizer":     sagefly.Choice("sgd", "momentum"),
		"momentum":      sagefly.Float(0.5, 0.99).When("optimizer", "momentum"),
	},
})

func main() { cli.Main(Digits, Search) }
