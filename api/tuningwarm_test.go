package api

import (
	"strings"
	"testing"
)

// The text is the one that users quote (aws/sagemaker-python-sdk issues on warm start).
func TestTuningDefinitionChanged(t *testing.T) {
	t.Parallel()
	err := TuningDefinitionChanged()
	want := "Only the following fields in TrainingJobDefinition are allowed to change: [algorithmSpecification, inputDataConfig, outputDataConfig, " +
		"staticHyperParameters, roleArn, resourceConfig, stoppingCondition, vpcConfig, enableManagedSpotTraining, checkpointConfig]."
	if err.Code != "ValidationException" || err.Message != want || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("%v", err)
	}
}
