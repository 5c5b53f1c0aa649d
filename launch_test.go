//go:build !sagefly_task

package sagefly_test

import (
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/go-cmp/cmp"

	"github.com/sagefly/sagefly"
	"github.com/sagefly/sagefly/engine"
)

// local is a target on an engine of the test's own.
func local(t testing.TB) sagefly.Target {
	t.Helper()
	dir, err := os.MkdirTemp("", "sagefly-launch-") // t.TempDir would not wait for processes that still end
	if err != nil {
		t.Fatal(err)
	}
	e, err := engine.Open(t.Context(), engine.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
		_ = os.RemoveAll(dir)
	})
	if err := e.Listen(t.Context(), "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	return sagefly.Target{AWS: e.AWSConfig("us-east-1"), Local: true}
}

// folder is a new folder with these files.
func folder(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestRunTypedTask(t *testing.T) {
	t.Parallel()
	target := local(t)
	train := folder(t, map[string]string{"a.csv": "1\n2\n", "b.csv": "3\n"})
	result, err := report.Run(t.Context(), target, reportInput{Train: sagefly.Dir(train), Rate: 0.25, Note: "line one\nline two"})
	if err != nil {
		t.Fatal(err)
	}
	model := "s3://sagemaker-us-east-1-000000000000/" + result.Job + "/output/model.tar.gz"
	want := reportOutput{
		Accuracy: 0.75, Rows: 3, Note: "line one\nline two",
		Model: sagefly.File(model + "#model.bin"), Plots: sagefly.Dir(model + "#plots"),
	}
	if diff := cmp.Diff(want, result.Output); diff != "" {
		t.Errorf("output (-want +got):\n%s", diff)
	}
	if result.Model != model || !strings.HasPrefix(result.Job, "report-") {
		t.Errorf("job %s, model %s", result.Job, result.Model)
	}
	if diff := cmp.Diff(map[string]float64{"validation:loss": 0.25, "accuracy": 0.75, "rows": 3}, result.Metrics); diff != "" {
		t.Errorf("metrics (-want +got):\n%s", diff)
	}
}

func contains(text, part string) bool { return strings.Contains(text, part) }

// Each way to end badly is an *Error of its class.
func TestFailuresAreTyped(t *testing.T) {
	t.Parallel()
	target := local(t)
	for how, want := range map[string]struct {
		class  sagefly.Class
		reason string
	}{
		"error":     {sagefly.UserError, "no label in row 7"},
		"retryable": {sagefly.RetryError, "the feature store did not answer"},
		"panic":     {sagefly.PanicError, "index out of nowhere"},
		"exit":      {sagefly.ExitError, "exit code: 3"},
	} {
		_, err := behave.Run(t.Context(), target, behaveInput{How: how})
		failed, ok := errors.AsType[*sagefly.Error](err)
		if !ok || failed.Class != want.class || !contains(failed.Reason, want.reason) || len(failed.Hosts) != 1 {
			t.Errorf("%s: %#v, %v; want %s with %q", how, failed, err, want.class, want.reason)
		}
	}
}

func TestStopIsNoSuccess(t *testing.T) {
	t.Parallel()
	target := local(t)
	job, err := behave.Start(t.Context(), target, behaveInput{How: "wait"}, sagefly.StartOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	err = job.Follow(t.Context(), func(host, text string) {
		if lines = append(lines, host+" "+text); text == "waiting" {
			if err := job.Stop(t.Context()); err != nil {
				t.Error(err)
			}
		}
	})
	if err != nil || !slices.Contains(lines, "algo-1 waiting") {
		t.Errorf("followed %q, %v", lines, err)
	}
	_, err = behave.Attach(target, job.Name).Wait(t.Context())
	if failed, ok := errors.AsType[*sagefly.Error](err); !ok || failed.Class != sagefly.Stopped || failed.Job != job.Name {
		t.Errorf("%#v", err)
	}
	if err := job.Stop(t.Context()); err != nil {
		t.Errorf("stop of a job that has ended: %v", err)
	}
}

func TestMaxRuntimeIsToldApart(t *testing.T) {
	t.Parallel()
	target := local(t)
	target.MaxRuntime = time.Second
	_, err := behave.Run(t.Context(), target, behaveInput{How: "wait"})
	if failed, ok := errors.AsType[*sagefly.Error](err); !ok || failed.Class != sagefly.MaxRuntime {
		t.Errorf("%#v", err)
	}
}

func TestNotCaptured(t *testing.T) {
	t.Parallel()
	target := local(t)
	_, err := nobody.Run(t.Context(), target, empty{})
	if failed, ok := errors.AsType[*sagefly.Error](err); !ok || failed.Class != sagefly.NotCaptured || !contains(failed.Reason, "no process returned values") {
		t.Errorf("%#v", err)
	}
	_, err = everybody.Run(t.Context(), target, empty{})
	if failed, ok := errors.AsType[*sagefly.Error](err); !ok || failed.Class != sagefly.NotCaptured || !contains(failed.Reason, "algo-1 (rank 0), algo-2 (rank 1)") {
		t.Errorf("%#v", err)
	}
}

// recorder keeps what was asked of S3.
type recorder struct {
	mu    sync.Mutex
	asked []string // METHOD path
	bytes int64    // of answers
}

func (r *recorder) Do(req *http.Request) (*http.Response, error) {
	answer, err := http.DefaultClient.Do(req)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked = append(r.asked, req.Method+" "+req.URL.Path)
	if err == nil {
		answer.Body = &counted{answer.Body, r}
	}
	return answer, err
}

type counted struct {
	io.ReadCloser
	to *recorder
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.to.mu.Lock()
	defer c.to.mu.Unlock()
	c.to.bytes += int64(n)
	return n, err
}

// count is the number of requests that begin so.
func (r *recorder) count(prefix, part string) (n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, a := range r.asked {
		if strings.HasPrefix(a, prefix) && contains(a, part) {
			n++
		}
	}
	return n
}

// One number comes back without a look at the model, and a folder of the model without what lies behind it in the archive.
func TestReadsNoMoreThanNeeded(t *testing.T) {
	t.Parallel()
	target := local(t)
	train := folder(t, map[string]string{"a.csv": "1\n"})
	result, err := report.Run(t.Context(), target, reportInput{Train: sagefly.Dir(train)})
	if err != nil {
		t.Fatal(err)
	}
	var seen recorder
	target.AWS.HTTPClient = &seen
	out, err := sagefly.ReadOutput(t.Context(), report, target, result.Describe)
	if err != nil || out.(*reportOutput).Accuracy != 0.6 {
		t.Fatalf("%+v, %v", out, err)
	}
	if len(seen.asked) != 1 || seen.count("GET ", "/output/output.tar.gz") != 1 || seen.bytes > 4096 {
		t.Errorf("asked for %v, %d bytes", seen.asked, seen.bytes)
	}
}

func TestFetch(t *testing.T) {
	t.Parallel()
	target := local(t)
	train := folder(t, map[string]string{"a.csv": "1\n"})
	result, err := report.Run(t.Context(), target, reportInput{Train: sagefly.Dir(train)})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file, plots := filepath.Join(dir, "copy.bin"), filepath.Join(dir, "new", "plots")
	if err := sagefly.Fetch(t.Context(), target, string(result.Output.Model), file); err != nil {
		t.Fatal(err)
	}
	if err := sagefly.Fetch(t.Context(), target, string(result.Output.Plots), plots); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{file: "weights", filepath.Join(plots, "a.svg"): "a", filepath.Join(plots, "sub/b.svg"): "b"} {
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("%s holds %q, %v", path, got, err)
		}
	}
	err = sagefly.Fetch(t.Context(), target, result.Model+"#nothing", file)
	if err == nil || !contains(err.Error(), "the archive has no such member") {
		t.Errorf("%v", err)
	}
	// The file of one job is the input of another.
	second, err := report.Run(t.Context(), target, reportInput{Train: result.Output.Plots, Base: result.Output.Model})
	if err != nil {
		t.Fatal(err)
	}
	if second.Output.Base != "weights" {
		t.Errorf("the second job read %q", second.Output.Base)
	}
}

// A folder train does not bring train2 along.
func TestFolderIsNoPrefix(t *testing.T) {
	t.Parallel()
	target := local(t)
	client := s3.NewFromConfig(target.AWS, func(o *s3.Options) { o.UsePathStyle = true })
	if _, err := client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: new("data")}); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"train/a", "train2/b"} {
		if _, err := client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: new("data"), Key: &key, Body: strings.NewReader("row\n")}); err != nil {
			t.Fatal(err)
		}
	}
	result, err := report.Run(t.Context(), target, reportInput{Train: "s3://data/train"})
	if err != nil || result.Output.Rows != 1 {
		t.Errorf("%d rows, %v", result.Output.Rows, err)
	}
}

