package api

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestTuningDefaults: the metric in the static hyperparameters (as a real answer has it), the flags (Terraform and ACK
// wait for them), Off and Auto (Terraform takes them from the service); the channels' values as for training jobs.
func TestTuningDefaults(t *testing.T) {
	t.Parallel()
	got := TuningDefaults(tuning(t, "Nonsense", "1", "TrainingJobDefinition.Nonsense", "1", "WarmStartConfig", "null",
		tuningConfig+".TrainingJobEarlyStoppingType", "", tuningRanges+".IntegerParameterRanges.0.ScalingType", "",
		tuningRanges+".ContinuousParameterRanges.0.ScalingType", "", "TrainingJobDefinition.StoppingCondition", `{}`))
	for name, v := range map[string]any{
		"HyperParameterTuningJobArn":    TuningJobARN("us-east-1", "123456789012", text(got, "HyperParameterTuningJobName")),
		"HyperParameterTuningJobStatus": "InProgress", "CreationTime": json.Number("1795519271.764"),
		"TrainingJobStatusCounters": map[string]any{}, "ObjectiveStatusCounters": map[string]any{},
	} {
		got[name] = v
	}
	if err := CheckResponse("DescribeHyperParameterTuningJob", got); err != nil {
		t.Error(err)
	}
	want := tuning(t, "Tags", "", tuningConfig+".TrainingJobEarlyStoppingType", `"Off"`,
		tuningRanges+".IntegerParameterRanges.0.ScalingType", `"Auto"`, tuningRanges+".ContinuousParameterRanges.0.ScalingType", `"Auto"`)
	merge(want, decode(t, `{
		"HyperParameterTuningJobArn": "arn:aws:sagemaker:us-east-1:123456789012:hyper-parameter-tuning-job/fxb2k7q4vw5n0hpo",
		"HyperParameterTuningJobStatus": "InProgress", "CreationTime": 1795519271.764,
		"TrainingJobStatusCounters": {}, "ObjectiveStatusCounters": {},
		"TrainingJobDefinition": {
			"EnableNetworkIsolation": false, "EnableInterContainerTrafficEncryption": false, "EnableManagedSpotTraining": false,
			"StaticHyperParameters": {"_tuning_objective_metric": "validation:error"}}}`))
	for _, c := range list(object(want, "TrainingJobDefinition"), "InputDataConfig") {
		merge(c.(map[string]any), decode(t, `{"CompressionType": "None", "RecordWrapperType": "None",
			"DataSource": {"S3DataSource": {"S3DataDistributionType": "FullyReplicated"}}}`))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("TuningDefaults (-want +got):\n%s", diff)
	}
}

func TestTuningDefaultsList(t *testing.T) {
	t.Parallel()
	got := TuningDefaults(tuningList(t, "TrainingJobDefinitions.1.TuningObjective.MetricName", `"m"`,
		"TrainingJobDefinitions.1.StaticHyperParameters", "", "TrainingJobDefinitions.0.HyperParameterRanges.IntegerParameterRanges.0.ScalingType", ""))
	definitions := list(got, "TrainingJobDefinitions")
	first, second := definitions[0].(map[string]any), definitions[1].(map[string]any)
	if metric := object(first, "StaticHyperParameters")[ObjectiveParameter]; metric != "validation:error" {
		t.Errorf("metric of the first definition = %v", metric)
	}
	if diff := cmp.Diff(map[string]any{ObjectiveParameter: "m"}, object(second, "StaticHyperParameters")); diff != "" {
		t.Errorf("static hyperparameters of the second definition (-want +got):\n%s", diff)
	}
	integers := list(object(first, "HyperParameterRanges"), "IntegerParameterRanges")
	if scale := text(integers[0].(map[string]any), "ScalingType"); scale != "Auto" {
		t.Errorf("ScalingType = %q, want Auto", scale)
	}
	if first["EnableNetworkIsolation"] != false || second["EnableManagedSpotTraining"] != false {
		t.Error("the flags are not there")
	}
}

// What was asked for stays as it was asked for; only what is missing is filled in.
func TestTuningDefaultsKeep(t *testing.T) {
	t.Parallel()
	tree := tuning(t, "TrainingJobDefinition.EnableNetworkIsolation", "true", tuningRanges+".IntegerParameterRanges.0.ScalingType", `"Logarithmic"`,
		"TrainingJobDefinition.OutputDataConfig.CompressionType", `"NONE"`)
	full := TuningDefaults(tree)
	definition := object(full, "TrainingJobDefinition")
	integers := list(object(object(full, tuningConfig), "ParameterRanges"), "IntegerParameterRanges")
	if !flag(definition, "EnableNetworkIsolation") || text(object(full, tuningConfig), "TrainingJobEarlyStoppingType") != "Auto" ||
		text(integers[0].(map[string]any), "ScalingType") != "Logarithmic" || text(object(definition, "OutputDataConfig"), "CompressionType") != "NONE" {
		t.Errorf("changed what the request says: %v", full)
	}
	definition["StaticHyperParameters"].(map[string]any)["booster"] = "dart"
	if has(object(object(tree, "TrainingJobDefinition"), "StaticHyperParameters"), ObjectiveParameter) ||
		text(object(object(tree, "TrainingJobDefinition"), "StaticHyperParameters"), "booster") != "gbtree" {
		t.Error("the request changed")
	}
}

// ACK waits for the InstanceCount of a definition, also where groups have their own.
func TestTuningDefaultsGroups(t *testing.T) {
	t.Parallel()
	full := TuningDefaults(tuning(t, "TrainingJobDefinition.ResourceConfig",
		`{"VolumeSizeInGB":25,"InstanceGroups":[{"InstanceGroupName":"g","InstanceType":"ml.m5.xlarge","InstanceCount":2}]}`))
	if n := object(object(full, "TrainingJobDefinition"), "ResourceConfig")["InstanceCount"]; n != json.Number("0") {
		t.Errorf("InstanceCount = %v, want 0", n)
	}
}
