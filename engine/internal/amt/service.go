// Package amt is automatic model tuning: the operations on tuning jobs and their supervision. A tuning job is a search (package tuner) whose
// trials are training jobs (package job). What is decided is stored before it is done, so that the next owner of the directory goes on as if
// nothing had happened: a trial's name and values before its training job is created, a verdict before a job is stopped.
package amt

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/sagefly/sagefly/engine/internal/job"
	"github.com/sagefly/sagefly/engine/internal/live"
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

	live *live.Supervisors[*supervisor]
}

// New returns the service and goes on with every tuning job that has not ended. It comes after job.New.
func New(ctx context.Context, c Config) (*Service, error) {
	s := &Service{Config: c, live: live.New[*supervisor](ctx)}
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
func (s *Service) Close() { s.live.Close() }

// Live returns the names of tuning jobs that have not ended, in no particular order.
func (s *Service) Live() []string { return s.live.Names() }

func (s *Service) supervise(v *supervisor) {
	s.live.Go(live.Key{Region: v.row.Region, Name: v.row.Name}, v, v.run)
}

// supervised returns the supervisor of a tuning job that has not ended, or nil.
func (s *Service) supervised(region, name string) *supervisor {
	return s.live.Get(live.Key{Region: region, Name: name})
}

// now is the time in the resolution that the API shows.
func now() time.Time { return time.Now().Truncate(time.Millisecond).UTC() }
