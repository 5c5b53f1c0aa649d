// Package amt is automatic model tuning: the operations on tuning jobs and their supervision. A tuning job is a search (package tuner) whose
// trials are training jobs (package job). What is decided is stored before it is done, so that the next owner of the directory goes on as if
// nothing had happened: a trial's name and values before its training job is created, a verdict before a job is stopped.
package amt

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/sagefly/sagefly/engine/internal/job"
	"github.com/sagefly/sagefly/engine/internal/object"
	"github.com/sagefly/sagefly/engine/internal/store"
)

// Config is what the service works with. All fields are required.
type Config struct {
	Account string // twelve digits
	Slots   int    // jobs that run at the same time on this machine
	DB      *store.DB
	Objects *object.Store
	Jobs    *job.Service
	Logger  *slog.Logger
}

// Service serves the tuning-job operations of the API. Its methods are safe for concurrent use.
type Service struct {
	Config

	shutdown context.Context //nolint:containedctx // ends supervision, not tuning jobs
	cancel   context.CancelCauseFunc
	wg       sync.WaitGroup

	mu   sync.RWMutex
	live map[key]*supervisor
}

// key names a tuning job that exists.
type key struct{ region, name string }

var errShutdown = errors.New("engine is closing")

// New returns the service and goes on with every tuning job that has not ended. It comes after job.New.
func New(ctx context.Context, c Config) (*Service, error) {
	s := &Service{Config: c, live: map[key]*supervisor{}}
	s.shutdown, s.cancel = context.WithCancelCause(context.WithoutCancel(ctx))
	rows, err := c.DB.Tunings.Live(ctx)
	if err != nil {
		return nil, fmt.Errorf("read unfinished tuning jobs: %w", err)
	}
	for _, row := range rows {
		v, err := s.recover(ctx, row)
		if err != nil {
			return nil, fmt.Errorf("tuning job %s: %w", row.Name, err)
		}
		s.supervise(v)
	}
	return s, nil
}

// Close ends supervision and waits for it. It comes before the job service's.
func (s *Service) Close() {
	s.cancel(errShutdown)
	s.wg.Wait()
}

// Live returns the names of tuning jobs that have not ended, in no particular order.
func (s *Service) Live() []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	names := make([]string, 0, len(s.live))
	for k := range s.live {
		names = append(names, k.name)
	}
	return names
}

func (s *Service) supervise(v *supervisor) {
	k := key{v.row.Region, v.row.Name}
	s.mu.Lock()
	s.live[k] = v
	s.mu.Unlock()
	s.wg.Go(func() {
		v.run()
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.live[k] == v {
			delete(s.live, k)
		}
	})
}

// supervised returns the supervisor of a tuning job that has not ended, or nil.
func (s *Service) supervised(region, name string) *supervisor {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.live[key{region, name}]
}

// now is the time in the resolution that the API shows.
func now() time.Time { return time.Now().Truncate(time.Millisecond).UTC() }
