package amt

import (
	"context"
	"errors"
	"io"
	"slices"

	"github.com/sagefly/sagefly/api"
	"github.com/sagefly/sagefly/container"
	"github.com/sagefly/sagefly/engine/internal/input"
	"github.com/sagefly/sagefly/engine/internal/object"
	"github.com/sagefly/sagefly/tuner"
)

// maxSpec bounds what is read of a spec.
const maxSpec = 16 << 20

// readSpec reads what the request could not say about the search from the spec channel, where there is one.
func (c *creation) readSpec(ctx context.Context) error {
	list, _ := c.definitions()
	for _, channel := range list[0].InputDataConfig {
		if *channel.ChannelName != container.SpecChannel || channel.DataSource.S3DataSource == nil {
			continue
		}
		uri := *channel.DataSource.S3DataSource.S3Uri
		text, err := c.fetchSpec(ctx, uri)
		if errors.Is(err, object.ErrNoKey) {
			return nil // somebody else's channel of that name
		}
		if err == nil {
			c.spec, err = container.ParseSpec(text)
		}
		if err != nil {
			return api.ValidationError("The channel %q cannot be read at %s: %v.", container.SpecChannel, uri, err)
		}
	}
	return c.checkSpec(len(list))
}

func (c *creation) fetchSpec(ctx context.Context, uri string) ([]byte, error) {
	bucket, key, err := input.ParseURI(uri)
	if err != nil {
		return nil, err
	}
	f, _, err := c.service.Objects.Open(ctx, bucket, container.SpecKey(key))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxSpec))
}

// checkSpec refuses conditions that the search would not heed.
func (c *creation) checkSpec(definitions int) error {
	search := c.spec.Search
	if search == nil {
		return nil
	}
	if definitions > 1 {
		return api.ValidationError("The channel %q has conditions or starting points, which go with one TrainingJobDefinition only.", container.SpecChannel)
	}
	list, _ := c.definitions()
	names := rangeNames(c.ranges(&list[0]))
	for name := range search.Conditions {
		if !slices.Contains(names, name) {
			return api.ValidationError("The channel %q has a condition for %s, which has no range.", container.SpecChannel, name)
		}
	}
	return nil
}

// start are the points to try first: the spec's, then Autotune's hints.
func (c *creation) start() (points []tuner.Point) {
	if c.spec.Search != nil {
		for _, p := range c.spec.Search.Start {
			points = append(points, p)
		}
	}
	if c.hints != nil {
		points = append(points, c.hints)
	}
	return points
}
