package api

import "encoding/json"

// TuningDefaults is what DescribeHyperParameterTuningJob echoes of a CreateHyperParameterTuningJob request: a deep copy of
// the members that both have, without nulls and unknown members, with the values filled in that the service returns.
// Name, ARN, times, states and counters are the caller's to add, and so are the metric definitions of a built-in
// algorithm, which the service echoes too. The tree must have passed Validate.
func TuningDefaults(tree map[string]any) map[string]any {
	o, _ := lookup("DescribeHyperParameterTuningJob")
	full := prune(o.output, tree).(map[string]any)
	if config := object(full, "HyperParameterTuningJobConfig"); config != nil {
		fill(config, "TrainingJobEarlyStoppingType", "Off")
	}
	for _, s := range searches(full) {
		rangeDefaults(s.ranges)
		definitionDefaults(s.definition)
		if metric := text(s.objective, "MetricName"); metric != "" {
			object(s.definition, "StaticHyperParameters")[ObjectiveParameter] = metric
		}
	}
	return full
}

// rangeDefaults fills in scales, and the lists that the Python SDK reads whether or not the request had them.
func rangeDefaults(ranges map[string]any) {
	if ranges == nil {
		return
	}
	for _, kind := range []string{"IntegerParameterRanges", "ContinuousParameterRanges", "CategoricalParameterRanges"} {
		fill(ranges, kind, []any{})
	}
	for _, kind := range []string{"IntegerParameterRanges", "ContinuousParameterRanges"} {
		for _, r := range list(ranges, kind) {
			fill(r.(map[string]any), "ScalingType", "Auto")
		}
	}
}

// definitionDefaults fills in a definition. The flags and the metric in the static hyperparameters are confirmed: ACK
// never settles without the former, the Python SDK fails without the latter. The other values are those of training
// jobs. Of the output's members none is filled in, unlike a training job's: a real answer has neither KmsKeyId nor
// CompressionType.
func definitionDefaults(definition map[string]any) {
	for _, name := range []string{"EnableNetworkIsolation", "EnableInterContainerTrafficEncryption", "EnableManagedSpotTraining"} {
		fill(definition, name, false)
	}
	fill(definition, "StaticHyperParameters", map[string]any{})
	fill(object(definition, "StoppingCondition"), "MaxRuntimeInSeconds", json.Number(defaultRuntime))
	if resources := object(definition, "ResourceConfig"); has(resources, "InstanceGroups") {
		fill(resources, "InstanceCount", json.Number("0"))
	}
	for _, channel := range list(definition, "InputDataConfig") {
		channelDefaults(channel.(map[string]any))
	}
}
