// Package engine is an embedded SageMaker: a real endpoint on one loopback port, for SageMaker's training API, S3, STS,
// IAM, ECR and CloudWatch Logs, that really trains.
//
//	func main() {
//		engine.Init() // jobs are watched over by re-executions of this program
//		e, err := engine.Open(ctx, engine.Config{Dir: dir})
//		…
//		defer e.Close()
//		err = e.Listen(ctx, "")          // or mount e.Handler() elsewhere
//		client := sagemaker.NewFromConfig(e.AWSConfig("us-east-1"))
//	}
//
// Jobs outlive the engine: after Close, or kill −9, they go on, and the next Open of the same directory adopts them.
package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/sagefly/sagefly/engine/account"
	"github.com/sagefly/sagefly/engine/internal/access"
	"github.com/sagefly/sagefly/engine/internal/amt"
	"github.com/sagefly/sagefly/engine/internal/aws/iam"
	"github.com/sagefly/sagefly/engine/internal/aws/logs"
	"github.com/sagefly/sagefly/engine/internal/aws/quotas"
	"github.com/sagefly/sagefly/engine/internal/aws/s3"
	"github.com/sagefly/sagefly/engine/internal/aws/sts"
	"github.com/sagefly/sagefly/engine/internal/helper"
	"github.com/sagefly/sagefly/engine/internal/job"
	"github.com/sagefly/sagefly/engine/internal/object"
	"github.com/sagefly/sagefly/engine/internal/store"
	"github.com/sagefly/sagefly/engine/internal/wire"
	"github.com/sagefly/sagefly/engine/runner"
	"github.com/sagefly/sagefly/engine/runner/all"
	"github.com/sagefly/sagefly/engine/runner/docker"
	"github.com/sagefly/sagefly/engine/runner/process"
)

// Account is the one account of every embedded engine.
const Account = "000000000000"

// DefaultAddr is where an engine listens when nothing else is said.
const DefaultAddr = "127.0.0.1:8717"

// grace is what SageMaker documents for StopTrainingJob.
const grace = 120 * time.Second

// Config says how an engine works. Only Dir is required.
type Config struct {
	// Dir is the data directory. It is created (0700) when it is missing.
	Dir string
	// Logger gets the engine's own messages; nil discards them. A job's output never passes through it.
	Logger *slog.Logger
	// Runner starts the hosts of jobs; nil = processes of this machine.
	Runner runner.Runner
	// Slots is how many jobs run at the same time; 0 = one per processor.
	Slots int
	// Trainer is a program that trains built-in algorithms, known to be of this version; "" = search for one.
	Trainer string
	// Pythons are the interpreters that run the scripts of images, tried in order; after them the variable SAGEFLY_PYTHON, the active
	// environment and python3 of PATH.
	Pythons []Python
	// Docker runs images that are a user's own in containers: DockerDefault, or the address of the daemon, unix:///PATH or
	// tcp://127.0.0.1:PORT. "" runs none. Such jobs reach the engine over a second listener, see ContainerAddr.
	Docker string
	// Memory is how much memory each host of a job may use, in bytes; 0 = as much as there is. A host that needs more is ended, and its
	// job fails with OutOfMemory. Processes are bounded by control groups where this user may make them; else the job's log says that
	// the limit does not hold.
	Memory int64
	// Grace is how long a program has from SIGTERM to SIGKILL; 0 = 120 s, as on SageMaker.
	Grace time.Duration
	// Secret returns the secret of an access key. When it is set, every request's signature is verified and Listen
	// takes addresses that are not loopback; jobs' own keys are known besides. nil accepts any well-formed signature.
	Secret func(accessKey string) (secret string, ok bool)
	// Rules make the account a strict one, as AWS's are; nil = every role exists and everything is allowed. See package account.
	Rules *account.Rules
	// Hosts are names and addresses, besides loopback ones, under which clients address the endpoint. Requests with
	// another Host are refused.
	Hosts []string
}

// Engine is an open data directory, its jobs and its endpoint. Its methods are safe for concurrent use.
type Engine struct {
	config  Config
	owner   *ownership
	db      *store.DB
	objects *object.Store
	images  images
	access  *access.Access
	jobs    *job.Service
	tunings *amt.Service
	docker  *docker.Runner // nil without Config.Docker
	keys    keys           // of jobs
	server  *wire.Server

	mu            sync.Mutex
	addr          string
	containerAddr string
	listeners     []*http.Server
	serving       sync.WaitGroup
}

// Init must be called first in main, and in TestMain of tests that run jobs. When this process was started to watch
// over a job's host or to run a job's script, Init does that and never returns; else it returns at once.
func Init() {
	all.Init()
}

