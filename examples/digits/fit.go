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
	r := &run{in: in, cluster: c, group: group, train: train, held: held, state: state{Model: newModel()}}
	if err := r.epochs(ctx); err != nil {
		return Output{}, err
	}
	return r.output()
}

// state is what a checkpoint keeps.
type state struct {
	Epoch int   `json:"epoch"` // epochs that are done
	Model model `json:"model"`
}

// run is one process of a run.
type run struct {
	in          Input
	cluster     sagefly.Cluster
	group       *collective.Group
	train, held []image
	state       state
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
	}
	done := []float64{float64(r.state.Epoch)}
	if err := r.group.Broadcast(ctx, done, 0); err != nil {
		return err
	}
	r.state.Epoch = int(done[0])
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
		r.state.Model.step(sums, r.in.Rate, len(batch))
		total += sums[len(sums)-1]
	}
	return total / float64(len(r.train)), nil
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