// Inputs and the program are sent once, however many jobs use them.
func TestUploadsOnce(t *testing.T) {
	t.Parallel()
	target := local(t)
	var seen recorder
	target.AWS.HTTPClient = &seen
	in := reportInput{Train: sagefly.Dir(folder(t, map[string]string{"a.csv": "1\n"})), Note: "two\nlines"}
	first, err := report.Request(t.Context(), target, in)
	if err != nil {
		t.Fatal(err)
	}
	sent := seen.count("PUT ", "/sagefly/") + seen.count("POST ", "/sagefly/")
	if sent < 6 { // three contents, each with its marker
		t.Errorf("%d uploads: %v", sent, seen.asked)
	}
	in.Rate = 0.5
	second, err := report.Request(t.Context(), target, in)
	if err != nil {
		t.Fatal(err)
	}
	if n := seen.count("PUT ", "/sagefly/") + seen.count("POST ", "/sagefly/") - sent; n != 0 {
		t.Errorf("%d more uploads for the same content", n)
	}
	for i, c := range first.InputDataConfig {
		if *c.DataSource.S3DataSource.S3Uri != *second.InputDataConfig[i].DataSource.S3DataSource.S3Uri {
			t.Errorf("channel %s moved", *c.ChannelName)
		}
	}
	if first.HyperParameters["sagemaker_submit_directory"] != second.HyperParameters["sagemaker_submit_directory"] {
		t.Error("the program moved")
	}
}

