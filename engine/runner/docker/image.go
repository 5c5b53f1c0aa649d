package docker

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"

	"github.com/sagefly/sagefly/engine/runner"
)

// Pull makes sure that an image is there, so that a later Start does not wait for it. An image that the daemon has is used as
// it is. The error is a runner.ErrImage where the image cannot be had.
func (r *Runner) Pull(ctx context.Context, image, region string) error {
	_, err := r.have(ctx, image, region)
	return err
}

// have returns the name under which the daemon has an image, after a pull where it has none. What comes from a registry of
// Config.Registry is asked for each time: a tag there may mean another image by now.
func (r *Runner) have(ctx context.Context, image, region string) (string, error) {
	source := Source{}
	if r.config.Registry != nil {
		source = r.config.Registry(image, region)
	}
	if source.Image != image {
		err := r.client.call(ctx, http.MethodGet, "/images/"+image+"/json", nil, &struct{}{})
		if err == nil || status(err) != http.StatusNotFound {
			return image, err
		}
	}
	if source.Image == "" {
		source.Image = image
	}
	if err := r.client.pull(ctx, source); err != nil {
		if ctx.Err() != nil {
			return "", context.Cause(ctx)
		}
		return "", fmt.Errorf("%w: pull %s: %w", runner.ErrImage, source.Image, err)
	}
	return source.Image, nil
}

// pull fetches an image from its registry.
func (c *client) pull(ctx context.Context, s Source) error {
	ref, err := name.ParseReference(s.Image)
	if err != nil {
		return err
	}
	auth, err := s.auth(ref.Context().Registry)
	if err != nil {
		return err
	}
	q := url.Values{"fromImage": {ref.Name()}}
	resp, err := c.send(ctx, http.MethodPost, "/v"+c.api+"/images/create?"+q.Encode(), http.Header{"X-Registry-Auth": {auth}}, nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	return progress(resp.Body)
}

// auth is the header with the credentials for a registry.
func (s Source) auth(registry name.Registry) (string, error) {
	c := authn.AuthConfig{Username: s.Username, Password: s.Password}
	if s.Username == "" {
		a, err := authn.DefaultKeychain.Resolve(registry)
		if err != nil {
			return "", fmt.Errorf("credentials for %s: %w", registry, err)
		}
		known, err := a.Authorization()
		if err != nil {
			return "", fmt.Errorf("credentials for %s: %w", registry, err)
		}
		c = *known
	}
	data, err := json.Marshal(map[string]string{
		"username": c.Username, "password": c.Password, "identitytoken": c.IdentityToken, "registrytoken": c.RegistryToken,
		"serveraddress": registry.RegistryStr(),
	})
	return base64.URLEncoding.EncodeToString(data), err
}

// progress reads what the daemon says while it pulls; an error comes there too.
func progress(r io.Reader) error {
	for d := json.NewDecoder(r); ; {
		var said struct{ Error string }
		if err := d.Decode(&said); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("read the daemon's progress: %w", err)
		}
		if said.Error != "" {
			return errors.New(strings.TrimSpace(said.Error))
		}
	}
}
