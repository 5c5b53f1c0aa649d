//go:build !sagefly_task

package cli

import (
	"context"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/sagefly/sagefly/engine"
	"github.com/sagefly/sagefly/image"
)

// access is how the registry of a reference is reached. An engine's registry is named as ECR is, and reached at the engine's port.
type access struct {
	image.Access

	reference string // as it is to be asked for
	endpoint  string // HOST:PORT of the target; "" = it is AWS, or not asked
	region    string
}

// public is the name by which jobs know an image.
func (at access) public(reference string) string {
	if rest, ok := strings.CutPrefix(reference, at.endpoint+"/"); ok && at.endpoint != "" {
		return engine.Account + ".dkr.ecr." + at.region + ".amazonaws.com/" + rest
	}
	return reference
}

// registry does something with a reference's registry. Only what needs the target opens it: it is not for public registries.
func (a *app) registry(ctx context.Context, reference string, do func(context.Context, access) error) error {
	named, isECR := image.ParseECR(reference)
	host, _, hasPath := strings.Cut(reference, "/")
	if !isECR && hasPath && strings.ContainsAny(host, ".:") && !isLoopback(strings.Split(host, ":")[0]) {
		return do(ctx, access{reference: reference})
	}
	t, err := a.sharedTarget(ctx)
	if err != nil {
		return err
	}
	config := t.aws
	at := access{Access: image.Access{AWS: &config}, reference: reference, region: config.Region}
	if t.amazon {
		return do(ctx, at)
	}
	at.endpoint = hostOf(config)
	switch {
	case isECR && named.Account == engine.Account: // as its own repositories are named
		config.Region, at.region = named.Region, named.Region
		_, at.reference, _ = strings.Cut(reference, "/")
	case isECR:
		p := refused("the image is in ECR, and the target is not AWS", "account "+named.Account+" is not one of "+t.name, "--on aws")
		p.Where = reference
		return p
	}
	return do(ctx, at)
}

// hostOf is HOST:PORT of a target's endpoint.
func hostOf(config aws.Config) string {
	if config.BaseEndpoint == nil {
		return ""
	}
	u, err := url.Parse(*config.BaseEndpoint)
	if err != nil {
		return ""
	}
	return u.Host
}

// sharedTarget opens the target once, until the command ends: an image's layers are read from its base while it is written.
func (a *app) sharedTarget(ctx context.Context) (t *target, err error) {
	if a.shared == nil {
		if a.shared, err = a.target(ctx); err != nil {
			return nil, err
		}
		a.ends = append(a.ends, a.shared.close)
	}
	return a.shared, nil
}
