package container

import "maps"

// Env is the environment the platform gives a program whose contract it sees at root: the request's Environment, and
// over it TRAINING_JOB_NAME, TRAINING_JOB_ARN, AWS_REGION and SAGEMAKER_METRICS_DIRECTORY. Hyperparameters are not in
// it; only toolkits put them there, see [Contract.SMEnv].
//
// Left out of what real jobs show: AWS_CONTAINER_CREDENTIALS_RELATIVE_URI (whoever serves credentials adds it),
// AWS_EXECUTION_ENV and ECS_CONTAINER_METADATA_URI (they promise an ECS agent), NVIDIA_VISIBLE_DEVICES (for the
// container runtime), DMLC_INTERFACE (always eth0 there; a machine need not have one).
func (c Contract) Env(root string) map[string]string {
	env := map[string]string{}
	maps.Copy(env, c.Environment)
	for name, value := range map[string]string{
		"TRAINING_JOB_NAME": c.JobName,
		"TRAINING_JOB_ARN":  c.JobARN,
		"AWS_REGION":        c.Region,
	} {
		if value != "" {
			env[name] = value
		}
	}
	env["SAGEMAKER_METRICS_DIRECTORY"] = Layout{Root: root}.Metrics()
	return env
}
