package docker

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/sagefly/sagefly/engine/runner/internal/shim"
)

// createBody is the body of POST /containers/create, as far as we fill it.
type createBody struct {
	Hostname         string            `json:",omitempty"`
	Image            string            //
	User             string            `json:",omitempty"`
	Entrypoint       []string          `json:",omitempty"`
	Cmd              []string          `json:",omitempty"`
	Env              []string          `json:",omitempty"`
	WorkingDir       string            `json:",omitempty"`
	Labels           map[string]string `json:",omitempty"`
	AttachStdout     bool              //
	AttachStderr     bool              //
	HostConfig       hostConfig        //
	NetworkingConfig *networkingConfig `json:",omitempty"`
}

type hostConfig struct {
	Mounts      []mount   `json:",omitempty"`
	NetworkMode string    `json:",omitempty"`
	ExtraHosts  []string  `json:",omitempty"` // NAME:ADDRESS
	Init        bool      //
	SecurityOpt []string  `json:",omitempty"`
	Memory      int64     `json:",omitempty"` // bytes
	MemorySwap  int64     `json:",omitempty"` // bytes of memory and swap together
	ShmSize     int64     `json:",omitempty"`
	LogConfig   logConfig //
}

type mount struct {
	Type     string
	Source   string
	Target   string
	ReadOnly bool
}

type logConfig struct{ Type string }

type networkingConfig struct {
	EndpointsConfig map[string]endpointConfig
}

type endpointConfig struct {
	Aliases    []string    `json:",omitempty"`
	IPAMConfig *ipamConfig `json:",omitempty"`
}

type ipamConfig struct{ IPv4Address string }

// state is a container's, as inspect tells it.
type state struct {
	Status     string
	Running    bool
	ExitCode   int
	OOMKilled  bool
	Error      string
	StartedAt  time.Time
	FinishedAt time.Time
}

func (c *client) create(ctx context.Context, b createBody) (id string, err error) {
	var made struct{ ID string }
	err = c.call(ctx, http.MethodPost, "/containers/create", b, &made)
	return made.ID, err
}

func (c *client) startContainer(ctx context.Context, id string) error {
	return c.call(ctx, http.MethodPost, "/containers/"+id+"/start", nil, nil)
}

// await returns when the container does not run.
func (c *client) await(ctx context.Context, id string) error {
	return c.call(ctx, http.MethodPost, "/containers/"+id+"/wait", nil, &struct{}{})
}

func (c *client) inspect(ctx context.Context, id string) (state, error) {
	var seen struct{ State state }
	err := c.call(ctx, http.MethodGet, "/containers/"+id+"/json", nil, &seen)
	return seen.State, err
}

// kill sends a signal to the container's process 1. That it does not run any more is no error.
func (c *client) kill(ctx context.Context, id, signal string) error {
	err := c.call(ctx, http.MethodPost, "/containers/"+id+"/kill?signal="+url.QueryEscape(signal), nil, nil)
	if s := status(err); s == http.StatusConflict || s == http.StatusNotFound {
		return nil
	}
	return err
}

// remove ends and removes a container. That there is none is no error, nor that somebody else is removing it.
func (c *client) remove(ctx context.Context, id string) error {
	err := c.call(ctx, http.MethodDelete, "/containers/"+id+"?force=1&v=1", nil, nil)
	if s := status(err); s == http.StatusConflict || s == http.StatusNotFound {
		return nil
	}
	return err
}

// attach is the container's output from now on until ctx is done, in frames; see demultiplex.
func (c *client) attach(ctx context.Context, id string) (io.ReadCloser, error) {
	header := http.Header{"Connection": {"Upgrade"}, "Upgrade": {"tcp"}}
	resp, err := c.send(ctx, http.MethodPost, "/v"+c.api+"/containers/"+id+"/attach?stream=1&stdout=1&stderr=1", header, nil)
	if err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, func() { resp.Body.Close() }) // the connection is not the client's any more
	return resp.Body, nil
}

// containers are the ids of all containers, running or not, with a label of this value.
func (c *client) containers(ctx context.Context, key, value string) ([]string, error) {
	var list []struct{ ID string }
	if err := c.call(ctx, http.MethodGet, "/containers/json?all=1&"+labelled(key, value), nil, &list); err != nil {
		return nil, err
	}
	ids := make([]string, 0, len(list))
	for _, entry := range list {
		ids = append(ids, entry.ID)
	}
	return ids, nil
}

// sweep removes what a shim of that directory left behind.
func (c *client) sweep(ctx context.Context, d shim.Dir) error {
	ids, err := c.containers(ctx, Label, string(d))
	if err != nil {
		return err
	}
	for _, id := range ids {
		err = errors.Join(err, c.remove(ctx, id))
	}
	return errors.Join(err, c.leave(ctx, jobOf(d)))
}
