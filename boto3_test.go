//go:build !sagefly_task

package sagefly_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagefly/sagefly"
	"github.com/sagefly/sagefly/internal/testenv"
)

const describeByBoto3 = `
import boto3, io, json, sys, tarfile
name, endpoint = sys.argv[1:]
make = lambda service: boto3.client(service, endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
job = make("sagemaker").describe_training_job(TrainingJobName=name)
bucket, key = job["ModelArtifacts"]["S3ModelArtifacts"].removeprefix("s3://").split("/", 1)
model = tarfile.open(fileobj=io.BytesIO(make("s3").get_object(Bucket=bucket, Key=key)["Body"].read()))
print(json.dumps({
    "Status": job["TrainingJobStatus"],
    "HyperParameters": {k: v for k, v in job["HyperParameters"].items() if not k.startswith("sagemaker_")},
    "Script": sorted(k for k in job["HyperParameters"] if k.startswith("sagemaker_")),
    "Channels": [c["ChannelName"] for c in job["InputDataConfig"]],
    "Metrics": {m["MetricName"]: m["Value"] for m in job["FinalMetricDataList"]},
    "Definitions": [m["Name"] for m in job["AlgorithmSpecification"]["MetricDefinitions"]],
    "Transitions": [t["Status"] for t in job["SecondaryStatusTransitions"]],
    "Model": sorted(m.name for m in model if m.isfile()),
}))
`

// An unmodified boto3 sees an ordinary training job.
func TestBoto3SeesOrdinaryJob(t *testing.T) {
	t.Parallel()
	target := local(t)
	train := folder(t, map[string]string{"a.csv": "1\n"})
	result, err := report.Run(t.Context(), target, reportInput{Train: sagefly.Dir(train), Rate: 0.25, Note: "hello"})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(testenv.Python(t), "-c", describeByBoto3, result.Job, *target.AWS.BaseEndpoint)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var got, want map[string]any
	const expected = `{"Status": "Completed", "HyperParameters": {"learning_rate": "0.25", "note": "hello"},
		"Script": ["sagemaker_container_log_level", "sagemaker_program", "sagemaker_region", "sagemaker_submit_directory"],
		"Channels": ["train"], "Metrics": {"accuracy": 0.75, "rows": 1, "validation:loss": 0.25},
		"Definitions": ["validation:loss", "accuracy", "rows"],
		"Transitions": ["Starting", "Downloading", "Training", "Uploading", "Completed"],
		"Model": ["model.bin", "plots/a.svg", "plots/sub/b.svg"]}`
	for text, into := range map[string]*map[string]any{string(out): &got, expected: &want} {
		if err := json.Unmarshal([]byte(text), into); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