// Open takes ownership of the data directory and takes up its unfinished jobs. While another process owns it, the
// error is an *OwnedError with that process' address.
func Open(ctx context.Context, c Config) (*Engine, error) {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Slots == 0 {
		c.Slots = runtime.NumCPU()
	}
	if c.Grace == 0 {
		c.Grace = grace
	}
	dir, err := filepath.Abs(c.Dir)
	if err != nil {
		return nil, fmt.Errorf("data directory: %w", err)
	}
	c.Dir = dir
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("data directory: %w", err)
	}
	owner, err := own(dir)
	if err != nil {
		return nil, err
	}
	e := &Engine{config: c, owner: owner}
	if err := e.open(ctx); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}

func (e *Engine) open(ctx context.Context) (err error) {
	if e.config.Runner == nil {
		if e.config.Runner, err = process.New(process.Config{}); err != nil {
			return err
		}
	}
	if e.db, err = store.Open(ctx, filepath.Join(e.config.Dir, "sagefly.db")); err != nil {
		return err
	}
	if e.objects, err = object.Open(ctx, e.db, filepath.Join(e.config.Dir, "objects")); err != nil {
		return err
	}
	if err = e.openImages(ctx); err != nil {
		return err
	}
	if e.access, err = access.New(e.config.Rules, Account); err != nil {
		return err
	}
	if e.keys, err = jobKeys(ctx, e.db); err != nil {
		return err
	}
	if err = e.openDocker(ctx); err != nil {
		return err
	}
	if e.addr, err = e.db.Setting(ctx, addrSetting); err != nil {
		return err
	}
	e.jobs, err = job.New(ctx, job.Config{
		Dir: e.config.Dir, Account: Account, Slots: e.config.Slots,
		DB: e.db, Objects: e.objects, Access: e.access, Runners: e.runners(),
		Programs: e.programs(), Logger: e.config.Logger,
		Env:          func(region string) map[string]string { return jobEnvironment(e.Addr(), region, e.keys) },
		ContainerEnv: func(region string) map[string]string { return jobEnvironment(e.ContainerAddr(), region, e.keys) },
		Memory:       e.config.Memory, Grace: e.config.Grace,
		Machine: machineEnvironment,
	})
	if err != nil {
		return err
	}
	e.tunings, err = amt.New(ctx, amt.Config{
		Account: Account, Slots: e.config.Slots, DB: e.db, Objects: e.objects, Jobs: e.jobs, Logger: e.config.Logger,
	})
	if err != nil {
		return err
	}
	e.server = e.wire(e.keys)
	return nil
}

func (e *Engine) wire(jobs keys) *wire.Server {
	face := logs.Face{Account: Account, Streams: e.jobs.Streams}
	return &wire.Server{
		Account:   Account,
		SageMaker: wire.NewSageMaker(e.jobs, e.tunings).Do,
		Logs:      face.Do,
		Quotas:    quotas.Face{Account: Account, Access: e.access}.Do,
		STS:       sts.Face{Access: e.access}.Serve,
		IAM:       iam.Face{Access: e.access}.Serve,
		S3:        s3.New(e.objects, s3.Config{Account: Account, Regional: e.access.Strict(), Log: e.config.Logger}),
		ECR:       e.ecr().Do,
		Registry:  e.registry(),
		Health:    e.health,
		Logger:    e.config.Logger,
		Hosts:     e.config.Hosts,
		Secret:    e.config.secret(jobs),
		Stranger:  jobs.stranger,
	}
}

// secret knows the configured keys and the jobs'; nil when nothing is to be verified.
func (c Config) secret(jobs keys) func(string) (string, bool) {
	if c.Secret == nil {
		return nil
	}
	return func(accessKey string) (string, bool) {
		if secret, ok := jobs.secret(accessKey); ok {
			return secret, true
		}
		return c.Secret(accessKey)
	}
}

// Handler answers every request of every service. It may be mounted in any server that stays on loopback.
func (e *Engine) Handler() http.Handler { return e.server }

// Unfinished returns the names of the training and tuning jobs that have not ended.
func (e *Engine) Unfinished() []string { return append(e.tunings.Live(), e.jobs.Live()...) }

// Close stops listening, ends supervision and gives the directory up. Running jobs go on.
func (e *Engine) Close() error {
	var errs []error
	errs = append(errs, e.stopListening())
	if e.tunings != nil {
		e.tunings.Close()
	}
	if e.jobs != nil {
		e.jobs.Close()
	}
	if e.images.store != nil {
		e.images.store.Close()
	}
	if e.db != nil {
		errs = append(errs, e.db.Close())
	}
	return errors.Join(append(errs, e.owner.release())...)
}

func (e *Engine) health() any {
	return map[string]any{
		"status": "ok", "pid": os.Getpid(), "data": e.config.Dir, "account": Account,
		"runner": e.config.Runner.Name(), "mode": e.config.Runner.Mode(), "docker": e.docker != nil, "helper": helper.Path(), "unfinished": len(e.Unfinished()),
	}
}
