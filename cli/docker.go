//go:build !sagefly_task

package cli

import (
	"context"
	"errors"

	"github.com/sagefly/sagefly/engine"
)

// openEngine opens a local engine with the containers that --docker asks for.
func (a *app) openEngine(ctx context.Context, c engine.Config) (*engine.Engine, error) {
	c.Docker = a.docker
	e, err := a.open(ctx, c)
	if d, ok := errors.AsType[*engine.DockerError](err); ok {
		return nil, a.noDocker(d)
	}
	return e, err
}

func (a *app) noDocker(err *engine.DockerError) *Problem {
	p := refused("there is no Docker daemon to run containers", err.Error(),
		"start Docker, or Podman's socket, and see that it answers:  docker version",
		"name another one:  --docker=unix:///PATH, or SAGEFLY_DOCKER",
		"leave --docker out, and no image is run")
	p.Cause = err
	p.Where = "--docker=" + a.docker
	if a.docker == a.io.Env("SAGEFLY_DOCKER") {
		p.Where = "SAGEFLY_DOCKER=" + a.docker
	}
	return p
}
