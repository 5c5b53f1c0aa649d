package job

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"time"

	"github.com/sagefly/sagefly/container"
	"github.com/sagefly/sagefly/engine/internal/image"
	"github.com/sagefly/sagefly/engine/internal/log"
	"github.com/sagefly/sagefly/engine/runner"
)

// grace is how long a program has between SIGTERM and SIGKILL, as documented for StopTrainingJob.
const grace = 120 * time.Second

// start starts one host. The first line of its log says what was asked for and what runs.
func (v *supervisor) start(ctx context.Context, host string) (runner.Process, error) {
	program, err := v.service.Trainer.Resolve(ctx, imageRequest(v.request))
	if err != nil {
		return nil, err
	}
	if err := v.note(host, program.Note); err != nil {
		return nil, err
	}
	dir := v.hostDir(host)
	root := container.Root
	if v.service.Runner.Mode() == runner.ModeBaseDir {
		root = filepath.Join(dir, "ml")
	}
	return v.service.Runner.Start(ctx, runner.Spec{
		Job: v.row.Name, Host: host, Dir: dir,
		Command: program.Command, Env: v.environment(host, root),
		Hosts: v.addresses(), Mounts: v.mounts(host),
		Log:        v.logFile(host),
		MaxRuntime: time.Duration(*v.request.StoppingCondition.MaxRuntimeInSeconds) * time.Second,
		Grace:      grace,
	})
}

func (v *supervisor) note(host, text string) error {
	w, err := log.Create(v.logFile(host))
	if err != nil {
		return err
	}
	w.Print("sagefly: %s", text)
	return w.Close()
}

// environment is the host's complete environment: what the engine gives every job, then the contract's own.
func (v *supervisor) environment(host, root string) map[string]string {
	env := v.service.Env(v.row.Region)
	env["TMPDIR"] = filepath.Join(v.hostDir(host), "tmp")
	maps.Copy(env, v.contract().Host(host).Env(root))
	return env
}

// addresses gives each host of the job a loopback address of its own, in a block that jobs running at the same time do
// not share: 127.64.0.0/10, 16 addresses a job.
func (v *supervisor) addresses() map[string]string {
	hosts := map[string]string{}
	for i, h := range v.state.Hosts {
		n := (uint32(v.row.ID)*16 + uint32(i) + 1) % (1 << 22)
		hosts[h.Name] = fmt.Sprintf("127.%d.%d.%d", 64+n>>16, n>>8&0xff, n&0xff)
	}
	return hosts
}

func (v *supervisor) mounts(host string) []runner.Mount {
	var mounts []runner.Mount
	for _, c := range v.request.InputDataConfig {
		if v.mounted(c) {
			mounts = append(mounts, runner.Mount{
				Source: v.fastFileDir(host, *c.ChannelName), Target: filepath.Join("input/data", *c.ChannelName),
			})
		}
	}
	return slices.Clip(mounts)
}

func imageRequest(r *request) image.Request {
	a := r.AlgorithmSpecification
	q := image.Request{Entrypoint: a.ContainerEntrypoint, Arguments: a.ContainerArguments, Hyperparameters: r.HyperParameters}
	if a.TrainingImage != nil {
		q.Image = *a.TrainingImage
	}
	if a.AlgorithmName != nil {
		q.AlgorithmName = *a.AlgorithmName
	}
	return q
}
