package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/sagefly/sagefly/tuner"
)

// spaceLine is the first line.
type spaceLine struct {
	Parameters []parameter   `json:"parameters"`
	Strategy   string        `json:"strategy"`
	Seed       uint64        `json:"seed"`
	Maximize   bool          `json:"maximize"`
	Start      []tuner.Point `json:"start"`
}

type parameter struct {
	Name   string   `json:"name"`
	Type   string   `json:"type"`
	Min    *float64 `json:"min"`
	Max    *float64 `json:"max"`
	Values []string `json:"values"`
	Scale  string   `json:"scale"`
	When   *when    `json:"when"`
}

type when struct {
	Parameter string   `json:"parameter"`
	In        []string `json:"in"`
}

// request is any later line: one of its fields.
type request struct {
	Suggest bool         `json:"suggest"`
	Observe *observation `json:"observe"`
}

type observation struct {
	Trial  *int        `json:"trial"`
	Point  tuner.Point `json:"point"`
	Value  *float64    `json:"value"`
	Failed bool        `json:"failed"`
}

// decode reads one JSON value without unknown fields and with nothing behind it.
func decode(line []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("a line is one JSON object")
	}
	return nil
}

var (
	strategies = map[string]tuner.Strategy{"": tuner.Bayesian, "bayesian": tuner.Bayesian, "random": tuner.Random, "grid": tuner.Grid}
	kinds      = map[string]tuner.Kind{"continuous": tuner.Continuous, "integer": tuner.Integer, "categorical": tuner.Categorical}
	scales     = map[string]tuner.Scale{
		"": tuner.Auto, "auto": tuner.Auto, "linear": tuner.Linear, "log": tuner.Logarithmic, "reverselog": tuner.ReverseLogarithmic,
	}
)

// parameter turns the line's words into the tuner's.
func (p *parameter) parameter() (tuner.Parameter, error) {
	kind, ok := kinds[p.Type]
	if !ok {
		return tuner.Parameter{}, fmt.Errorf("parameter %s: type %q is none of continuous, integer and categorical", p.Name, p.Type)
	}
	scale, ok := scales[p.Scale]
	if !ok {
		return tuner.Parameter{}, fmt.Errorf("parameter %s: scale %q is none of auto, linear, log and reverselog", p.Name, p.Scale)
	}
	out := tuner.Parameter{Name: p.Name, Kind: kind, Values: p.Values, Scale: scale}
	if kind != tuner.Categorical {
		if p.Min == nil || p.Max == nil {
			return tuner.Parameter{}, fmt.Errorf("parameter %s: a number needs min and max", p.Name)
		}
		out.Min, out.Max = *p.Min, *p.Max
	}
	if p.When != nil {
		out.When = &tuner.When{Parameter: p.When.Parameter, In: p.When.In}
	}
	return out, nil
}

// search makes what the line asks for.
func (l *spaceLine) search() (*tuner.Space, *tuner.Search, error) {
	strategy, ok := strategies[l.Strategy]
	if !ok {
		return nil, nil, fmt.Errorf("strategy %q is none of bayesian, random and grid", l.Strategy)
	}
	parameters := make([]tuner.Parameter, len(l.Parameters))
	for i := range l.Parameters {
		p, err := l.Parameters[i].parameter()
		if err != nil {
			return nil, nil, err
		}
		parameters[i] = p
	}
	space, err := tuner.NewSpace(parameters...)
	if err != nil {
		return nil, nil, err
	}
	for i, p := range l.Start {
		if err := space.Check(p); err != nil {
			return nil, nil, fmt.Errorf("start %d: %w", i, err)
		}
	}
	return space, tuner.New(space, tuner.Config{Strategy: strategy, Maximize: l.Maximize, Seed: l.Seed, Start: l.Start}), nil
}
