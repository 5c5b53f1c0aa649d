package api

// TuningDefinitionChanged is the answer to CreateHyperParameterTuningJob for a warm start whose definition differs from a parent's in more than
// it may. The words are AWS's.
func TuningDefinitionChanged() *Error {
	return ValidationError("Only the following fields in TrainingJobDefinition are allowed to change: [algorithmSpecification, inputDataConfig, " +
		"outputDataConfig, staticHyperParameters, roleArn, resourceConfig, stoppingCondition, vpcConfig, enableManagedSpotTraining, checkpointConfig].")
}

// TuningNamesChanged is the answer to CreateHyperParameterTuningJob for a warm start with other hyperparameters than a parent's. The words are
// AWS's (aws/amazon-sagemaker-examples issue 861).
func TuningNamesChanged() *Error {
	return ValidationError("The set of tunable plus static HyperParameter names is not the same across current and parent tuning jobs. Please ensure " +
		"this set is constant when warm starting. Note that previously static HyperParameters can be tuned in warm start jobs and vice versa.")
}
