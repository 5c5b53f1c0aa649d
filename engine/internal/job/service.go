// Package job holds the operations on training jobs and their supervision. It is the one place that creates, advances
// and stops a job: the wire calls it, and it asks package lifecycle at every step, stores the answer, performs the
// effects and reports them back as the next event. Nobody else changes a job.
package job

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/sagefly/sagefly/engine/internal/access"
	"github.com/sagefly/sagefly/engine/internal/image"
	"github.com/sagefly/sagefly/engine/internal/live"
	"github.com/sagefly/sagefly/engine/internal/object"
	"github.com/sagefly/sagefly/engine/internal/sched"
	"github.com/sagefly/sagefly/engine/internal/store"
	"github.com/sagefly/sagefly/engine/runner"
)

// Config is what the service works with. All fields but Access are required.
type Config struct {
	Dir      string // data directory; jobs/ and logs/ below it are the service's
	Account  string // twelve digits
	Slots    int    // jobs that run at the same time
	DB       *store.DB
	Objects  *object.Store
	Runners  runner.Set
	Programs *image.Programs
	Logger   *slog.Logger
	Access   *access.Access                        // the account's rules; nil = none
	Env      func(region string) map[string]string // what every host's environment contains besides its contract
	// ContainerEnv is Env for programs in containers, which know the engine by another address.
	ContainerEnv func(region string) map[string]string
	Grace        time.Duration            // from SIGTERM to SIGKILL
	Memory       int64                    // bytes each host may use; 0 = no limit
	Machine      func() map[string]string // what programs of this machine get besides: how to find programs and libraries
}

// Service serves the training-job operations of the API. Its methods are safe for concurrent use.
type Service struct {
	Config
	slots *sched.Slots
	live  *live.Supervisors[*supervisor]

	admission sync.Mutex // creates of a strict account, one at a time
}

// New returns the service and takes up every job that has not ended: running hosts are adopted, pending effects are
// performed again.
func New(ctx context.Context, c Config) (*Service, error) {
	s := &Service{Config: c, slots: sched.New(c.Slots), live: live.New[*supervisor](ctx)}
	jobs, err := c.DB.Jobs.Live(ctx)
	if err != nil {
		return nil, fmt.Errorf("read unfinished jobs: %w", err)
	}
	keep := map[string]bool{}
	for _, row := range jobs {
		keep[strconv.FormatInt(row.ID, 10)] = true
		v, err := s.supervisor(row)
		if err != nil {
			return nil, fmt.Errorf("job %s: %w", row.Name, err)
		}
		s.supervise(v, v.resume())
	}
	s.sweep(keep)
	return s, nil
}

// Close ends supervision and waits for it. Running jobs go on and are adopted by the next owner of the directory.
func (s *Service) Close() { s.live.Close() }

// Live returns the names of jobs that have not ended, in no particular order.
func (s *Service) Live() []string { return s.live.Names() }

func (s *Service) supervise(v *supervisor, effects []effect) {
	s.live.Go(live.Key{Region: v.row.Region, Name: v.row.Name}, v, func() { v.run(effects) })
}

// supervised returns the supervisor of a job that has not ended, or nil.
func (s *Service) supervised(region, name string) *supervisor {
	return s.live.Get(live.Key{Region: region, Name: name})
}

// sweep removes job directories that a crash left between a job's terminal commit and its clean-up.
func (s *Service) sweep(keep map[string]bool) {
	entries, err := os.ReadDir(filepath.Join(s.Dir, "jobs"))
	if err != nil {
		return
	}
	for _, e := range entries {
		if keep[e.Name()] {
			continue
		}
		if err := removeAll(filepath.Join(s.Dir, "jobs", e.Name())); err != nil {
			s.Logger.Warn("job directory stays", "dir", e.Name(), "err", err)
		}
	}
}

func (s *Service) jobDir(id int64) string {
	return filepath.Join(s.Dir, "jobs", strconv.FormatInt(id, 10))
}

func (s *Service) logDir(id int64) string {
	return filepath.Join(s.Dir, "logs", strconv.FormatInt(id, 10))
}

// now is the time in the resolution that the API shows.
func now() time.Time { return time.Now().Truncate(time.Millisecond).UTC() }
