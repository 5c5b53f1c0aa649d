package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
)

// luck is how much of a set's objective is chance, as standard deviations, at the best hyperparameters that anybody found.
type luck struct {
	Set    string            `json:"set"`
	Values map[string]string `json:"values"`
	Seeds  float64           `json:"seeds"` // over XGBoost's own seed
	Rows   float64           `json:"rows"`  // over resamples of the validation rows
	Median float64           `json:"value"` // over the seeds
}

func noiseFile() string { return filepath.Join(home, "rows", "noise.json") }

// noise measures the luck of every set.
func (o *options) noise(ctx context.Context) error {
	var all []luck
	for _, s := range o.wantedSets() {
		l := luck{Set: s.name}
		found, err := s.results()
		if err != nil {
			return err
		}
		for low, t := range found.trials() {
			if low {
				l.Values = t.Values
			}
		}
		if l.Values == nil {
			return fmt.Errorf("%s has no rows yet", s.name)
		}
		if err := l.measure(ctx, s); err != nil {
			return err
		}
		all = append(all, l)
	}
	text, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(noiseFile(), append(text, '\n'), 0o644)
}

func (l *luck) measure(ctx context.Context, s *set) error {
	question, err := json.Marshal(l.Values)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, python, home+"/noise.py", s.folder(), s.objective, s.metric)
	cmd.Stdin = bytes.NewReader(append(question, '\n'))
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("noise.py: %w\n%s", err, out)
	}
	if err := json.Unmarshal(out, l); err != nil {
		return fmt.Errorf("noise.py: %w\n%s", err, out)
	}
	fmt.Printf("%-8s standard deviation %.2g over XGBoost's seed, %.2g over the validation rows\n", s.name, l.Seeds, l.Rows)
	return nil
}

// readNoise is the luck of each set by its name.
func readNoise() (map[string]luck, error) {
	text, err := os.ReadFile(noiseFile())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var all []luck
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, fmt.Errorf("%s: %w", noiseFile(), err)
	}
	known := map[string]luck{}
	for _, l := range all {
		known[l.Set] = l
	}
	return known, nil
}
