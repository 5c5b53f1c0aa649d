package api

import (
	"strings"
	"testing"
)

// TestRules: the rules are those of the API reference (CreateTrainingJob, Channel, S3DataSource, ResourceConfig,
// StoppingCondition); the two texts about MaxWaitTimeInSeconds are AWS's (sagify 111 and users' notes).
func TestRules(t *testing.T) {
	t.Parallel()
	const s3 = `{"S3DataSource":{"S3DataType":"S3Prefix","S3Uri":"s3://b/k"}}`
	const manifest = `{"S3DataSource":{"S3DataType":"ManifestFile","S3Uri":"s3://b/k"}}`
	const augmented = `{"S3DataSource":{"S3DataType":"AugmentedManifestFile","S3Uri":"s3://b/k","AttributeNames":["a"]}}`
	const files = `{"FileSystemDataSource":{"FileSystemId":"fs-0123456789","FileSystemAccessMode":"ro","FileSystemType":"EFS","DirectoryPath":"/"}}`
	channel := func(mode, source string) string {
		return `[{"ChannelName":"a","InputMode":"` + mode + `","DataSource":` + source + `}]`
	}
	const group = `{"InstanceGroupName":"g","InstanceType":"ml.m5.xlarge","InstanceCount":1}`
	for _, test := range []struct {
		path, want string // want "" passes
		changes    []string
	}{
		{"AlgorithmSpecification", "1 validation error detected: Value null at 'algorithmSpecification' failed to satisfy constraint: Member must not be null", []string{"AlgorithmSpecification", ""}},
		{"AlgorithmSpecification", "2 validation errors detected: ", []string{"AlgorithmSpecification", "", "ResourceConfig", "null"}},
		{"", "", []string{"AlgorithmSpecification", "", "ResourceConfig", "", "ServerlessJobConfig", `{"BaseModelArn":"x","JobType":"FineTuning"}`}},
		{"AlgorithmSpecification.AlgorithmName", "both TrainingImage and AlgorithmName", []string{"AlgorithmSpecification.AlgorithmName", `"a"`}},
		{"AlgorithmSpecification", "either TrainingImage or AlgorithmName", []string{"AlgorithmSpecification.TrainingImage", ""}},
		{"", "", []string{"AlgorithmSpecification.TrainingImage", "", "AlgorithmSpecification.AlgorithmName", `"a"`}},

		{"StoppingCondition.MaxWaitTimeInSeconds", "Invalid MaxWaitTimeInSeconds. It is only supported when EnableManagedSpotTraining is set to true", []string{"StoppingCondition.MaxWaitTimeInSeconds", "7200"}},
		{"StoppingCondition.MaxWaitTimeInSeconds", "Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to MaxRuntimeInSeconds", []string{"EnableManagedSpotTraining", "true"}},
		{"StoppingCondition.MaxWaitTimeInSeconds", "must be present and be greater", []string{"EnableManagedSpotTraining", "true", "StoppingCondition.MaxWaitTimeInSeconds", "3599"}},
		{"", "", []string{"EnableManagedSpotTraining", "true", "StoppingCondition.MaxWaitTimeInSeconds", "3600"}},
		{"StoppingCondition.MaxWaitTimeInSeconds", "must be present and be greater", []string{"EnableManagedSpotTraining", "true", "StoppingCondition", `{"MaxWaitTimeInSeconds":86399}`}},
		{"", "", []string{"StoppingCondition", ""}},
		{"", "", []string{"StoppingCondition.MaxRuntimeInSeconds", "2419200"}},
		{"StoppingCondition.MaxRuntimeInSeconds", "28 days", []string{"StoppingCondition.MaxRuntimeInSeconds", "2419201"}},

		{"ResourceConfig", "must have InstanceType, InstanceGroups", []string{"ResourceConfig", `{}`}},
		{"ResourceConfig.InstanceCount", "at least 1", []string{"ResourceConfig.InstanceCount", "0"}},
		{"ResourceConfig.InstanceGroups", "both InstanceType and InstanceGroups", []string{"ResourceConfig.InstanceGroups", `[` + group + `]`}},
		{"", "", []string{"ResourceConfig.InstanceGroups", `[]`}},
		{"", "", []string{"ResourceConfig", `{"InstanceGroups":[` + group + `]}`}},
		{"ResourceConfig.InstanceCount", "each group has its own", []string{"ResourceConfig", `{"InstanceCount":1,"InstanceGroups":[` + group + `]}`}},
		{"ResourceConfig.InstanceGroups.1.InstanceGroupName", "unique", []string{"ResourceConfig", `{"InstanceGroups":[` + group + `,` + group + `]}`}},
		{"ResourceConfig.InstanceGroups.0.InstanceCount", "at least 1", []string{"ResourceConfig", `{"InstanceGroups":[{"InstanceGroupName":"g","InstanceCount":0}]}`}},
		{"ResourceConfig.KeepAlivePeriodInSeconds", "cannot be used with", []string{"ResourceConfig", `{"KeepAlivePeriodInSeconds":60,"InstanceGroups":[` + group + `]}`}},
		{"", "", []string{"ResourceConfig.KeepAlivePeriodInSeconds", "60"}},
		{"ResourceConfig.InstancePreferences", "managed spot", []string{"EnableManagedSpotTraining", "true", "ResourceConfig", `{"InstancePreferences":[{"InstanceType":"ml.m5.xlarge"}]}`}},

		{"", "", []string{"InputDataConfig", ""}},
		{"", "", []string{"InputDataConfig", channel("FastFile", s3)}},
		{"InputDataConfig.0.DataSource", "FastFile needs S3DataType S3Prefix", []string{"InputDataConfig", channel("FastFile", manifest)}},
		{"", "", []string{"InputDataConfig", channel("File", manifest)}},
		{"", "", []string{"InputDataConfig", channel("Pipe", augmented)}},
		{"InputDataConfig.0.DataSource", "needs the input mode Pipe", []string{"InputDataConfig", channel("File", augmented)}},
		{"InputDataConfig.0.DataSource", "needs AttributeNames", []string{"InputDataConfig", channel("Pipe", strings.Replace(augmented, `"a"`, "", 1))}},
		{"InputDataConfig.0.DataSource", "AugmentedManifestFile only", []string{"InputDataConfig", channel("Pipe", strings.Replace(augmented, "Augmented", "", 1))}},
		{"", "", []string{"InputDataConfig", channel("File", files)}},
		{"InputDataConfig.0.DataSource", "needs the input mode File", []string{"InputDataConfig", channel("FastFile", files)}},
		{"InputDataConfig.0.DataSource", "exactly one of", []string{"InputDataConfig", channel("File", `{}`)}},
		{"InputDataConfig.1.ChannelName", "a is used more than once", []string{"InputDataConfig", `[{"ChannelName":"a","DataSource":` + s3 + `},{"ChannelName":"a","DataSource":` + s3 + `}]`}},
		{"InputDataConfig.0.DataSource", "FastFile needs", []string{"AlgorithmSpecification.TrainingInputMode", `"FastFile"`, "InputDataConfig", `[{"ChannelName":"a","DataSource":` + manifest + `}]`}},
		{"InputDataConfig.0.DataSource.S3DataSource.InstanceGroupNames", "names a group", []string{"InputDataConfig", channel("File", strings.Replace(s3, `"S3Uri"`, `"InstanceGroupNames":["h"],"S3Uri"`, 1))}},

		{"CheckpointConfig.LocalPath", "absolute path", []string{"CheckpointConfig", `{"S3Uri":"s3://b","LocalPath":"ckpt"}`}},
		{"CheckpointConfig.LocalPath", "absolute path", []string{"CheckpointConfig", `{"S3Uri":"s3://b","LocalPath":"/opt/ml/../../etc"}`}},
		{"", "", []string{"CheckpointConfig", `{"S3Uri":"s3://b","LocalPath":"/opt/ml/checkpoints/"}`}},

		{"Tags.1.Key", "Duplicate tag key", []string{"Tags", `[{"Key":"a","Value":"1"},{"Key":"a","Value":"2"}]`}},
		{"Tags.0.Key", "aws: prefixed", []string{"Tags", `[{"Key":"AWS:x","Value":"1"}]`}},
	} {
		err, _ := CheckTrainingJob(with(t, test.changes...)).(*Error)
		switch {
		case err == nil && test.want != "":
			t.Errorf("%q passed, want %q", test.changes, test.want)
		case err != nil && (test.want == "" || !strings.Contains(err.Message, test.want) || strings.Join(err.Path, ".") != test.path || err.Code != "ValidationException"):
			t.Errorf("%q: %v at %v, want %q at %s", test.changes, err, err.Path, test.want, test.path)
		}
	}
}
