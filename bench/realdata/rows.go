package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
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
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	all := map[cell][]trial{}
	n := 0
	for line := range bytes.Lines(text) {
		var r row
		n++
		if err := json.Unmarshal(line, &r); err != nil {
			return nil, fmt.Errorf("rows %s: line %d: %w", file, n, err)
		}
		if r.Trial != len(all[r.cell]) {
			return nil, fmt.Errorf("rows %s: line %d: trial %d comes after %d others", file, n, r.Trial, len(all[r.cell]))
		}
		all[r.cell] = append(all[r.cell], r.trial)
	}
	return all, nil
}

// add appends a whole search in one write: it is there or it is not.
func add(c cell, made []trial) error {
	var text bytes.Buffer
	out := json.NewEncoder(&text)
	for _, t := range made {
		if err := out.Encode(row{c, t}); err != nil {
			return err
		}
	}
	return appendFile(rowsFile(c.Set, c.Searcher), text.Bytes())
}

func appendFile(file string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	if _, err := f.Write(text); err != nil {
		return errors.Join(err, f.Close())
	}
	return f.Close()
}

// best is the least objective of the first n trials.
func best(made []trial, n int) float64 {
	low := made[0].Objective
	for _, t := range made[1:n] {
		low = min(low, t.Objective)
	}
	return low
}
