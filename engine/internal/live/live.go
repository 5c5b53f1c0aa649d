// Package live keeps who supervises the jobs that have not ended: training jobs and tuning jobs alike, each in a goroutine of its own that ends
// with its job or with the engine.
package live

import (
	"context"
	"errors"
	"iter"
	"maps"
	"sync"
)

// ErrShutdown is the cause by which supervision ends when the engine closes. The jobs themselves go on.
var ErrShutdown = errors.New("engine is closing")

// Key names a job that exists.
type Key struct{ Region, Name string }

// Supervisors are those of the jobs that have not ended. Make it with [New]. It is safe for concurrent use.
type Supervisors[V comparable] struct {
	shutdown context.Context //nolint:containedctx // ends supervision, not jobs
	cancel   context.CancelCauseFunc
	wg       sync.WaitGroup

	mu sync.RWMutex
	of map[Key]V
}

// New keeps values of ctx for [Supervisors.Shutdown], and not its end.
func New[V comparable](ctx context.Context) *Supervisors[V] {
	s := &Supervisors[V]{of: map[Key]V{}}
	s.shutdown, s.cancel = context.WithCancelCause(context.WithoutCancel(ctx))
	return s
}

// Shutdown is done when the engine closes, with ErrShutdown as its cause.
func (s *Supervisors[V]) Shutdown() context.Context { return s.shutdown }

// Close ends supervision and waits for it.
func (s *Supervisors[V]) Close() {
	s.cancel(ErrShutdown)
	s.wg.Wait()
}

// Go runs a supervisor, which is the job's until run returns.
func (s *Supervisors[V]) Go(k Key, v V, run func()) {
	s.mu.Lock()
	s.of[k] = v
	s.mu.Unlock()
	s.wg.Go(func() {
		run()
		s.Forget(k, v)
	})
}

// Get is the supervisor of a job that has not ended; the zero value when there is none.
func (s *Supervisors[V]) Get(k Key) V {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.of[k]
}

// Forget drops a supervisor, unless the name belongs to a newer job already.
func (s *Supervisors[V]) Forget(k Key, v V) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.of[k] == v {
		delete(s.of, k)
	}
}

// All are those of one moment, in no particular order.
func (s *Supervisors[V]) All() iter.Seq2[Key, V] {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return maps.All(maps.Clone(s.of))
}

// Names are the names of their jobs, in no particular order.
func (s *Supervisors[V]) Names() []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	names := make([]string, 0, len(s.of))
	for k := range s.of {
		names = append(names, k.Name)
	}
	return names
}
