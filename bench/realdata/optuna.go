package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"time"
)

// task is a search that optuna_search.py is asked for.
type task struct {
	Set        string              `json:"set"`
	Static     map[string]string   `json:"static"`
	Metric     string              `json:"metric"`
	Parameters []parameter         `json:"parameters"`
	Seed       int                 `json:"seed"`
	Trials     int                 `json:"trials"`
	Parallel   int                 `json:"parallel"`
	Threads    int                 `json:"nthread"`
	Points     []map[string]string `json:"points,omitempty"`
}

// partner is the Python side: one process for many searches, because starting it costs more than a small search.
type partner struct {
	cmd     *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
	trouble *bytes.Buffer
	ready   time.Duration // from its start to the end of its imports
}

func startPartner(ctx context.Context) (*partner, error) {
	p := &partner{cmd: exec.CommandContext(ctx, python, home+"/optuna_search.py"), trouble: new(bytes.Buffer)}
	p.cmd.Stderr = p.trouble
	var err error
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.out = bufio.NewReader(out)
	began := time.Now()
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start optuna_search.py: %w (make setup lays %s)", err, python)
	}
	if _, err := p.out.ReadBytes('\n'); err != nil {
		return nil, errors.Join(fmt.Errorf("start optuna_search.py: %w", err), p.stop())
	}
	p.ready = time.Since(began)
	return p, nil
}

// stop ends the process by the end of its input.
func (p *partner) stop() error {
	if err := errors.Join(p.in.Close(), p.cmd.Wait()); err != nil {
		return fmt.Errorf("optuna_search.py: %w\n%s", err, p.trouble)
	}
	return nil
}

// run makes one search over a set.
func (p *partner) run(s *set, t task) ([]trial, error) {
	t.Set, t.Metric = s.folder(), s.metric
	t.Static = map[string]string{"objective": s.objective}
	question, err := json.Marshal(t)
	if err != nil {
		return nil, err
	}
	if _, err := p.in.Write(append(question, '\n')); err != nil {
		return nil, err
	}
	var made []trial
	for {
		line, err := p.out.ReadBytes('\n')
		if err != nil {
			return nil, fmt.Errorf("optuna_search.py ended after %d trials", len(made)) // stop says why
		}
		if len(bytes.TrimSpace(line)) == 0 {
			return inOrder(made)
		}
		var t trial
		if err := json.Unmarshal(line, &t); err != nil {
			return nil, fmt.Errorf("optuna_search.py: %w", err)
		}
		made = append(made, t)
	}
}

// inOrder puts trials that come in the order of their ends into that of their starts.
func inOrder(made []trial) ([]trial, error) {
	ordered := make([]trial, len(made))
	for _, t := range made {
		if t.Trial >= len(ordered) || ordered[t.Trial].Values != nil {
			return nil, fmt.Errorf("optuna_search.py: trial %d is one too many", t.Trial)
		}
		ordered[t.Trial] = t
	}
	return ordered, nil
}

// runOptuna makes one search in a process of its own, and says how long that took to be ready.
func runOptuna(ctx context.Context, s *set, t task) ([]trial, time.Duration, error) {
	p, err := startPartner(ctx)
	if err != nil {
		return nil, 0, err
	}
	made, err := p.run(s, t)
	return made, p.ready, errors.Join(err, p.stop())
}
