package docker

import (
	"maps"
	"path"
	"slices"
	"syscall"

	"github.com/sagefly/sagefly/container"
	"github.com/sagefly/sagefly/engine/runner"
	"github.com/sagefly/sagefly/engine/runner/internal/shim"
)

// sharedMemory is the size of /dev/shm in bytes, which is only a limit. The daemon's own 64 MiB end data loaders that use
// several processes.
const sharedMemory = 2 << 30

// body is the container of a host.
func body(spec runner.Spec, image string) createBody {
	d := shim.Dir(spec.Dir)
	return createBody{
		Hostname: spec.Host, Image: image, Entrypoint: spec.Entrypoint, Cmd: spec.Command,
		Env: environ(spec.Env), WorkingDir: spec.WorkDir,
		Labels:       map[string]string{Label: spec.Dir, Label + ".job": spec.Job, Label + ".host": spec.Host},
		AttachStdout: true, AttachStderr: true,
		HostConfig: hostConfig{
			Mounts: mounts(d, spec.Mounts), Init: true,
			// The job's directory is this user's own: a label for SELinux would change its files.
			SecurityOpt: []string{"no-new-privileges", "label=disable"},
			Memory:      spec.Memory, MemorySwap: spec.Memory,
			ShmSize:   sharedMemory,
			LogConfig: logConfig{Type: "none"}, // the shim keeps the log
		},
	}
}

func mounts(d shim.Dir, views []runner.Mount) []mount {
	list := []mount{{Type: "bind", Source: d.ML(), Target: container.Root}}
	for _, m := range views {
		list = append(list, mount{Type: "bind", Source: m.Source, Target: path.Join(container.Root, m.Target), ReadOnly: true})
	}
	return list
}

func environ(env map[string]string) []string {
	list := make([]string, 0, len(env))
	for _, name := range slices.Sorted(maps.Keys(env)) {
		list = append(list, name+"="+env[name])
	}
	return list
}

// signalName is how the daemon calls a signal of the supervision.
func signalName(sig syscall.Signal) string {
	if sig == syscall.SIGKILL {
		return "SIGKILL"
	}
	return "SIGTERM"
}
