package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
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
			return nil, fmt.Errorf("rows %s: %w", file, err)
		}
	}
	return t, nil
}

func (t table) load(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		r := new(row)
		if err := json.Unmarshal(lines.Bytes(), r); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		if len(r.Values) == 0 || len(r.Values) != len(r.CPU) {
			return fmt.Errorf("line %d: %d values and %d times", n, len(r.Values), len(r.CPU))
		}
		t[r.cell] = r
	}
	return lines.Err()
}

// add appends a row to its optimizer's file, in one write: a line is there whole or not at all.
func (t table) add(dir string, r *row) error {
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	f, err := os.OpenFile(filepath.Join(dir, r.Optimizer+".jsonl"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	if _, err := f.Write(append(line, '\n')); err != nil {
		return errors.Join(err, f.Close())
	}
	t[r.cell] = r
	return f.Close()
}
