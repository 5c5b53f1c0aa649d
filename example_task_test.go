package sagefly_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/sagefly/sagefly"
)

// LineInput is what the line task trains with.
type LineInput struct {
	Points sagefly.File `sagefly:",help=a number on each line"` // input channel "points"
	Epochs int          `sagefly:"default=20"`                  // hyperparameter "epochs"
	Rate   float64      `sagefly:"learning_rate,default=0.5"`
}

// LineOutput is what it returns.
type LineOutput struct {
	Loss  float64      // also a metric, "loss"
	Model sagefly.File // ends up in model.tar.gz
}

// Line finds the number that is nearest to all points.
var Line = sagefly.NewTraining("line", fitLine, sagefly.TrainingConfig{
	InstanceType: "ml.m5.large",
	MaxRuntime:   time.Hour,
	Metrics:      []string{"train:loss"},
})

func fitLine(ctx context.Context, in LineInput) (LineOutput, error) {
	points, err := readPoints(string(in.Points))
	if err != nil {
		return LineOutput{}, err
	}
	center, loss := 0.0, 0.0
	for range in.Epochs {
		slope := 0.0
		loss = 0
		for _, p := range points {
			slope += (center - p) / float64(len(points))
			loss += (center - p) * (center - p) / float64(len(points))
		}
		center -= in.Rate * slope
		sagefly.LogMetric(ctx, "train:loss", loss)
	}
	model := filepath.Join(os.TempDir(), "line.txt")
	err = os.WriteFile(model, strconv.AppendFloat(nil, center, 'g', 6, 64), 0o644)
	return LineOutput{Loss: loss, Model: sagefly.File(model)}, err
}

func readPoints(path string) (points []float64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		p, err := strconv.ParseFloat(lines.Text(), 64)
		if err != nil {
			return nil, err
		}
		points = append(points, p)
	}
	return points, nil
}

// A task is a Go function with structs for what goes in and what comes out. A program hands its tasks to cli.Main, which
// launches them and, inside a job, runs them.
func ExampleNewTraining() {
	d := Line.Describe()
	for _, f := range d.Input {
		fmt.Println("input", f.Name, f.Kind)
	}
	for _, f := range d.Output {
		fmt.Println("output", f.Name, f.Kind)
	}
	fmt.Println("metrics", d.Config.Metrics)
	// Output:
	// input points file
	// input epochs int
	// input learning_rate float
	// output loss float
	// output model file
	// metrics [train:loss loss]
}

// A unit test calls the function as a job would, with defaults for what it leaves out.
func ExampleTraining_Call() {
	dir, err := os.MkdirTemp("", "points-")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	points := filepath.Join(dir, "points.txt")
	if err := os.WriteFile(points, []byte("1\n2\n3\n"), 0o600); err != nil {
		fmt.Println(err)
		return
	}
	out, err := Line.Call(context.Background(), LineInput{Points: sagefly.File(points)})
	if err != nil {
		fmt.Println(err)
		return
	}
	model, err := os.ReadFile(string(out.Model))
	fmt.Printf("loss %.3f, model %s, %v\n", out.Loss, model, err)
	// Output: loss 0.667, model 2, <nil>
}

// Every host of a job runs the function. It asks who it is, and the predicate says whose values are the job's.
func ExampleClusterFrom() {
	type input struct{}
	type output struct{ Hosts int }
	task := sagefly.NewTraining("count", func(ctx context.Context, _ input) (output, error) {
		c := sagefly.ClusterFrom(ctx)
		fmt.Printf("%s is rank %d of %d; rank 0 is at %s\n", c.Current, c.Rank, c.Size, c.Address(0))
		return output{Hosts: len(c.Hosts)}, nil
	}, sagefly.TrainingConfig{
		InstanceCount: 2,
		Persist:       sagefly.OnHost("algo-2"), // any func(sagefly.Cluster) bool; without it rank 0
	})
	out, err := task.Call(context.Background(), input{}) // in a test there is one host
	fmt.Println(out.Hosts, err)
	// Output:
	// algo-1 is rank 0 of 1; rank 0 is at algo-1
	// 1 <nil>
}

// Values that are logged under names from TrainingConfig.Metrics are the job's metrics; the definitions are made by the launcher.
func ExampleLogMetric() {
	type input struct{}
	type output struct{ Accuracy float64 } // a metric by itself
	task := sagefly.NewTraining("metrics", func(ctx context.Context, _ input) (output, error) {
		for epoch := range 3 {
			sagefly.LogMetric(ctx, "validation:loss", 1/float64(epoch+1))
		}
		return output{Accuracy: 0.9}, nil
	}, sagefly.TrainingConfig{Metrics: []string{"validation:loss"}})
	fmt.Println(task.Describe().Config.Metrics)
	// Output: [validation:loss accuracy]
}

// A job on spot capacity may end at any time and start again: it goes on where its last checkpoint was.
func ExampleSaveCheckpoint() {
	type state struct {
		Epoch  int
		Weight float64
	}
	type input struct{ Epochs int }
	type output struct{ Weight float64 }
	task := sagefly.NewTraining("patient", func(ctx context.Context, in input) (output, error) {
		var s state
		if _, err := sagefly.LoadCheckpoint(ctx, "state.json", &s); err != nil {
			return output{}, err
		}
		for ; s.Epoch < in.Epochs; s.Epoch++ {
			if ctx.Err() != nil {
				return output{}, context.Cause(ctx) // stopped, out of time, or the capacity was taken
			}
			s.Weight += 0.5
			if err := sagefly.SaveCheckpoint(ctx, "state.json", state{s.Epoch + 1, s.Weight}); err != nil {
				return output{}, err
			}
		}
		return output{Weight: s.Weight}, nil
	}, sagefly.TrainingConfig{Spot: true, Checkpoints: true, MaxRuntime: time.Hour})
	out, err := task.Call(context.Background(), input{Epochs: 4})
	fmt.Println(out.Weight, err)
	// Output: 2 <nil>
}

// An error that a repetition may mend has a class of its own, so that a caller can decide to launch the job again.
func ExampleRetryable() {
	type input struct{}
	type output struct{ Rows int }
	task := sagefly.NewTraining("fetch", func(context.Context, input) (output, error) {
		return output{}, sagefly.Retryable(fmt.Errorf("read features: %w", context.DeadlineExceeded))
	}, sagefly.TrainingConfig{})
	_, err := task.Call(context.Background(), input{})
	fmt.Println(err)
	// Output: read features: context deadline exceeded
}

// A search is a task around a task: its trials are that task's jobs, with other values for what is searched. A number that the function returns is the
// objective without more.
func ExampleNewTuning() {
	search := sagefly.NewTuning("line-search", Line, sagefly.TuningConfig{
		Objective: sagefly.Minimize("loss"), MaxJobs: 10,
		Ranges: sagefly.Ranges{"learning_rate": sagefly.Float(0.01, 1).Log(), "epochs": sagefly.Int(5, 50)},
	})
	d := search.Describe()
	for _, r := range d.Tuning.Ranges {
		fmt.Println("searched", r.Name, r.Min, "to", r.Max)
	}
	for _, f := range d.Input {
		fmt.Println("input", f.Name, f.Kind)
	}
	// Output:
	// searched epochs 5 to 50
	// searched learning_rate 0.01 to 1
	// input points file
}
