package image

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// Access is how registries are reached. The zero value reaches those that docker is logged in to, and public ones.
type Access struct {
	// AWS is the target whose ECR is used: for references that name no registry, those of its endpoint and those of ECR.
	AWS *aws.Config
	// Keychain has the logins for other registries; nil = docker's.
	Keychain authn.Keychain
}

// ErrLogin is wrapped by errors about registries that want a login which they do not get.
var ErrLogin = errors.New("the registry wants a login")

// ErrPlainHTTP is returned when a registry off this machine does not speak TLS.
var ErrPlainHTTP = errors.New("plain HTTP is for registries on this machine only")

// in is the same access in another region.
func (a Access) in(region string) Access {
	config := a.AWS.Copy()
	config.Region = region
	a.AWS = &config
	return a
}

// private reports whether a host is an ECR registry that AWS gives logins for.
func (a Access) private(host string) bool {
	return a.AWS != nil && (host == "" || ecrHost.MatchString(host) || host == endpointHost(a.AWS))
}

// login asks ECR for user and password, in the region of the registry's host.
func (a Access) login(ctx context.Context, host string) (authn.Authenticator, error) {
	if m := ecrHost.FindStringSubmatch(host); m != nil {
		a = a.in(m[2])
	}
	out, err := ecr.NewFromConfig(*a.AWS).GetAuthorizationToken(ctx, &ecr.GetAuthorizationTokenInput{})
	if err != nil {
		return nil, fmt.Errorf("log in to ECR: %w", err)
	}
	if len(out.AuthorizationData) == 0 || out.AuthorizationData[0].AuthorizationToken == nil {
		return nil, errors.New("log in to ECR: no token in the answer")
	}
	token, err := base64.StdEncoding.DecodeString(*out.AuthorizationData[0].AuthorizationToken)
	user, password, ok := strings.Cut(string(token), ":")
	if err != nil || !ok {
		return nil, errors.New("log in to ECR: the token in the answer is none")
	}
	return authn.FromConfig(authn.AuthConfig{Username: user, Password: password}), nil
}

// options are how requests to a registry's host are sent.
func (a Access) options(ctx context.Context, host string) ([]remote.Option, error) {
	options := []remote.Option{
		remote.WithContext(ctx), remote.WithUserAgent("sagefly"),
		remote.WithTransport(guarded{a.transport(host)}), remote.WithPlatform(platform()),
	}
	switch {
	case a.private(host):
		auth, err := a.login(ctx, host)
		if err != nil {
			return nil, err
		}
		return append(options, remote.WithAuth(auth)), nil
	case a.Keychain != nil:
		return append(options, remote.WithAuthFromKeychain(a.Keychain)), nil
	}
	return append(options, remote.WithAuthFromKeychain(authn.DefaultKeychain)), nil
}

// transport is the target's own for its endpoint: an embedded engine may have moved to another process.
func (a Access) transport(host string) http.RoundTripper {
	if a.AWS != nil && host != "" && host == endpointHost(a.AWS) {
		if client, ok := a.AWS.HTTPClient.(*http.Client); ok && client.Transport != nil {
			return client.Transport
		}
	}
	return remote.DefaultTransport
}

// guarded refuses to send anything by plain HTTP to another machine, which go-containerregistry would do for private addresses.
type guarded struct{ next http.RoundTripper }

// RoundTrip sends a request.
func (g guarded) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme != "https" && !loopback(r.URL.Host) {
		return nil, fmt.Errorf("%w: %s", ErrPlainHTTP, r.URL.Host)
	}
	return g.next.RoundTrip(r)
}

// explain marks a registry's refusal of who we are.
func explain(err error, registry name.Registry) error {
	failed, ok := errors.AsType[*transport.Error](err)
	if ok && (failed.StatusCode == http.StatusUnauthorized || failed.StatusCode == http.StatusForbidden) {
		return fmt.Errorf("%w: %s: %w", ErrLogin, registry.Name(), err)
	}
	return err
}
