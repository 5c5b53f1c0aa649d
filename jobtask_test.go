package sagefly_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/sagefly/sagefly"
)

// jobTasks are what the test binary can run inside a job.
func jobTasks() []sagefly.Task {
	everybody := func(sagefly.Cluster) bool { return true }
	return []sagefly.Task{
		sagefly.NewTraining("echo", echo, sagefly.TrainingConfig{}),
		sagefly.NewTraining("end", end, sagefly.TrainingConfig{}),
		sagefly.NewTraining("files", files, sagefly.TrainingConfig{Persist: everybody}),
		sagefly.NewTraining("wait", wait, sagefly.TrainingConfig{}),
		sagefly.NewTraining("who", who, sagefly.TrainingConfig{InstanceCount: 2}),
		sagefly.NewTraining("who-all", who, sagefly.TrainingConfig{InstanceCount: 2, Persist: everybody}),
		sagefly.NewTraining("who-second", who, sagefly.TrainingConfig{InstanceCount: 2, Persist: sagefly.OnHost("algo-2")}),
		sagefly.NewTraining("who-panics", who, sagefly.TrainingConfig{Persist: func(sagefly.Cluster) bool { panic("which one?") }}),
		sagefly.NewTraining("numbers", numbers, sagefly.TrainingConfig{Metrics: []string{"validation:loss"}}),
		sagefly.NewTraining("odd-text", oddText, sagefly.TrainingConfig{}),
		sagefly.NewTraining("resume", resume, sagefly.TrainingConfig{Checkpoints: true}),
	}
}

type echoInput struct {
	Text   string            `sagefly:"text"`
	Other  string            `sagefly:"__proto__"`
	Count  int               `sagefly:"default=3"`
	Rate   float64           `sagefly:",omitzero"`
	Labels map[string]string `sagefly:",omitzero"`
	Pause  time.Duration     `sagefly:"default=1m30s"`
	One    sagefly.File      `sagefly:",omitzero"`
	Train  sagefly.Dir       `sagefly:",omitzero"`
}

type echoOutput struct {
	Text, Other string
	Count       int
	Rate        float64
	Labels      map[string]string
	Pause       time.Duration
	Read        string // what the file holds
	Names       []string
}

func echo(_ context.Context, in echoInput) (echoOutput, error) {
	out := echoOutput{Text: in.Text, Other: in.Other, Count: in.Count, Rate: in.Rate, Labels: in.Labels, Pause: in.Pause}
	if in.One != "" {
		data, err := os.ReadFile(string(in.One))
		if err != nil {
			return out, err
		}
		out.Read = string(data)
	}
	if in.Train == "" {
		return out, nil
	}
	return out, filepath.WalkDir(string(in.Train), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			rel, _ := filepath.Rel(string(in.Train), path)
			out.Names = append(out.Names, rel)
		}
		return err
	})
}

type endInput struct{ How string }

type endOutput struct{ Value int }

type badError struct{}

func (badError) Error() string { panic("no text either") }

// end ends in every way a function can.
func end(_ context.Context, in endInput) (endOutput, error) {
	var list []int
	switch in.How {
	case "error":
		return endOutput{}, fmt.Errorf("fit: %w", errors.Join(errors.New("first cause"), errors.New("second cause")))
	case "retryable":
		return endOutput{}, fmt.Errorf("read data: %w", sagefly.Retryable(errors.New("server busy")))
	case "huge":
		return endOutput{}, errors.New("begin " + strings.Repeat("ä", 5<<20) + " end")
	case "empty":
		return endOutput{}, errors.New("")
	case "error panics":
		return endOutput{}, badError{}
	case "panic":
		panic(fmt.Errorf("at step %d", 7))
	case "panic nil":
		panic(nil)
	case "index":
		return endOutput{list[len(in.How)]}, nil
	case "goexit":
		runtime.Goexit()
	case "exit 0":
		os.Exit(0)
	case "exit 3":
		os.Exit(3)
	case "fatal":
		log.Fatal("no further")
	case "goroutine":
		go func() { panic("elsewhere") }()
		select {}
	case "killed":
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
	return endOutput{Value: 42}, nil
}

type filesInput struct{ Make string }

type filesOutput struct {
	Best  sagefly.File `sagefly:",omitzero"`
	Last  sagefly.File `sagefly:",omitzero"`
	Plots sagefly.Dir  `sagefly:",omitzero"`
}

// files returns files of all kinds.
func files(_ context.Context, in filesInput) (out filesOutput, err error) {
	tmp, model := os.Getenv("TMPDIR"), filepath.Join(os.Getenv("SAGEMAKER_BASE_DIR"), "model")
	write := func(elem ...string) sagefly.File {
		path := filepath.Join(elem...)
		err = errors.Join(err, os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(filepath.Base(filepath.Dir(path))), 0o640))
		return sagefly.File(path)
	}
	switch in.Make {
	case "plain":
		out.Best, out.Last = write(tmp, "a", "best.bin"), write(tmp, "b", "last.bin")
	case "same name":
		out.Best, out.Last = write(tmp, "a", "model.bin"), write(tmp, "b", "model.bin")
	case "same file":
		out.Best = write(tmp, "a", "model.bin")
		out.Last = out.Best
	case "own file of that name":
		write(model, "model.bin")
		out.Best = write(tmp, "a", "model.bin")
	case "inside":
		out.Best = write(model, "deep", "model.bin")
		write(model, "plots", "one.svg")
		out.Plots = sagefly.Dir(filepath.Join(model, "plots"))
	case "all of it":
		write(model, "x")
		out.Plots = sagefly.Dir(model)
	case "folder":
		write(tmp, "plots", "one.svg")
		write(tmp, "plots", "deep", "two.svg")
		out.Plots = sagefly.Dir(filepath.Join(tmp, "plots") + "/")
	case "relative":
		err = os.Chdir(tmp)
		write(tmp, "rel.bin")
		out.Best = "rel.bin"
	case "missing":
		out.Best = sagefly.File(filepath.Join(tmp, "nothing.bin"))
	case "link":
		err = os.Symlink("/etc/hostname", filepath.Join(tmp, "link"))
		out.Best = sagefly.File(filepath.Join(tmp, "link"))
	case "link as folder":
		err = os.Symlink("/etc", filepath.Join(tmp, "link"))
		out.Plots = sagefly.Dir(filepath.Join(tmp, "link") + "/")
	case "link in folder":
		write(tmp, "plots", "one.svg")
		err = errors.Join(err, os.Symlink("/etc/hostname", filepath.Join(tmp, "plots", "two.svg")))
		out.Plots = sagefly.Dir(filepath.Join(tmp, "plots"))
	case "folder as file":
		out.Best = sagefly.File(tmp)
	case "file as folder":
		out.Plots = sagefly.Dir(write(tmp, "f"))
	case "device":
		out.Best = "/dev/null"
	case "pipe":
		err = syscall.Mkfifo(filepath.Join(tmp, "pipe"), 0o600)
		out.Best = sagefly.File(filepath.Join(tmp, "pipe"))
	case "around the model":
		out.Plots = sagefly.Dir(filepath.Dir(model))
	case "address":
		out.Best = "s3://bucket/model.bin"
	}
	return out, err
}

