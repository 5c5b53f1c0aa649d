package docker

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"syscall"

	"github.com/sagefly/sagefly/engine/runner/internal/shim"
)

// job is the directory that the hosts of one job share: the parent of theirs.
type job string

func jobOf(d shim.Dir) job { return job(filepath.Dir(filepath.Clean(string(d)))) }

// network is the name of the job's network.
func (j job) network() string { return "sagefly-" + shim.Key(string(j)) }

// lock lets one process at a time look after the job's network. The daemon would make two of the same name.
func (j job) lock() (unlock func(), err error) {
	f, err := os.Open(string(j))
	if err != nil {
		return nil, err
	}
	for {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() { f.Close() }, nil
}

// networkLabel is on the containers of a job's network and names it.
const networkLabel = Label + ".network"

// join makes the job's network where it is missing and creates a container in it.
func (c *client) join(ctx context.Context, j job, b createBody) (id string, err error) {
	unlock, err := j.lock()
	if err != nil {
		return "", err
	}
	defer unlock()
	err = c.call(ctx, http.MethodGet, "/networks/"+j.network(), nil, &struct{}{})
	if status(err) == http.StatusNotFound {
		err = c.call(ctx, http.MethodPost, "/networks/create", map[string]any{
			"Name": j.network(), "CheckDuplicate": true, "Driver": "bridge", "Labels": map[string]string{Label: string(j)},
		}, nil)
	}
	if err != nil {
		return "", err
	}
	b.Labels[networkLabel] = j.network()
	b.HostConfig.NetworkMode = j.network()
	b.NetworkingConfig = &networkingConfig{map[string]endpointConfig{j.network(): {Aliases: []string{b.Hostname}}}}
	return c.create(ctx, b)
}

// leave removes the job's network when its last container is gone.
func (c *client) leave(ctx context.Context, j job) error {
	unlock, err := j.lock()
	if errors.Is(err, os.ErrNotExist) {
		unlock, err = func() {}, nil // the job's directory is gone, and with it everybody who could join
	}
	if err != nil {
		return err
	}
	defer unlock()
	left, err := c.containers(ctx, networkLabel, j.network())
	if err != nil || len(left) > 0 {
		return err
	}
	err = c.call(ctx, http.MethodDelete, "/networks/"+j.network(), nil, nil)
	if status(err) == http.StatusNotFound {
		return nil
	}
	return err
}

// gateway is this machine's address in the daemon's default network, which Docker calls bridge and Podman podman.
func (c *client) gateway(ctx context.Context) (addr netip.Addr, err error) {
	for _, name := range []string{"bridge", "podman"} {
		var seen struct {
			IPAM struct {
				Config []struct{ Subnet, Gateway string }
			}
		}
		if err = c.call(ctx, http.MethodGet, "/networks/"+name, nil, &seen); err != nil {
			continue
		}
		for _, config := range seen.IPAM.Config {
			if addr, err := netip.ParseAddr(config.Gateway); err == nil && addr.Is4() {
				return addr, nil
			}
			if subnet, err := netip.ParsePrefix(config.Subnet); err == nil && subnet.Addr().Is4() {
				return subnet.Masked().Addr().Next(), nil
			}
		}
		err = errors.New("the daemon's default network has none")
	}
	return addr, err
}
