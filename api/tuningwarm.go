package api

// TuningDefinitionChanged is the answer to CreateHyperParameterTuningJob for a warm start whose definition differs from a parent's in more than
// it may. The words are AWS's.
func TuningDefinitionChanged() *Error {
	return ValidationError("Only the following fields in TrainingJobDefinition are allowed to change: [algorithmSpecification, inputDataConfig, " +
		"outputDataConfig, staticHyperParameters, roleArn, resourceConfig, stoppingCondition, vpcConfig, enableManagedSpotTraining, checkpointConfig].")
}
