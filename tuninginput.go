//go:build !sagefly_task

package sagefly

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagefly/sagefly/container"
	"github.com/sagefly/sagefly/internal/value"
)

// staticInput are the values that all trials of a search have in common, as the trials' program sees them, with addresses for files.
func (d *definition) staticInput(ctx context.Context, target Target, job *sagemaker.DescribeHyperParameterTuningJobOutput) (value.Values, error) {
	v := value.Values{Params: map[string]string{}, Files: map[string]string{}}
	trial := job.TrainingJobDefinition
	if trial == nil {
		return v, errors.New("it has several definitions, and a search of a task has one")
	}
	spec, err := target.specOf(ctx, trial.InputDataConfig)
	if err != nil {
		return v, err
	}
	maps.Copy(v.Params, spec.Values)
	for name, text := range trial.StaticHyperParameters {
		if isUsers(name) {
			v.Params[name] = text
		}
	}
	for _, c := range trial.InputDataConfig {
		name := aws.ToString(c.ChannelName)
		if name == container.SpecChannel {
			continue
		}
		if v.Files[name], err = target.origin(ctx, c, spec.Members[name]); err != nil {
			return v, fmt.Errorf("channel %s: %w", name, err)
		}
		if c.ContentType != nil && d.tuned.kind == KindBuiltin {
			v.Params[contentType] = *c.ContentType
		}
	}
	return v, nil
}

// specOf reads the spec channel, where there is one.
func (t Target) specOf(ctx context.Context, channels []types.Channel) (s container.Spec, err error) {
	for _, c := range channels {
		if aws.ToString(c.ChannelName) != container.SpecChannel {
			continue
		}
		data, err := t.read(ctx, container.SpecKey(channelURI(c)))
		if err != nil {
			return s, fmt.Errorf("spec channel: %w", err)
		}
		return container.ParseSpec(data)
	}
	return s, nil
}

// origin is the address that a channel was made of: what a manifest with one entry names, and the part of an archive that the spec names.
func (t Target) origin(ctx context.Context, c types.Channel, member string) (string, error) {
	uri := channelURI(c)
	if c.DataSource.S3DataSource.S3DataType == types.S3DataTypeManifestFile {
		data, err := t.read(ctx, uri)
		if err != nil {
			return "", err
		}
		var manifest []json.RawMessage
		var head struct {
			Prefix string `json:"prefix"`
		}
		name := ""
		if err := json.Unmarshal(data, &manifest); err != nil || len(manifest) != 2 || json.Unmarshal(manifest[0], &head) != nil || json.Unmarshal(manifest[1], &name) != nil {
			return uri, nil // of somebody else's making
		}
		uri = head.Prefix + name
	}
	if member != "" && member != "." {
		uri += "#" + member
	}
	return uri, nil
}

func channelURI(c types.Channel) string {
	if c.DataSource == nil || c.DataSource.S3DataSource == nil {
		return ""
	}
	return aws.ToString(c.DataSource.S3DataSource.S3Uri)
}

// maxSmallObject bounds what is read of manifests and specs.
const maxSmallObject = 64 << 20

func (t Target) read(ctx context.Context, uri string) ([]byte, error) {
	a, err := parseAddress(uri)
	if err != nil {
		return nil, err
	}
	object, err := t.objects().GetObject(ctx, &s3.GetObjectInput{Bucket: &a.bucket, Key: &a.key})
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", uri, err)
	}
	defer object.Body.Close()
	return io.ReadAll(io.LimitReader(object.Body, maxSmallObject))
}

// decodeTrial makes the input of one trial.
func (d *definition) decodeTrial(dst any, static value.Values, tuned map[string]string) error {
	v := value.Values{Params: maps.Clone(static.Params), Files: static.Files}
	maps.Copy(v.Params, tuned)
	if in, ok := dst.(*ScriptInput); ok {
		*in = ScriptInput{Hyperparameters: v.Params, Channels: maps.Clone(v.Files)}
		return nil
	}
	return d.tuned.input.Decode(dst, v)
}
