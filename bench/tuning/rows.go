package main

import (
	"fmt"
	"path/filepath"

	"github.com/sagefly/sagefly/bench/internal/jsonl"
)

// cell is one run of an optimizer.
type cell struct {
	Problem   string `json:"problem"`
	Optimizer string `json:"optimizer"`
	Seed      int    `json:"seed"`
	Parallel  int    `json:"parallel"`
}

// row is what a run gave, one line of rows/OPTIMIZER.jsonl.
type row struct {
	cell
	Version    string    `json:"version"`
	Optimum    *float64  `json:"optimum,omitempty"` // of the problem, where it is known
	Values     []float64 `json:"values"`            // in the order in which trials ended
	CPU        []float64 `json:"cpu"`               // milliseconds for each suggestion, with the observations since the one before
	Memory     float64   `json:"memory"`            // most that was resident, MB
	Duplicates int       `json:"duplicates"`
}

// best is the least of the first n values.
func (r *row) best(n int) float64 {
	low := r.Values[0]
	for _, v := range r.Values[1:n] {
		low = min(low, v)
	}
	return low
}

// table is all rows, by cell.
type table map[cell]*row

// read loads every file of the folder.
func read(dir string) (table, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	if err != nil {
		return nil, err
	}
	t := table{}
	for _, file := range files {
		if err := t.load(file); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func (t table) load(file string) error {
	rows, err := jsonl.Read[row](file)
	if err != nil {
		return err
	}
	for i := range rows {
		r := &rows[i]
		if len(r.Values) == 0 || len(r.Values) != len(r.CPU) {
			return fmt.Errorf("rows %s: line %d: %d values and %d times", file, i+1, len(r.Values), len(r.CPU))
		}
		t[r.cell] = r
	}
	return nil
}

// add appends a row to its optimizer's file.
func (t table) add(dir string, r *row) error {
	if err := jsonl.Append(filepath.Join(dir, r.Optimizer+".jsonl"), *r); err != nil {
		return err
	}
	t[r.cell] = r
	return nil
}
