package engine_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/aws/smithy-go"

	"github.com/sagefly/sagefly/engine"
	"github.com/sagefly/sagefly/engine/runner"
	"github.com/sagefly/sagefly/engine/runner/fake"
)

func TestMain(m *testing.M) {
	engine.Init()
	if name := os.Getenv(insideVariable); name != "" {
		os.Exit(runInside(name))
	}
	if dir := os.Getenv(serveVariable); dir != "" {
		serveUntilKilled(dir)
	}
	os.Exit(m.Run())
}

// site is an engine with clients, listening on a port of its own.
type site struct {
	*engine.Engine
	sagemaker *sagemaker.Client
	s3        *s3.Client
}

func start(t testing.TB, c engine.Config) *site {
	t.Helper()
	if c.Dir == "" {
		c.Dir = t.TempDir()
	}
	e, err := engine.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := e.Listen(t.Context(), "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	return clients(e)
}

func clients(e *engine.Engine) *site {
	config := e.AWSConfig("")
	return &site{e, sagemaker.NewFromConfig(config), s3.NewFromConfig(config, func(o *s3.Options) { o.UsePathStyle = true })}
}

// scripted is a runner on which every job plays the same script.
func scripted(script fake.Script) runner.Runner {
	return fake.New(fake.Config{Script: func(runner.Spec) fake.Script { return script }})
}

func (s *site) put(t testing.TB, key, text string) {
	t.Helper()
	_, err := s.s3.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: new("bucket")})
	if err == nil || strings.Contains(err.Error(), "BucketAlreadyOwnedByYou") {
		_, err = s.s3.PutObject(t.Context(), &s3.PutObjectInput{Bucket: new("bucket"), Key: &key, Body: strings.NewReader(text)})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// request is a small legal job whose program is /bin/true.
func request(name string) *sagemaker.CreateTrainingJobInput {
	return &sagemaker.CreateTrainingJobInput{
		TrainingJobName: &name,
		RoleArn:         new("arn:aws:iam::000000000000:role/SageMaker"),
		AlgorithmSpecification: &types.AlgorithmSpecification{
			TrainingImage: new("example.com/anything:1"), TrainingInputMode: types.TrainingInputModeFile,
			ContainerEntrypoint: []string{"/bin/true"},
			MetricDefinitions:   []types.MetricDefinition{{Name: new("loss"), Regex: new(`loss=([0-9.]+)`)}},
		},
		HyperParameters:   map[string]string{"epochs": "3"},
		OutputDataConfig:  &types.OutputDataConfig{S3OutputPath: new("s3://bucket/out/")},
		ResourceConfig:    &types.ResourceConfig{InstanceType: types.TrainingInstanceTypeMlM5Xlarge, InstanceCount: new(int32(1)), VolumeSizeInGB: new(int32(1))},
		StoppingCondition: &types.StoppingCondition{MaxRuntimeInSeconds: new(int32(3600))},
	}
}

func channel(name, uri string) types.Channel {
	return types.Channel{ChannelName: &name, DataSource: &types.DataSource{
		S3DataSource: &types.S3DataSource{S3DataType: types.S3DataTypeS3Prefix, S3Uri: &uri},
	}}
}

func (s *site) create(t testing.TB, r *sagemaker.CreateTrainingJobInput) {
	t.Helper()
	if _, err := s.sagemaker.CreateTrainingJob(t.Context(), r); err != nil {
		t.Fatal(err)
	}
}

func (s *site) describe(t testing.TB, name string) *sagemaker.DescribeTrainingJobOutput {
	t.Helper()
	d, err := s.sagemaker.DescribeTrainingJob(t.Context(), &sagemaker.DescribeTrainingJobInput{TrainingJobName: &name})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// await polls until the job is as wanted.
func (s *site) await(t testing.TB, name string, wanted func(*sagemaker.DescribeTrainingJobOutput) bool) *sagemaker.DescribeTrainingJobOutput {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); ; {
		d := s.describe(t, name)
		if wanted(d) {
			return d
		}
		if time.Now().After(deadline) {
			t.Fatalf("job %s is %s (%s) after two minutes", name, d.TrainingJobStatus, d.SecondaryStatus)
		}
		time.Sleep(2 * time.Millisecond) // polling, as clients do
	}
}

func over(d *sagemaker.DescribeTrainingJobOutput) bool {
	switch d.TrainingJobStatus {
	case types.TrainingJobStatusCompleted, types.TrainingJobStatusFailed, types.TrainingJobStatusStopped:
		return true
	}
	return false
}

func secondary(want types.SecondaryStatus) func(*sagemaker.DescribeTrainingJobOutput) bool {
	return func(d *sagemaker.DescribeTrainingJobOutput) bool { return d.SecondaryStatus == want }
}

// object reads an object whole.
func (s *site) object(t testing.TB, uri string) []byte {
	t.Helper()
	key := strings.TrimPrefix(uri, "s3://bucket/")
	out, err := s.s3.GetObject(t.Context(), &s3.GetObjectInput{Bucket: new("bucket"), Key: &key})
	if err != nil {
		t.Fatalf("get %s: %v", uri, err)
	}
	data, err := io.ReadAll(out.Body)
	if err := errors.Join(err, out.Body.Close()); err != nil {
		t.Fatal(err)
	}
	return data
}

func untar(t testing.TB, data []byte) map[string]string {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files[h.Name] = string(text)
	}
}

// refusal is the code and message of an AWS error.
func refusal(t testing.TB, err error) (code, message string) {
	t.Helper()
	e, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		t.Fatalf("not an error of the API: %v", err)
	}
	return e.ErrorCode(), e.ErrorMessage()
}

func decodeJSON(t testing.TB, data []byte) map[string]any {
	t.Helper()
	var tree map[string]any
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(&tree); err != nil {
		t.Fatal(err)
	}
	return tree
}
