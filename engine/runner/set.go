package runner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// Set is the runners of an engine. The first runs programs of this machine, the others run container images; a host that
// was started by one is found again by the same one, whatever the set's order is by then.
type Set []Runner

// ErrNoImages is returned for an image by a set that has no runner for images.
var ErrNoImages = errors.New("this engine runs no container images")

// For returns the runner of hosts with that Spec.Image.
func (s Set) For(image string) (Runner, error) {
	switch {
	case image == "":
		return s[0], nil
	case len(s) > 1:
		return s[1], nil
	}
	return nil, fmt.Errorf("%w: %s", ErrNoImages, image)
}

// Start starts a host by the runner that its image asks for; see [Runner].
func (s Set) Start(ctx context.Context, spec Spec) (Process, error) {
	r, err := s.For(spec.Image)
	if err != nil {
		return nil, err
	}
	p, err := r.Start(ctx, spec)
	if err != nil {
		return nil, err
	}
	return named{p, r.Name()}, nil
}

// Recover finds a host again by the runner that started it; see [Runner].
func (s Set) Recover(ctx context.Context, h Handle) (Process, error) {
	var e envelope
	if err := json.Unmarshal(h, &e); err != nil {
		return nil, fmt.Errorf("read handle: %w", err)
	}
	for i, r := range s {
		if e.Runner == "" && i == 0 {
			return r.Recover(ctx, h) // of the time when there was one runner
		}
		if e.Runner == r.Name() {
			p, err := r.Recover(ctx, e.Handle)
			if err != nil {
				return nil, err
			}
			return named{p, e.Runner}, nil
		}
	}
	return nil, fmt.Errorf("%w: it was started by the runner %q, which this engine was opened without", ErrLost, e.Runner)
}

// envelope is a handle with the name of its runner.
type envelope struct {
	Runner string `json:"runner"`
	Handle Handle `json:"handle"`
}

// named is a host whose handle says which runner started it.
type named struct {
	Process
	runner string
}

func (n named) Handle() Handle {
	data, err := json.Marshal(envelope{n.runner, n.Process.Handle()})
	if err != nil {
		panic(fmt.Sprintf("runner: handle of %s: %v", n.runner, err)) // a handle is JSON
	}
	return data
}
