package docker

import (
	"context"
	"errors"
	"fmt"
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

// join makes the job's network where it is missing and creates a container in it. Every host has its address from the beginning,
// and its name resolves for all, whether it runs or not: a program waits for the names of all hosts, and a quick host may be
// over before a slow one asks. hosts are all names of the job, sorted; the container's is its Hostname.
func (c *client) join(ctx context.Context, j job, hosts []string, b createBody) (id string, err error) {
	unlock, err := j.lock()
	if err != nil {
		return "", err
	}
	defer unlock()
	subnet, err := c.subnet(ctx, j.network())
	if status(err) == http.StatusNotFound {
		subnet, err = c.makeNetwork(ctx, j)
	}
	if err != nil {
		return "", err
	}
	own := endpointConfig{Aliases: []string{b.Hostname}}
	addr := subnet.Masked().Addr().Next() // the gateway
	for _, host := range hosts {
		addr = addr.Next()
		b.HostConfig.ExtraHosts = append(b.HostConfig.ExtraHosts, host+":"+addr.String())
		if host == b.Hostname {
			own.IPAMConfig = &ipamConfig{addr.String()}
		}
	}
	b.Labels[networkLabel] = j.network()
	b.HostConfig.NetworkMode = j.network()
	b.NetworkingConfig = &networkingConfig{map[string]endpointConfig{j.network(): own}}
	return c.create(ctx, b)
}

// makeNetwork makes the job's network. Only a network whose subnet was asked for takes addresses that are asked for, and only
// the daemon knows which subnets are free on this machine: a first network shows one, and gives it to the second. Where
// somebody takes it in between, the daemon refuses the second, and another is tried.
func (c *client) makeNetwork(ctx context.Context, j job) (subnet netip.Prefix, err error) {
	const tries = 5
	for range tries {
		if err = c.createNetwork(ctx, j, j.draft(), nil); err != nil {
			return subnet, err
		}
		subnet, err = c.subnet(ctx, j.draft())
		if err = errors.Join(err, c.removeNetwork(ctx, j.draft())); err != nil {
			return subnet, err
		}
		if err = c.createNetwork(ctx, j, j.network(), map[string]any{"Config": []map[string]string{{"Subnet": subnet.String()}}}); err == nil {
			return subnet, nil
		}
	}
	return subnet, err
}

// draft is the name of the network that shows a free subnet.
func (j job) draft() string { return j.network() + "-draft" }

// createNetwork makes a network; ipam nil lets the daemon choose the subnet.
func (c *client) createNetwork(ctx context.Context, j job, name string, ipam map[string]any) error {
	body := map[string]any{"Name": name, "CheckDuplicate": true, "Driver": "bridge", "Labels": map[string]string{Label: string(j)}}
	if ipam != nil {
		body["IPAM"] = ipam
	}
	return c.call(ctx, http.MethodPost, "/networks/create", body, nil)
}

// removeNetwork removes a network; that there is none is no error.
func (c *client) removeNetwork(ctx context.Context, name string) error {
	err := c.call(ctx, http.MethodDelete, "/networks/"+name, nil, nil)
	if status(err) == http.StatusNotFound {
		return nil
	}
	return err
}

// subnet is a network's first one of IPv4.
func (c *client) subnet(ctx context.Context, name string) (subnet netip.Prefix, err error) {
	seen, err := c.network(ctx, name)
	if err != nil {
		return subnet, err
	}
	for _, config := range seen {
		if p, err := netip.ParsePrefix(config.Subnet); err == nil && p.Addr().Is4() {
			return p, nil
		}
	}
	return subnet, fmt.Errorf("network %s has no IPv4 subnet", name)
}

// addressing is one range of a network.
type addressing struct{ Subnet, Gateway string }

func (c *client) network(ctx context.Context, name string) ([]addressing, error) {
	var seen struct {
		IPAM struct{ Config []addressing }
	}
	err := c.call(ctx, http.MethodGet, "/networks/"+name, nil, &seen)
	return seen.IPAM.Config, err
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
	return errors.Join(c.removeNetwork(ctx, j.network()), c.removeNetwork(ctx, j.draft()))
}

// gateway is this machine's address in the daemon's default network, which Docker calls bridge and Podman podman.
func (c *client) gateway(ctx context.Context) (addr netip.Addr, err error) {
	for _, name := range []string{"bridge", "podman"} {
		var seen []addressing
		if seen, err = c.network(ctx, name); err != nil {
			continue
		}
		for _, config := range seen {
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
