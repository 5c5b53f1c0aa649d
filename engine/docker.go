package engine

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"syscall"

	"github.com/sagefly/sagefly/engine/internal/wire"
	"github.com/sagefly/sagefly/engine/runner"
	"github.com/sagefly/sagefly/engine/runner/docker"
)

// DockerDefault, as Config.Docker, is the daemon of DOCKER_HOST, else the first usual socket.
const DockerDefault = "docker"

// DockerError is returned by Open when Config.Docker names no daemon that answers.
type DockerError struct{ Err error }

func (e *DockerError) Error() string { return e.Err.Error() }

func (e *DockerError) Unwrap() error { return e.Err }

// containerAddrSetting is where the store keeps the address that containers know the engine by; see addrSetting.
const containerAddrSetting = "container-addr"

// viaHost is the name of this machine in containers whose daemon lives in a virtual machine (Docker Desktop).
const viaHost = "host.docker.internal"

func (e *Engine) openDocker(ctx context.Context) (err error) {
	if e.config.Docker == "" {
		return nil
	}
	address := e.config.Docker
	if address == DockerDefault {
		address = ""
	}
	if e.docker, err = docker.New(ctx, docker.Config{Address: address, Registry: e.source}); err != nil {
		return &DockerError{err}
	}
	e.containerAddr, err = e.db.Setting(ctx, containerAddrSetting)
	return err
}

func (e *Engine) runners() runner.Set {
	set := runner.Set{e.config.Runner}
	if e.docker != nil {
		set = append(set, e.docker)
	}
	return set
}

// source is where an image of this engine's own registry is pulled from: one that is named as in this account's ECR, or by the
// engine's address. Other images come from where their names say.
func (e *Engine) source(image, region string) docker.Source {
	host, repository, _ := strings.Cut(image, "/")
	switch account, rest, isECR := strings.Cut(host, ".dkr.ecr."); {
	case isECR && account == Account:
		region, _, _ = strings.Cut(rest, ".")
	case host != e.Addr():
		return docker.Source{}
	}
	user, password := e.registryLogin(region)
	return docker.Source{Image: e.Addr() + "/" + repository, Username: user, Password: password}
}

// listenForContainers serves the endpoint a second time where containers reach this machine. Other containers reach it there
// too, so every request is verified, and the jobs' own keys are the only ones it knows.
func (e *Engine) listenForContainers(ctx context.Context) error {
	if e.docker == nil {
		return nil
	}
	gateway, err := e.docker.Gateway(ctx)
	if err != nil {
		return err
	}
	l, err := e.containerListener(ctx, gateway)
	if err != nil {
		return fmt.Errorf("listen for containers: %w", err)
	}
	name := gateway.String()
	if !sameHost(l, gateway) {
		name = viaHost
	}
	addr := net.JoinHostPort(name, strconv.Itoa(l.Addr().(*net.TCPAddr).Port))
	if err := e.db.PutSetting(ctx, containerAddrSetting, addr); err != nil {
		return errors.Join(err, l.Close())
	}
	e.mu.Lock()
	e.containerAddr = addr
	e.mu.Unlock()
	e.serve(l, e.inner(name))
	return nil
}

// containerListener listens at the daemon's end of its network: at the last owner's address, else at the endpoint's port, else at any.
// A daemon in a virtual machine has its end there; its containers reach this machine's loopback by a name.
func (e *Engine) containerListener(ctx context.Context, gateway netip.Addr) (net.Listener, error) {
	ports := []string{portOf(e.containerAddr), portOf(e.Addr()), "0"}
	for _, host := range []string{gateway.String(), "127.0.0.1"} {
		var err error
		for _, port := range ports {
			if port == "" || host == "127.0.0.1" && port == portOf(e.Addr()) {
				continue
			}
			var l net.Listener
			if l, err = new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort(host, port)); err == nil {
				return l, nil
			}
		}
		if !errors.Is(err, syscall.EADDRNOTAVAIL) {
			return nil, err
		}
	}
	return nil, fmt.Errorf("%s is no address of this machine, and loopback has no port", gateway)
}

func portOf(addr string) string {
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return ""
	}
	return port
}

func sameHost(l net.Listener, addr netip.Addr) bool {
	return l.Addr().(*net.TCPAddr).AddrPort().Addr().Unmap() == addr
}

// inner is the endpoint as containers see it under that host name.
func (e *Engine) inner(host string) *wire.Server {
	s := *e.server
	s.Hosts = []string{host}
	s.Secret = e.keys.secret
	s.Health = func() any { return map[string]any{"status": "ok"} } // nothing about this machine
	return &s
}

// ContainerAddr is HOST:PORT under which jobs in containers reach the endpoint; "" without Config.Docker, or before Listen.
func (e *Engine) ContainerAddr() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.containerAddr
}
