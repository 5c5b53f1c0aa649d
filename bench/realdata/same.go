package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"github.com/sagefly/sagefly/bench/internal/jsonl"
)

// pair is one list of hyperparameters, trained on both sides.
type pair struct {
	Set    string            `json:"set"`
	Values map[string]string `json:"values"`
	Ours   float64           `json:"ours"`
	Python float64           `json:"python"`
}

func sameFile() string { return filepath.Join(home, "rows", "same.jsonl") }

// same trains what a random search draws on both sides, and keeps the objectives.
func (p program) same(ctx context.Context, wanted []*set) error {
	if err := os.Remove(sameFile()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, s := range wanted {
		ours, err := p.tune(ctx, s, drawn(10))
		if err != nil {
			return err
		}
		python, _, err := runOptuna(ctx, s, task{Points: points(ours), Trials: len(ours), Parallel: 1, Threads: 1})
		if err != nil {
			return err
		}
		for i, t := range ours {
			both := pair{s.name, t.Values, t.Objective, python[i].Objective}
			fmt.Printf("%-8s sagefly %.5f  Python %.5f  %v\n", s.name, both.Ours, both.Python, both.Values)
			if err := jsonl.Append(sameFile(), both); err != nil {
				return err
			}
		}
	}
	return nil
}

// drawn are the flags of a random search, which tries the same points whenever it is made.
func drawn(n int) []string {
	return append(vary(), "--strategy", random, "--seed", "1", "--jobs", strconv.Itoa(n), "--parallel", "2")
}

func points(made []trial) (all []map[string]string) {
	for _, t := range made {
		all = append(all, t.Values)
	}
	return all
}
