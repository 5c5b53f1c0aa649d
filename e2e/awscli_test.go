package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagefly/sagefly/internal/testenv"
)

// aws runs the AWS CLI as a client and returns what it printed.
func (e *engine) aws(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.Command(filepath.Join(filepath.Dir(testenv.Python(t)), "aws"), args...)
	cmd.Env = e.client(t)
	cmd.Dir = t.TempDir()
	return result(t, cmd)
}

// The AWS CLI creates, lists, describes and stops a job that would train for very long.
func TestAWSCLIStops(t *testing.T) {
	t.Parallel()
	e := serve(t)
	dir := t.TempDir()
	train := filepath.Join(dir, "train.csv")
	if err := os.WriteFile(train, []byte(strings.Repeat("1,0,1\n0,1,0\n", 500)), 0o644); err != nil {
		t.Fatal(err)
	}
	request := filepath.Join(dir, "request.json")
	if err := os.WriteFile(request, longJob(t, image(t, e, "3.0-5")), 0o644); err != nil {
		t.Fatal(err)
	}
	e.aws(t, "s3", "mb", "s3://team-data")
	e.aws(t, "s3", "cp", train, "s3://team-data/train/train.csv")
	e.aws(t, "sagemaker", "create-training-job", "--cli-input-json", "file://"+request)

	e.waitFor(t, "long", func(job describedJob) bool { return job.SecondaryStatus == "Training" })
	listed := strings.TrimSpace(e.aws(t, "sagemaker", "list-training-jobs", "--query", "TrainingJobSummaries[].TrainingJobName", "--output", "text"))
	if diff := cmp.Diff("long", listed); diff != "" {
		t.Errorf("list-training-jobs: %s", diff)
	}
	e.aws(t, "sagemaker", "stop-training-job", "--training-job-name", "long")
	ended := e.waitFor(t, "long", func(job describedJob) bool {
		return job.TrainingJobStatus != "InProgress" && job.TrainingJobStatus != "Stopping"
	})
	if ended.TrainingJobStatus != "Stopped" {
		t.Errorf("the stopped job ended %s", ended.TrainingJobStatus)
	}
	e.aws(t, "s3", "ls", "s3://team-data/models/")
}

// describedJob is what these tests read of DescribeTrainingJob.
type describedJob struct {
	TrainingJobStatus string
	SecondaryStatus   string
}

// waitFor describes the job by the AWS CLI until it is as wanted. The CLI takes about a second to start, so nothing else paces it.
func (e *engine) waitFor(t *testing.T, name string, done func(describedJob) bool) describedJob {
	t.Helper()
	deadline := time.Now().Add(3 * time.Minute)
	for {
		var job describedJob
		out := e.aws(t, "sagemaker", "describe-training-job", "--training-job-name", name)
		if err := json.Unmarshal([]byte(out), &job); err != nil {
			t.Fatal(err)
		}
		if done(job) {
			return job
		}
		if job.TrainingJobStatus == "Failed" || time.Now().After(deadline) {
			t.Fatalf("waiting for %s in vain:\n%s", name, out)
		}
	}
}

func longJob(t *testing.T, image string) []byte {
	t.Helper()
	return fmt.Appendf(nil, `{
  "TrainingJobName": "long",
  "AlgorithmSpecification": {"TrainingImage": %q, "TrainingInputMode": "File"},
  "RoleArn": "arn:aws:iam::123456789012:role/training",
  "HyperParameters": {"objective": "reg:squarederror", "num_round": "100000000"},
  "InputDataConfig": [{
    "ChannelName": "train",
    "ContentType": "text/csv",
    "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://team-data/train/"}}
  }],
  "OutputDataConfig": {"S3OutputPath": "s3://team-data/models"},
  "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 10},
  "StoppingCondition": {"MaxRuntimeInSeconds": 3600}
}`, image)
}