type waitInput struct{ Then string }

// wait says that it is there and waits for the end of its time.
func wait(ctx context.Context, in waitInput) (endOutput, error) {
	fmt.Println("ready")
	<-ctx.Done()
	fmt.Println("cause:", context.Cause(ctx))
	switch in.Then {
	case "context":
		return endOutput{}, fmt.Errorf("epoch 3: %w", ctx.Err())
	case "cause":
		return endOutput{}, fmt.Errorf("epoch 3: %w", context.Cause(ctx))
	case "other":
		return endOutput{}, errors.New("no space left on the device")
	}
	return endOutput{Value: 7}, nil
}

type whoInput struct {
	Fail int `sagefly:"default=-1"` // the rank that fails
}

type whoOutput struct {
	Cluster []sagefly.Cluster // as a list, which is one value
	First   string            // address of rank 0
}

func who(ctx context.Context, in whoInput) (whoOutput, error) {
	c := sagefly.ClusterFrom(ctx)
	if c.Rank == in.Fail {
		return whoOutput{}, fmt.Errorf("rank %d does not want to", c.Rank)
	}
	return whoOutput{Cluster: []sagefly.Cluster{c}, First: c.Address(0)}, nil
}

type numbersOutput struct {
	Accuracy float64
	Infinite float64
	Steps    int64
	Unknown  *float64
	Text     string
	Nested   struct{ Loss float64 }
}

func numbers(ctx context.Context, _ struct{}) (numbersOutput, error) {
	var zero float64
	done := make(chan struct{})
	for range 4 {
		go func() {
			for i := range 250 {
				sagefly.LogMetric(ctx, "validation:loss", float64(i))
			}
			done <- struct{}{}
		}()
	}
	for range 4 {
		<-done
	}
	sagefly.LogMetric(ctx, "validation:loss", zero/zero)
	sagefly.LogMetric(ctx, "nobody", 1)
	sagefly.LogMetric(ctx, "nobody", -1/zero)
	sagefly.LogMetric(ctx, "two\nmetric: lines", 1)
	tenth, fifth := 0.1, 0.2 // variables: constants are added exactly
	out := numbersOutput{Accuracy: tenth + fifth, Infinite: 1 / zero, Steps: 1<<62 + 1, Text: "7"}
	out.Nested.Loss = -0.5
	return out, nil
}

// panicText is a value that cannot be written down.
type panicText struct{ A int }

func (panicText) MarshalText() ([]byte, error) { panic("no words") }
func (*panicText) UnmarshalText([]byte) error  { return nil }

type oddInput struct{ What string }

type oddOutput struct {
	Text  string
	Value *panicText
}

func oddText(_ context.Context, in oddInput) (oddOutput, error) {
	if in.What == "bytes" {
		return oddOutput{Text: "a\xffb"}, nil
	}
	return oddOutput{Value: &panicText{}}, nil
}

type resumeOutput struct {
	Before int
	Dir    string
}

// resume goes on where the last run stopped.
func resume(ctx context.Context, _ struct{}) (out resumeOutput, err error) {
	out.Dir = sagefly.CheckpointDir(ctx)
	if _, err := sagefly.LoadCheckpoint(ctx, "state.json", &out.Before); err != nil {
		return out, err
	}
	return out, sagefly.SaveCheckpoint(ctx, "state.json", out.Before+1)
}
