// Package docker runs the hosts of jobs as containers of a Docker Engine on this machine, or of whatever else speaks its
// API, such as Podman's socket.
//
// Each host is one container of the image that Spec.Image names. What the image says about user, variables and working
// directory holds; Spec.Env is added, Spec.Dir/ml is at /opt/ml, Spec.Mounts lie in it read-only, and the daemon's own
// init is process 1: it passes SIGTERM on, so a program without a handler ends by it, which as process 1 it would not.
// The hosts of one job (several names in Spec.Hosts; their directories are siblings) share a network of their own, in
// which their names resolve from the first host's start to the last one's end; the addresses in Spec.Hosts are not used. A job of one host is on the daemon's default
// network.
//
// # The shim
//
// A container has a shim (package shim), a process of this binary that outlives the engine. It creates the container, is
// attached to its output from before its start, keeps deadline and grace also while no engine lives, reads how it ended,
// gives the files that it wrote to the engine's user, removes it, and writes the record. So an engine that comes back finds the
// host by its directory, as with the process runner, and no log has to be resumed: it was never left. Were the daemon's
// record of the output used instead, nobody would keep MaxRuntime without an engine, and every byte would be on the disk
// twice. The price is that a container whose shim was killed is lost: whoever notices removes it.
//
// Containers and networks carry labels, so that they can be found and removed without a record: those of [Label].
package docker

import (
	"context"
	"errors"
	"fmt"
	"net/netip"

	"github.com/sagefly/sagefly/engine/runner"
	"github.com/sagefly/sagefly/engine/runner/internal/shim"
)

// Label is the label that every container and network of this runner has. Its value is the host's directory, of a network the
// job's. Label+".job" and Label+".host" hold the names.
const Label = "dev.sagefly.dir"

// containerKind is the kind of shim.
const containerKind = "container"

// Config configures a [Runner].
type Config struct {
	// Address is where the daemon listens: unix:///PATH, or tcp://ADDRESS:PORT on loopback, since containers share this
	// machine's files. "" = DOCKER_HOST, else the first socket that exists of Docker's and Podman's usual ones.
	Address string
	// Registry says where images of that name are really pulled from, and as whom, when the daemon does not have them under
	// their own name, for a job of that region. nil, or a zero Source: by their own name, with the credentials that docker
	// login left.
	Registry func(image, region string) Source
}

// Source is where to pull an image.
type Source struct {
	Image              string // full name with tag or digest
	Username, Password string
}

// Runner starts hosts as containers. Make it with [New].
type Runner struct {
	config Config
	client *client
}

// Init makes this process a shim when a runner started it as one; then it does not return. Otherwise it returns at once.
// It must be called on the main goroutine first thing in main or TestMain.
func Init() { shim.Init(map[string]func(shim.Dir) int{containerKind: containerMain}) }

// New makes a runner. It asks the daemon for its version, and is an error where that does not answer or this binary did not
// call [Init].
func New(ctx context.Context, c Config) (*Runner, error) {
	if !shim.Known(containerKind) {
		return nil, errors.New("docker runner: engine.Init was not called in this process; call it first thing in main or TestMain")
	}
	address, err := locate(c.Address)
	if err != nil {
		return nil, fmt.Errorf("docker runner: %w", err)
	}
	client, err := dial(address)
	if err != nil {
		return nil, fmt.Errorf("docker runner: %w", err)
	}
	if err := client.negotiate(ctx); err != nil {
		return nil, fmt.Errorf("docker runner: ask the daemon at %s for its version: %w", address, err)
	}
	return &Runner{config: c, client: client}, nil
}

// Name is "docker".
func (r *Runner) Name() string { return "docker" }

// Mode is opt-ml: every image sees its contract at /opt/ml.
func (r *Runner) Mode() runner.Mode { return runner.ModeOptML }

// Address is where the daemon listens.
func (r *Runner) Address() string { return r.client.address }

// Gateway is the address under which containers reach this machine: the daemon's end of its default network.
func (r *Runner) Gateway(ctx context.Context) (netip.Addr, error) {
	addr, err := r.client.gateway(ctx)
	if err != nil {
		return addr, fmt.Errorf("docker runner: address of this machine for containers: %w", err)
	}
	return addr, nil
}

// more is what a shim of this runner gets besides the Spec.
type more struct {
	Address string // of the daemon
	API     string // its version
	Image   string // what to run, which the daemon has
}

// Start starts a host; see [runner.Runner]. An image that cannot be had is a runner.ErrImage.
func (r *Runner) Start(ctx context.Context, spec runner.Spec) (runner.Process, error) {
	p, err := r.start(ctx, spec)
	if err != nil {
		return nil, fmt.Errorf("start %s of job %q: %w", spec.Host, spec.Job, err)
	}
	return p, nil
}

func (r *Runner) start(ctx context.Context, spec runner.Spec) (runner.Process, error) {
	if spec.Image == "" {
		return nil, errors.New("no image")
	}
	if err := shim.Check(spec); err != nil {
		return nil, err
	}
	d := shim.Dir(spec.Dir)
	if h := shim.Started(d); h != nil {
		return r.adopt(h), nil
	}
	image, err := r.have(ctx, spec.Image, spec.Region)
	if err != nil {
		return nil, err
	}
	h, err := shim.Start(ctx, shim.Order{
		Kind: containerKind, Spec: spec,
		More: more{Address: r.client.address, API: r.client.api, Image: image},
	})
	if err != nil {
		return nil, errors.Join(err, r.client.sweep(context.WithoutCancel(ctx), d))
	}
	return r.adopt(h), nil
}

// Recover finds a host by the handle its Process gave.
func (r *Runner) Recover(_ context.Context, h runner.Handle) (runner.Process, error) {
	p, err := shim.Recover(h)
	if err != nil {
		return nil, err
	}
	return r.adopt(p), nil
}

// adopt makes a host whose container is removed when its shim is found dead.
func (r *Runner) adopt(h *shim.Host) runner.Process {
	h.WhenLost(func(ctx context.Context) error { return r.client.sweep(ctx, h.Dir()) })
	return h
}