func TestNamedJobs(t *testing.T) {
	t.Parallel()
	target := local(t)
	in := reportInput{Train: sagefly.Dir(folder(t, map[string]string{"a.csv": "1\n"}))}
	named := sagefly.StartOptions{Name: "nightly-2024-06-01"}
	first, err := report.Start(t.Context(), target, in, named)
	if err != nil {
		t.Fatal(err)
	}
	begun, err := first.Wait(t.Context())
	if err != nil || begun.Job != named.Name {
		t.Fatalf("%s, %v", begun.Job, err)
	}
	request, err := report.Request(t.Context(), target, in)
	if err != nil {
		t.Fatal(err)
	}
	if adopted, err := sagefly.Launch(t.Context(), target, request, named); err != nil || !adopted {
		t.Errorf("the same request: adopted %v, %v", adopted, err)
	}
	in.Rate = 0.2
	target.InstanceType, target.Tags = "ml.c5.xlarge", map[string]string{"team": "text"}
	_, err = report.Start(t.Context(), target, in, named)
	taken, ok := errors.AsType[*sagefly.NameTaken](err)
	if !ok {
		t.Fatalf("%#v", err)
	}
	want := []sagefly.Difference{
		{Member: "HyperParameters.learning_rate", Requested: `"0.2"`, Existing: `"0.1"`},
		{Member: "ResourceConfig.InstanceType", Requested: `"ml.c5.xlarge"`, Existing: `"ml.m5.xlarge"`},
		{Member: "Tags.team", Requested: `"text"`, Existing: `"vision"`},
	}
	if diff := cmp.Diff(want, taken.Differences); diff != "" {
		t.Errorf("differences (-want +got):\n%s", diff)
	}
	if !contains(err.Error(), `HyperParameters.learning_rate: "0.2" asked for, that job has "0.1"`) {
		t.Errorf("%v", err)
	}
}

// What the request holds, in the API's words.
func TestRequest(t *testing.T) {
	t.Parallel()
	target := local(t)
	target.Spot, target.Tags, target.Role = true, map[string]string{"team": "text", "run": "7"}, "arn:aws:iam::000000000000:role/team/train"
	target.MaxRuntime = 10 * time.Minute
	r, err := report.Request(t.Context(), target, reportInput{Train: "s3://data/train"})
	if err != nil {
		t.Fatal(err)
	}
	if name := *r.TrainingJobName; !regexp.MustCompile(`^report-\d{8}-\d{6}-[0-9a-f]{4}$`).MatchString(name) {
		t.Errorf("name %s", name)
	}
	h := r.HyperParameters
	if want := "\"sagefly.test\""; h["sagemaker_program"] != want {
		t.Errorf("sagemaker_program %s, want %s", h["sagemaker_program"], want)
	}
	if !regexp.MustCompile(`^"s3://sagemaker-us-east-1-000000000000/sagefly/sha256/[0-9a-f]{64}/sourcedir.tar.gz"$`).MatchString(h["sagemaker_submit_directory"]) {
		t.Errorf("sagemaker_submit_directory %s", h["sagemaker_submit_directory"])
	}
	for what, pair := range map[string][2]any{
		"image":       {*r.AlgorithmSpecification.TrainingImage, "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"},
		"role":        {*r.RoleArn, target.Role},
		"output":      {*r.OutputDataConfig.S3OutputPath, "s3://sagemaker-us-east-1-000000000000"},
		"prefix":      {*r.InputDataConfig[0].DataSource.S3DataSource.S3Uri, "s3://data/train/"},
		"max runtime": {*r.StoppingCondition.MaxRuntimeInSeconds, int32(600)},
		"max wait":    {*r.StoppingCondition.MaxWaitTimeInSeconds, int32(1200)},
		"spot":        {*r.EnableManagedSpotTraining, true},
		"volume":      {*r.ResourceConfig.VolumeSizeInGB, int32(30)},
		"SAGEFLY_TASK, SAGEFLY_MAX_RUNTIME, SAGEFLY_SPOT": {
			r.Environment["SAGEFLY_TASK"] + " " + r.Environment["SAGEFLY_MAX_RUNTIME"] + " " + r.Environment["SAGEFLY_SPOT"], "report 600 1",
		},
		"tags":          {*r.Tags[0].Key + "=" + *r.Tags[0].Value + " " + *r.Tags[1].Key + "=" + *r.Tags[1].Value, "run=7 team=text"},
		"metrics":       {len(r.AlgorithmSpecification.MetricDefinitions), 3},
		"log level":     {h["sagemaker_container_log_level"], "20"},
		"learning rate": {h["learning_rate"], "0.1"},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: %v, want %v", what, pair[0], pair[1])
		}
	}
}
