package job

import (
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagefly/sagefly/api"
)

type request = sagemaker.CreateTrainingJobInput

// decode reads a stored request. The client library's struct has the wire's names, so plain JSON does.
func decode(document []byte) (*request, error) {
	r := new(request)
	if err := json.Unmarshal(document, r); err != nil {
		return nil, fmt.Errorf("decode request: %w", err)
	}
	return r, nil
}

// served refuses what is legal at AWS and not served by this engine, before anything is created. The words are ours:
// AWS has no such answers.
func served(r *request) error {
	unsupported := func(what string) error {
		return api.ValidationError("%s is not supported by this engine, which serves a part of what AWS does: docs/engine.md lists it.", what)
	}
	switch {
	case r.AlgorithmSpecification == nil:
		return api.ValidationError("AlgorithmSpecification is required to create a training job.")
	case r.ResourceConfig == nil:
		return api.ValidationError("ResourceConfig is required to create a training job.")
	case r.ServerlessJobConfig != nil:
		return unsupported("ServerlessJobConfig")
	case len(r.ResourceConfig.InstanceGroups) > 0:
		return unsupported("ResourceConfig.InstanceGroups")
	case r.ResourceConfig.InstanceCount == nil || *r.ResourceConfig.InstanceCount < 1:
		return api.ValidationError("ResourceConfig.InstanceCount must be at least 1.")
	case *r.ResourceConfig.InstanceCount > maxHosts:
		return unsupported(fmt.Sprintf("ResourceConfig.InstanceCount above %d", maxHosts))
	}
	if err := servedCheckpoint(r); err != nil {
		return err
	}
	for _, c := range r.InputDataConfig {
		if what := unservedInput(r, c); what != "" {
			return unsupported(fmt.Sprintf("%s (channel %q)", what, *c.ChannelName))
		}
	}
	return nil
}

// maxHosts is how many loopback addresses a job's block has, without the first.
const maxHosts = 15

func unservedInput(r *request, c types.Channel) string {
	mode := c.InputMode
	if mode == "" {
		mode = r.AlgorithmSpecification.TrainingInputMode
	}
	source := c.DataSource.S3DataSource
	switch {
	case source == nil:
		return "a data source other than S3DataSource"
	case source.S3DataType != types.S3DataTypeS3Prefix && source.S3DataType != types.S3DataTypeManifestFile:
		return "S3DataType " + string(source.S3DataType)
	case mode == types.TrainingInputModePipe:
		return "input mode Pipe"
	case c.CompressionType == types.CompressionTypeGzip:
		return "CompressionType Gzip"
	case c.ShuffleConfig != nil:
		return "ShuffleConfig"
	}
	return ""
}
