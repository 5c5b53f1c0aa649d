package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
)

// program is the sagefly that is measured.
type program struct {
	path string
	dir  string // for what it writes
}

// tune runs `sagefly tune xgboost` over a set in an engine of its own, and reads its CSV.
func (p program) tune(ctx context.Context, s *set, flags []string) ([]trial, error) {
	file := filepath.Join(p.dir, "trials.csv")
	argv := append(s.tuneFlags(), "--csv", file, "--data", filepath.Join(p.dir, "data"))
	cmd := exec.CommandContext(ctx, p.path, append(argv, flags...)...)
	environment, err := sameLibrary()
	if err != nil {
		return nil, err
	}
	cmd.Env = environment
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}                 // Ctrl-C reaches it once, from here
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // it stops its trials
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("sagefly tune: %w\n%s", err, out)
	}
	return readTrials(file, "validation:"+s.metric)
}

func (s *set) tuneFlags() []string {
	return []string{
		"tune", "xgboost", "--train", filepath.Join(s.folder(), "train.csv"), "--validation", filepath.Join(s.folder(), "validation.csv"),
		"--set", "objective=" + s.objective, "--objective", "minimize:validation:" + s.metric,
	}
}

// sameLibrary makes the Python of the comparison the active one, so that both sides train with the same library file.
func sameLibrary() ([]string, error) {
	environment, err := filepath.Abs(filepath.Dir(filepath.Dir(python)))
	return append(os.Environ(), "VIRTUAL_ENV="+environment), err
}

// readTrials reads what --csv writes. Trials that did not end well are an error: here everything that is in range trains.
func readTrials(file, objective string) ([]trial, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	lines, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil || len(lines) == 0 {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	made := make([]trial, len(lines)-1)
	for i, line := range lines[1:] {
		if made[i], err = readTrial(lines[0], line, objective); err != nil {
			return nil, fmt.Errorf("read %s: line %d: %w", file, i+2, err)
		}
		if made[i].Trial != i {
			return nil, fmt.Errorf("read %s: line %d is trial %d", file, i+2, made[i].Trial+1)
		}
	}
	return made, nil
}

func readTrial(head, line []string, objective string) (trial, error) {
	t := trial{Values: map[string]string{}}
	about := []string{"name", "status", "started", "reason"}
	for i, name := range head {
		var err error
		switch {
		case name == "trial":
			t.Trial, err = strconv.Atoi(line[i])
			t.Trial--
		case name == "seconds":
			t.Seconds, err = strconv.ParseFloat(line[i], 64)
		case name == objective:
			t.Objective, err = strconv.ParseFloat(line[i], 64)
		case !slices.Contains(about, name):
			t.Values[name] = line[i]
		}
		if err != nil {
			return t, fmt.Errorf("%s: %w", name, err)
		}
	}
	return t, nil
}
