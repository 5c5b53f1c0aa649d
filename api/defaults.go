package api

import (
	"encoding/json"
	"strings"
)

// defaultRuntime is StoppingCondition.MaxRuntimeInSeconds when the request names none: one day.
const defaultRuntime = "86400"

// Defaults is what DescribeTrainingJob echoes of a CreateTrainingJob request: a deep copy of the members that both
// have, without nulls and unknown members, with the values filled in that the service always returns. The controller
// for Kubernetes initialises its resource from these and never settles when one is missing. ModelArtifacts is there
// from the start because the model requires it; name, ARN, times and states are the caller's to add.
// The tree must have passed Validate.
func Defaults(tree map[string]any) map[string]any {
	o, _ := lookup("DescribeTrainingJob")
	full := prune(o.output, tree).(map[string]any)
	for _, name := range []string{"EnableNetworkIsolation", "EnableInterContainerTrafficEncryption", "EnableManagedSpotTraining"} {
		fill(full, name, false)
	}
	fill(full, "ProfilingStatus", "Disabled")
	fill(full, "StoppingCondition", map[string]any{})
	fill(object(full, "StoppingCondition"), "MaxRuntimeInSeconds", json.Number(defaultRuntime))
	if output := object(full, "OutputDataConfig"); output != nil {
		fill(output, "KmsKeyId", "")
		fill(output, "CompressionType", "GZIP")
	}
	if algorithm := object(full, "AlgorithmSpecification"); algorithm != nil {
		// On by itself as soon as there is a metric to follow (API reference, EnableSageMakerMetricsTimeSeries).
		fill(algorithm, "EnableSageMakerMetricsTimeSeries", len(list(algorithm, "MetricDefinitions")) > 0)
	}
	if resources := object(full, "ResourceConfig"); has(resources, "InstanceGroups") {
		fill(resources, "InstanceCount", json.Number("0")) // 0 is not confirmed; that it is there is what clients need
	}
	for _, channel := range list(full, "InputDataConfig") {
		channelDefaults(channel.(map[string]any))
	}
	full["ModelArtifacts"] = map[string]any{"S3ModelArtifacts": ModelArtifact(full)}
	return full
}

func channelDefaults(channel map[string]any) {
	fill(channel, "CompressionType", "None")
	fill(channel, "RecordWrapperType", "None")
	if s3 := object(object(channel, "DataSource"), "S3DataSource"); s3 != nil {
		fill(s3, "S3DataDistributionType", "FullyReplicated")
	}
}

// ModelArtifact is the S3 URI of a training job's model: the archive, or with CompressionType NONE the prefix of the
// loose files. tree is a CreateTrainingJob request or what Defaults made of it.
func ModelArtifact(tree map[string]any) string {
	output := object(tree, "OutputDataConfig")
	base := strings.TrimSuffix(text(output, "S3OutputPath"), "/") + "/" + text(tree, "TrainingJobName") + "/output/model"
	if text(output, "CompressionType") == "NONE" {
		return base + "/"
	}
	return base + ".tar.gz"
}

func fill(tree map[string]any, name string, v any) {
	if tree[name] == nil {
		tree[name] = v
	}
}

// prune copies what a shape knows of a value.
func prune(shapeNo int16, v any) any {
	s := &shapes[shapeNo]
	switch x := v.(type) {
	case map[string]any:
		kept := make(map[string]any, len(x))
		if s.kind == kindMap {
			for k, e := range x {
				kept[k] = prune(s.elem, e)
			}
			return kept
		}
		for _, m := range s.members {
			if e := x[m.name]; e != nil {
				kept[m.name] = prune(m.shape, e)
			}
		}
		return kept
	case []any:
		kept := make([]any, len(x))
		for i, e := range x {
			kept[i] = prune(s.elem, e)
		}
		return kept
	}
	return v
}
