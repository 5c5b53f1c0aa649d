package main

import (
	"fmt"
	"path/filepath"

	"github.com/sagefly/sagefly/bench/internal/jsonl"
)

// cell is one search.
type cell struct {
	Set      string `json:"set"`
	Searcher string `json:"searcher"`
	Seed     int    `json:"seed"`
}

// trial is one training.
type trial struct {
	Trial     int               `json:"trial"` // from 0, in the order of their start
	Values    map[string]string `json:"values"`
	Objective float64           `json:"objective"` // five decimals, as the container prints it
	Seconds   float64           `json:"seconds"`
}

// row is a trial in its file.
type row struct {
	cell
	trial
}

func rowsFile(set, searcher string) string {
	return filepath.Join(home, "rows", set+"-"+searcher+".jsonl")
}

// read loads a file of rows; one that is not there has none.
func read(file string) (map[cell][]trial, error) {
	rows, err := jsonl.Read[row](file)
	if err != nil {
		return nil, err
	}
	all := map[cell][]trial{}
	for i, r := range rows {
		if r.Trial != len(all[r.cell]) {
			return nil, fmt.Errorf("rows %s: line %d: trial %d comes after %d others", file, i+1, r.Trial, len(all[r.cell]))
		}
		all[r.cell] = append(all[r.cell], r.trial)
	}
	return all, nil
}

// add appends a whole search in one write: it is there or it is not.
func add(c cell, made []trial) error {
	rows := make([]row, len(made))
	for i, t := range made {
		rows[i] = row{c, t}
	}
	return jsonl.Append(rowsFile(c.Set, c.Searcher), rows...)
}

// best is the least objective of the first n trials.
func best(made []trial, n int) float64 {
	low := made[0].Objective
	for _, t := range made[1:n] {
		low = min(low, t.Objective)
	}
	return low
}
