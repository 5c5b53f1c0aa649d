package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"

	"github.com/sagefly/sagefly"
	"github.com/sagefly/sagefly/collective"
)

// port is where rank 0 waits for the others. Every job has addresses of its own.
const port = "7777"

// fit is the function of the task. It runs on every host at the same time.
func fit(ctx context.Context, in Input) (Output, error) {
	if in.Epochs < 1 || in.Batch < 1 || !(in.Rate > 0) {
		return Output{}, fmt.Errorf("epochs, batch and learning_rate must be positive: %d, %d, %v", in.Epochs, in.Batch, in.Rate)
	}
	if !(in.Momentum >= 0 && in.Momentum < 1) || in.Momentum > 0 && in.Optimizer != "momentum" {
		return Output{}, fmt.Errorf("momentum is at least 0 and below 1, and for the optimizer momentum: %v with %s", in.Momentum, in.Optimizer)
	}
	images, err := read(string(in.Train))
	if err != nil {
		return Output{}, err
	}
	train, held := split(images)
	if len(held) == 0 {
		return Output{}, fmt.Errorf("%d images: five are needed to hold one out", len(images))
	}
	c := sagefly.ClusterFrom(ctx)
	group, err := collective.Join(ctx, collective.Config{
		Rank: c.Rank, Size: c.Size, Address: net.JoinHostPort(c.Address(0), port), Job: os.Getenv("TRAINING_JOB_NAME"),
	})
	if err != nil {
		return Output{}, err
	}
	defer group.Close()
	r := newRun(in, c, group)
	r.train, r.held = train, held
	if err := r.epochs(ctx); err != nil {
		return Output{}, err
	}
	return r.output()
}

// state is what a checkpoint keeps.
type state struct {
	Epoch    int   `json:"epoch"` // epochs that are done
	Model    model `json:"model"`
	Velocity model `json:"velocity,omitempty"` // of the optimizer momentum: the last step, before the rate
}

// run is one process of a run.
type run struct {
	in          Input
	cluster     sagefly.Cluster
	group       *collective.Group
	train, held []image
	state       state
}

// newRun is a run before its first epoch.
func newRun(in Input, c sagefly.Cluster, group *collective.Group) *run {
	r := &run{in: in, cluster: c, group: group, state: state{Model: newModel()}}
	if in.Optimizer == "momentum" {
		r.state.Velocity = newModel()
	}
	return r
}

// epochs goes on where the checkpoint ends. Rank 0's word counts: every host starts from the same place.
func (r *run) epochs(ctx context.Context) error {
	if err := r.resume(ctx); err != nil {
		return err
	}
	for r.state.Epoch < r.in.Epochs {
		loss, err := r.epoch(ctx)
		if err != nil {
			return err
		}
		r.state.Epoch++
		if r.cluster.Rank == 0 {
			sagefly.LogMetric(ctx, "train:loss", loss)
			sagefly.LogMetric(ctx, "validation:accuracy", r.accuracy())
			if err := sagefly.SaveCheckpoint(ctx, "digits.json", r.state); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *run) resume(ctx context.Context) error {
	if r.cluster.Rank == 0 {
		if _, err := sagefly.LoadCheckpoint(ctx, "digits.json", &r.state); err != nil {
			return err
		}
		if len(r.state.Model) != classes*rowSize {
			return fmt.Errorf("the checkpoint holds %d weights, and the model has %d", len(r.state.Model), classes*rowSize)
		}
		if (len(r.state.Velocity) == len(r.state.Model)) != (r.in.Optimizer == "momentum") {
			return fmt.Errorf("the checkpoint is not of the optimizer %s", r.in.Optimizer)
		}
	}
	done := []float64{float64(r.state.Epoch)}
	if err := r.group.Broadcast(ctx, done, 0); err != nil {
		return err
	}
	r.state.Epoch = int(done[0])
	if r.in.Optimizer == "momentum" {
		if err := r.group.Broadcast(ctx, r.state.Velocity, 0); err != nil {
			return err
		}
	}
	return r.group.Broadcast(ctx, r.state.Model, 0)
}

// epoch passes once over the training images, in an order that is the same everywhere, and returns the mean loss.
func (r *run) epoch(ctx context.Context) (float64, error) {
	order := rand.New(rand.NewPCG(r.in.Seed, uint64(r.state.Epoch))).Perm(len(r.train))
	sums := make([]float64, classes*rowSize+1) // the gradient, and the loss behind it
	total := 0.0
	for len(order) > 0 {
		batch := order[:min(r.in.Batch, len(order))]
		order = order[len(batch):]
		clear(sums)
		sums[len(sums)-1] = r.state.Model.gradient(r.share(batch), sums)
		if err := r.group.AllReduce(ctx, sums); err != nil {
			return 0, err
		}
		r.step(sums, len(batch))
		total += sums[len(sums)-1]
	}
	return total / float64(len(r.train)), nil
}

// step moves the model against the gradient of n images, which every host has.
func (r *run) step(gradient []float64, n int) {
	if r.in.Optimizer != "momentum" {
		r.state.Model.step(gradient, r.in.Rate, n)
		return
	}
	for i := range r.state.Velocity {
		r.state.Velocity[i] = r.in.Momentum*r.state.Velocity[i] + gradient[i]
	}
	r.state.Model.step(r.state.Velocity, r.in.Rate, n)
}

// share is this process's part of a batch.
func (r *run) share(batch []int) []image {
	rank, size := r.cluster.Rank, r.cluster.Size
	var images []image
	for _, i := range batch[len(batch)*rank/size : len(batch)*(rank+1)/size] {
		images = append(images, r.train[i])
	}
	return images
}

func (r *run) accuracy() float64 {
	return float64(r.state.Model.right(r.held)) / float64(len(r.held))
}

// output is the same on every host but for the host's name; which one's is returned is the predicate's choice.
func (r *run) output() (Output, error) {
	dir, err := os.MkdirTemp("", "digits")
	if err != nil {
		return Output{}, err
	}
	path := filepath.Join(dir, "model.json")
	if err := r.state.Model.save(path); err != nil {
		return Output{}, err
	}
	return Output{Accuracy: r.accuracy(), Images: len(r.train), Host: r.cluster.Current, Model: sagefly.File(path)}, nil
}
