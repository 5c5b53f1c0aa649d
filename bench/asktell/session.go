package main

import (
	"errors"
	"fmt"
	"math"

	"github.com/sagefly/sagefly/tuner"
)

// session is one search and the trials so far.
type session struct {
	space  *tuner.Space
	search *tuner.Search
	trials []tuner.Trial
	ended  int
}

func open(line []byte) (*session, error) {
	var l spaceLine
	if err := decode(line, &l); err != nil {
		return nil, err
	}
	space, search, err := l.search()
	if err != nil {
		return nil, err
	}
	return &session{space: space, search: search}, nil
}

type ready struct {
	Ready bool     `json:"ready"`
	Size  *float64 `json:"size"` // nil: infinite
}

func (s *session) ready() ready {
	r := ready{Ready: true}
	if size := s.space.Size(); !math.IsInf(size, 1) {
		r.Size = &size
	}
	return r
}

// answer is what a line after the first gets.
func (s *session) answer(line []byte) any {
	var r request
	switch err := decode(line, &r); {
	case err != nil:
		return failed(fmt.Errorf("request: %w", err))
	case r.Suggest == (r.Observe != nil):
		return failed(errors.New(`request: a line is {"suggest":true} or {"observe":{…}}`))
	case r.Suggest:
		return s.suggest()
	}
	return s.observe(r.Observe)
}

type suggestion struct {
	Trial int         `json:"trial"`
	Point tuner.Point `json:"point"`
}

func (s *session) suggest() any {
	p, err := s.search.Suggest(s.trials)
	if err != nil {
		return failed(fmt.Errorf("suggest: %w", err))
	}
	s.trials = append(s.trials, tuner.Trial{Point: p})
	return suggestion{len(s.trials) - 1, p}
}

type observed struct {
	Observed int `json:"observed"`
}

func (s *session) observe(o *observation) any {
	number, err := s.number(o)
	if err != nil {
		return failed(fmt.Errorf("observe: %w", err))
	}
	t := &s.trials[number]
	t.Status, t.End = tuner.Failed, s.ended
	if !o.Failed {
		t.Status, t.Value = tuner.Finished, *o.Value
	}
	s.ended++
	return observed{number}
}

// number is the trial that is meant; one that was made elsewhere is added. On an error nothing has changed.
func (s *session) number(o *observation) (int, error) {
	switch {
	case o.Failed == (o.Value != nil):
		return 0, errors.New("needs either a value or failed")
	case (o.Trial == nil) == (o.Point == nil):
		return 0, errors.New("needs either a trial or a point")
	case o.Point != nil:
		if err := s.space.Check(o.Point); err != nil {
			return 0, err
		}
		s.trials = append(s.trials, tuner.Trial{Point: o.Point})
		return len(s.trials) - 1, nil
	case *o.Trial < 0 || *o.Trial >= len(s.trials):
		return 0, fmt.Errorf("there is no trial %d", *o.Trial)
	case s.trials[*o.Trial].Status != tuner.Running:
		return 0, fmt.Errorf("trial %d has ended before", *o.Trial)
	}
	return *o.Trial, nil
}
