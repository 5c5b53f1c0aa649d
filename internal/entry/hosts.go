package entry

import (
	"context"
	"fmt"
	"net"
	"time"

	"github.com/sagefly/sagefly/container"
)

// nameTimeout is how long the toolkit waits for each host name, in containers that start at different times.
const nameTimeout = 15 * time.Minute

// awaitHosts waits until every host's name resolves. Where names never do, the platform gives addresses, and nothing is waited for.
func (h *host) awaitHosts(ctx context.Context) error {
	if h.env[container.HostsVariable] != "" || h.env[studioVariable] == "true" || h.env[studioVariable] == "True" {
		return nil
	}
	for _, name := range h.contract.Resource.Hosts {
		if err := h.await(ctx, name); err != nil {
			return fmt.Errorf("wait for host %s: %w", name, err)
		}
	}
	return nil
}

func (h *host) await(ctx context.Context, name string) error {
	ctx, cancel := context.WithTimeout(ctx, nameTimeout)
	defer cancel()
	said := false
	for wait := 100 * time.Millisecond; ; wait = min(2*wait, 30*time.Second) {
		_, err := net.DefaultResolver.LookupHost(ctx, name)
		if err == nil {
			return nil
		}
		if !said && wait > 3*time.Second {
			h.say("waiting for the name of host %s to resolve: %v", name, err)
			said = true
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return err
		}
	}
}
