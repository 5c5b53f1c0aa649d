// Package sched hands out slots: how many jobs run on this machine at the same time. Waiters are served in the order
// in which they asked.
package sched

import (
	"slices"
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

// Join asks for a slot. turn is closed when the caller has it. leave gives the slot back, or the place in the queue;
// calls after the first do nothing.
func (s *Slots) Join() (turn <-chan struct{}, leave func()) {
	t := make(chan struct{})
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting = append(s.waiting, t)
	s.serve()
	return t, sync.OnceFunc(func() { s.leave(t) })
}

// Take takes a slot at once, also when none is free: for jobs that already run when the engine starts. New jobs wait
// until as many have been given back. leave is as Join's.
func (s *Slots) Take() (leave func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free--
	return sync.OnceFunc(func() { s.leave(nil) })
}

func (s *Slots) leave(turn chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.Index(s.waiting, turn); i >= 0 {
		s.waiting = slices.Delete(s.waiting, i, i+1)
		return
	}
	s.free++
	s.serve()
}

// serve gives free slots to the first waiters.
func (s *Slots) serve() {
	for s.free > 0 && len(s.waiting) > 0 {
		s.free--
		close(s.waiting[0])
		s.waiting = s.waiting[1:]
	}
}
