package job

import (
	"context"
	"fmt"
	"hash/fnv"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sagefly/sagefly/container"
	"github.com/sagefly/sagefly/engine/internal/image"
	"github.com/sagefly/sagefly/engine/internal/log"
	"github.com/sagefly/sagefly/engine/runner"
)

// start starts one host. The first line of its log says what was asked for and what runs.
func (v *supervisor) start(ctx context.Context, host string) (runner.Process, error) {
	asked := v.service.imageRequest(v.request)
	program, err := v.service.Programs.Resolve(ctx, asked)
	if err != nil {
		return nil, err
	}
	r, err := v.service.Runners.For(program.Image)
	if err != nil {
		return nil, err
	}
	if err := v.note(host, program.Note); err != nil {
		return nil, err
	}
	dir := v.hostDir(host)
	if program.Private {
		if program.Env, err = v.service.Programs.Private(ctx, asked, filepath.Join(dir, "tmp", "python")); err != nil {
			return nil, err
		}
	}
	return v.service.Runners.Start(ctx, runner.Spec{
		Job: v.row.Name, Host: host, Dir: dir, Region: v.row.Region,
		Image: program.Image, Entrypoint: program.Entrypoint, Command: program.Command, Env: v.environment(host, program, r.Mode()),
		Hosts: v.addresses(), Mounts: v.mounts(host),
		Log:        v.logFile(host),
		MaxRuntime: time.Duration(*v.request.StoppingCondition.MaxRuntimeInSeconds) * time.Second,
		Grace:      v.service.Grace,
		Memory:     v.service.Memory,
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

// environment is the host's complete environment: what the engine gives every job, what this machine gives its programs, what the
// program needs, then the contract's own. Without /opt/ml every program gets the toolkit's SM_* variables, which say where things are
// instead, and the hosts' addresses, for their names do not resolve.
func (v *supervisor) environment(host string, p image.Program, mode runner.Mode) map[string]string {
	var env map[string]string
	if p.Image == "" {
		env = v.service.Env(v.row.Region)
		maps.Copy(env, v.service.Machine())
		env["TMPDIR"] = filepath.Join(v.hostDir(host), "tmp")
	} else {
		env = v.service.ContainerEnv(v.row.Region)
	}
	if v.threads > 0 { // OpenMP's variable: XGBoost, scikit-learn, PyTorch
		env["OMP_NUM_THREADS"] = strconv.Itoa(v.threads)
	}
	contract, root := v.contract(mode.Root(v.hostDir(host))).Host(host), mode.Root(v.hostDir(host))
	if mode == runner.ModeBaseDir {
		maps.Copy(env, contract.SMEnv(root))
		env[container.HostsVariable] = v.addressList()
	}
	maps.Copy(env, p.Env)
	maps.Copy(env, contract.Env(root))
	return env
}

// addressList is the value of [container.HostsVariable].
func (v *supervisor) addressList() string {
	addresses := v.addresses()
	list := make([]string, 0, len(addresses))
	for _, name := range slices.Sorted(maps.Keys(addresses)) {
		list = append(list, name+"="+addresses[name])
	}
	return strings.Join(list, ",")
}

// addresses gives each host of the job a loopback address of its own, in a block that jobs running at the same time do
// not share: 127.64.0.0/10, 16 addresses a job. Engines of other data directories count from elsewhere.
func (v *supervisor) addresses() map[string]string {
	hosts := map[string]string{}
	first := fnv.New32a()
	_, _ = first.Write([]byte(v.service.Dir)) // never fails
	block := first.Sum32() + uint32(v.row.ID)
	for i, host := range v.names {
		n := (block*16 + uint32(i) + 1) % (1 << 22)
		hosts[host] = fmt.Sprintf("127.%d.%d.%d", 64+n>>16, n>>8&0xff, n&0xff)
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

func (s *Service) imageRequest(r *request) image.Request {
	a := r.AlgorithmSpecification
	q := image.Request{
		Entrypoint: a.ContainerEntrypoint, Arguments: a.ContainerArguments,
		Hyperparameters: r.HyperParameters, Environment: r.Environment, Containers: len(s.Runners) > 1,
	}
	if a.TrainingImage != nil {
		q.Image = *a.TrainingImage
	}
	if a.AlgorithmName != nil {
		q.AlgorithmName = *a.AlgorithmName
	}
	return q
}
