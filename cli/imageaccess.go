//go:build !sagefly_task

package cli

import (
	"context"
	"strings"

	"github.com/sagefly/sagefly/engine"
	"github.com/sagefly/sagefly/image"
)

// registry does something with a reference's registry. Only what needs the target opens it: it is not for public registries. An engine's
// registry is named as ECR is, or by the engine's address; package image knows both.
func (a *app) registry(ctx context.Context, reference string, do func(context.Context, image.Access) error) error {
	named, isECR := image.ParseECR(reference)
	host, _, hasPath := strings.Cut(reference, "/")
	if !isECR && hasPath && strings.ContainsAny(host, ".:") && !isLoopback(strings.Split(host, ":")[0]) {
		return do(ctx, image.Access{})
	}
	t, err := a.sharedTarget(ctx)
	if err != nil {
		return err
	}
	config := t.aws
	switch {
	case t.amazon:
	case isECR && named.Account == engine.Account: // the engine keeps every region's
		config.Region = named.Region
	case isECR:
		p := refused("the image is in ECR, and the target is not AWS", "account "+named.Account+" is not one of "+t.name, "--on aws")
		p.Where = reference
		return p
	}
	return do(ctx, image.Access{AWS: &config})
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
