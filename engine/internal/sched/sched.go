// Package sched hands out slots: how many jobs run on this machine at the same time. Waiters are served in the order
// in which they asked.
package sched

import (
	"context"
	"sync"
)

// Slots is a first-come-first-served counting semaphore. The zero value has no slots; use New.
type Slots struct {
	mu      sync.Mutex
	free    int
	waiting []chan struct{}
}

// New returns n slots.
func New(n int) *Slots { return &Slots{free: n} }

// Acquire waits for a slot or for ctx, whose cause it then returns.
func (s *Slots) Acquire(ctx context.Context) error {
	s.mu.Lock()
	if s.free > 0 && len(s.waiting) == 0 {
		s.free--
		s.mu.Unlock()
		return nil
	}
	turn := make(chan struct{})
	s.waiting = append(s.waiting, turn)
	s.mu.Unlock()
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
		return s.leave(ctx, turn)
	}
}

// leave takes turn out of the queue; a slot that was handed over meanwhile goes to the next waiter.
func (s *Slots) leave(ctx context.Context, turn chan struct{}) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, w := range s.waiting {
		if w == turn {
			s.waiting = append(s.waiting[:i], s.waiting[i+1:]...)
			return context.Cause(ctx)
		}
	}
	s.release()
	return context.Cause(ctx)
}

// Take takes a slot at once, also when none is free: for jobs that already run when the engine starts. New jobs wait
// until as many have been released.
func (s *Slots) Take() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free--
}

// Release gives a slot back.
func (s *Slots) Release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.release()
}

func (s *Slots) release() {
	s.free++
	if s.free > 0 && len(s.waiting) > 0 {
		s.free--
		close(s.waiting[0])
		s.waiting = s.waiting[1:]
	}
}
