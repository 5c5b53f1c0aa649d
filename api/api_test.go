package api

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// decode parses a request written in a test.
func decode(t testing.TB, body string) map[string]any {
	t.Helper()
	tree, err := Decode([]byte(body))
	if err != nil {
		t.Fatalf("Decode(%s): %v", body, err)
	}
	return tree
}

// request is testdata/create.json, a request as the Python SDK sends it for XGBoost.
func request(t testing.TB) map[string]any {
	t.Helper()
	body, err := os.ReadFile("testdata/create.json")
	if err != nil {
		t.Fatal(err)
	}
	return decode(t, string(body))
}

// with returns the request changed at a dotted path ("ResourceConfig.InstanceType", "Tags.0.Key"); value is JSON, ""
// removes.
func with(t testing.TB, changes ...string) map[string]any {
	t.Helper()
	return change(t, request(t), changes)
}

func change(t testing.TB, tree map[string]any, changes []string) map[string]any {
	t.Helper()
	for i := 0; i < len(changes); i += 2 {
		set(t, tree, strings.Split(changes[i], "."), changes[i+1])
	}
	return tree
}

func set(t testing.TB, tree map[string]any, path []string, value string) {
	t.Helper()
	for len(path) > 1 {
		name := path[0]
		path = path[1:]
		if tree[name] == nil {
			tree[name] = map[string]any{}
		}
		if l, ok := tree[name].([]any); ok {
			i, err := strconv.Atoi(path[0])
			if err != nil {
				t.Fatalf("%s is a list: %v", name, err)
			}
			tree, path = l[i].(map[string]any), path[1:]
			continue
		}
		tree = tree[name].(map[string]any)
	}
	if value == "" {
		delete(tree, path[0])
		return
	}
	tree[path[0]] = decode(t, `{"v":`+value+`}`)["v"]
}

func TestTypicalRequestPasses(t *testing.T) {
	t.Parallel()
	tree := request(t)
	if diff := cmp.Diff(Report{}, Validate("CreateTrainingJob", tree), cmp.AllowUnexported(Violation{})); diff != "" {
		t.Errorf("Validate (-want +got):\n%s", diff)
	}
	if err := CheckTrainingJob(tree); err != nil {
		t.Errorf("CheckTrainingJob: %v", err)
	}
}

// TestSnapshots checks names and types against the requests and answers that AWS's Go SDK ships.
func TestSnapshots(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/snapshot/*.snap")
	if err != nil || len(files) != 2*len(Operations())-1 {
		t.Fatalf("snapshots: %d files, %v; want two for each operation, but for the huge answer of Search", len(files), err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, body, _ := strings.Cut(string(data), "\n\n")
		if i := strings.Index(body, "\n\n"); i >= 0 {
			body = body[i:]
		}
		op, side, _ := strings.Cut(strings.TrimSuffix(filepath.Base(file), ".snap"), ".")
		o, _ := lookup(op)
		shape := o.input
		if side == "response" {
			shape = o.output
		}
		report := validateShape(shape, decode(t, body))
		if report.Malformed != nil {
			t.Errorf("%s: %v at %v", file, report.Malformed, report.Malformed.Path)
		}
		for _, w := range report.Warnings {
			if w.Kind == UnknownMember {
				t.Errorf("%s: %v: %s", file, w.Path, w.Text)
			}
		}
		for _, v := range report.Violations {
			if !strings.Contains(v.Value, "__") && !strings.Contains(v.Value, "{key0=") && v.Value != "'1'" {
				t.Errorf("%s: %v", file, v)
			}
		}
	}
}

func TestDefaultsDescribe(t *testing.T) {
	t.Parallel()
	got := Defaults(with(t, "AlgorithmSpecification.Nonsense", `1`, "StoppingCondition", "", "SessionChainingConfig",
		`{"EnableSessionTagChaining":true}`, "AlgorithmSpecification.MetricDefinitions", `[{"Name":"a","Regex":"b"}]`))
	for name, v := range map[string]any{
		"TrainingJobArn":    TrainingJobARN("us-east-1", "123456789012", text(got, "TrainingJobName")),
		"TrainingJobStatus": "InProgress", "SecondaryStatus": "Starting", "CreationTime": json.Number("1795519271.764"),
	} {
		got[name] = v
	}
	if err := CheckResponse("DescribeTrainingJob", got); err != nil {
		t.Error(err)
	}
	want := request(t)
	for _, name := range []string{"Tags"} {
		delete(want, name)
	}
	merge(want, decode(t, `{
		"TrainingJobArn": "arn:aws:sagemaker:us-east-1:123456789012:training-job/xgboost-2026-11-25-09-30-15-123",
		"TrainingJobStatus": "InProgress", "SecondaryStatus": "Starting", "CreationTime": 1795519271.764,
		"ModelArtifacts": {"S3ModelArtifacts": "s3://sagemaker-us-east-1-123456789012/output/xgboost-2026-11-25-09-30-15-123/output/model.tar.gz"},
		"StoppingCondition": {"MaxRuntimeInSeconds": 86400},
		"OutputDataConfig": {"KmsKeyId": "", "CompressionType": "GZIP"},
		"AlgorithmSpecification": {"EnableSageMakerMetricsTimeSeries": true, "MetricDefinitions": [{"Name": "a", "Regex": "b"}]},
		"EnableNetworkIsolation": false, "EnableInterContainerTrafficEncryption": false, "EnableManagedSpotTraining": false,
		"ProfilingStatus": "Disabled"}`))
	for _, c := range want["InputDataConfig"].([]any) {
		merge(c.(map[string]any), decode(t, `{"CompressionType": "None", "RecordWrapperType": "None",
			"DataSource": {"S3DataSource": {"S3DataDistributionType": "FullyReplicated"}}}`))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Defaults (-want +got):\n%s", diff)
	}
}

func merge(into, from map[string]any) {
	for k, v := range from {
		if sub, ok := v.(map[string]any); ok && into[k] != nil {
			merge(into[k].(map[string]any), sub)
			continue
		}
		into[k] = v
	}
}

// The request must stay as it came: it is stored and compared.
func TestDefaultsCopies(t *testing.T) {
	t.Parallel()
	tree := request(t)
	full := Defaults(tree)
	full["HyperParameters"].(map[string]any)["eta"] = "9"
	if diff := cmp.Diff(request(t), tree); diff != "" {
		t.Errorf("request changed (-before +after):\n%s", diff)
	}
}

func TestModelArtifactUncompressed(t *testing.T) {
	t.Parallel()
	tree := with(t, "OutputDataConfig.CompressionType", `"NONE"`)
	want := "s3://sagemaker-us-east-1-123456789012/output/xgboost-2026-11-25-09-30-15-123/output/model/"
	if got := ModelArtifact(tree); got != want {
		t.Errorf("ModelArtifact = %q, want %q", got, want)
	}
}

func TestCheckResponse(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ op, body, want string }{
		{"StopTrainingJob", `{}`, ""},
		{"StopTrainingJob", `{"A":1}`, "no output"},
		{"CreateTrainingJob", `{"TrainingJobArn":"arn:aws:sagemaker:us-east-1:123456789012:training-job/a"}`, ""},
		{"CreateTrainingJob", `{}`, "Value null at 'trainingJobArn'"},
		{"CreateTrainingJob", `{"TrainingJobArn":"arn:aws:s3:::a"}`, "pattern"},
		{"ListTags", `{"Tags":null}`, "null instead of absent"},
		{"ListTags", `{"Tags":[{"Key":"a","Value":"b","More":1}]}`, `Tag has no member "More"`},
		{"ListTags", `{"Tags":{}}`, "Tags: Start of structure"},
		{"DescribeSoup", `{}`, "UnknownOperationException"},
	} {
		err := CheckResponse(test.op, decode(t, test.body))
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("CheckResponse(%s, %s) = %v, want %q", test.op, test.body, err, test.want)
		}
	}
}

func TestARN(t *testing.T) {
	t.Parallel()
	for region, want := range map[string]string{
		"us-east-1":       "arn:aws:sagemaker:us-east-1:123456789012:training-job/a-B",
		"cn-north-1":      "arn:aws-cn:sagemaker:cn-north-1:123456789012:training-job/a-B",
		"us-gov-west-1":   "arn:aws-us-gov:sagemaker:us-gov-west-1:123456789012:training-job/a-B",
		"us-isob-east-1":  "arn:aws-iso-b:sagemaker:us-isob-east-1:123456789012:training-job/a-B",
		"eusc-de-east-1":  "arn:aws-eusc:sagemaker:eusc-de-east-1:123456789012:training-job/a-B",
		"mx-central-1":    "arn:aws:sagemaker:mx-central-1:123456789012:training-job/a-B",
		"us-isof-south-1": "arn:aws-iso-f:sagemaker:us-isof-south-1:123456789012:training-job/a-B",
	} {
		got := TrainingJobARN(region, "123456789012", "a-B")
		if got != want {
			t.Errorf("TrainingJobARN(%s) = %s, want %s", region, got, want)
		}
		arn, err := ParseARN(got)
		if err != nil || arn.String() != want || arn.Type != "training-job" || arn.Name != "a-B" || arn.Region != region {
			t.Errorf("ParseARN(%s) = %+v, %v", got, arn, err)
		}
	}
	for _, bad := range []string{
		"", "arn", "arn:aws:s3:::bucket", "arn:aws:sagemaker:us-east-1:12:training-job/a",
		"arn:aws:sagemaker::123456789012:training-job/a", "arn:aws:sagemaker:us-east-1:123456789012:training-job",
		"arn:aws:sagemaker:us-east-1:123456789012:training-job/", "urn:aws:sagemaker:us-east-1:123456789012:a/b",
	} {
		if arn, err := ParseARN(bad); err == nil {
			t.Errorf("ParseARN(%q) = %+v, want an error", bad, arn)
		}
	}
}

// ValidName is written by hand; the model's pattern is the judge.
func TestValidName(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"", "a", "-", "a-", "-a", "a--b", "a_b", "é", "A9", strings.Repeat("a", 63), strings.Repeat("a", 64),
		strings.Repeat("-", 63), "a" + strings.Repeat("-", 61) + "b", "a b", "a\n",
	} {
		tree := decode(t, `{"TrainingJobName":`+quote(t, name)+`}`)
		if want := Validate("DescribeTrainingJob", tree).Err() == nil; ValidName(name) != want {
			t.Errorf("ValidName(%q) = %v, the model says %v", name, !want, want)
		}
	}
}

func quote(t testing.TB, s string) string {
	t.Helper()
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestNewName(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 25, 10, 30, 15, 0, time.FixedZone("CET", 3600))
	for prefix, want := range map[string]string{
		"xgboost": "xgboost-20261125-093015-", "": "job-20261125-093015-", "--": "job-20261125-093015-",
		"my_model.v2": "my-model-v2-20261125-093015-", "größe": "gr--e-20261125-093015-",
		strings.Repeat("a", 39) + "-bcd": strings.Repeat("a", 39) + "-20261125-093015-",
	} {
		a, b := NewName(prefix, now), NewName(prefix, now)
		if !strings.HasPrefix(a, want) || !ValidName(a) || a == b {
			t.Errorf("NewName(%q) = %q and %q, want two valid names with prefix %q", prefix, a, b, want)
		}
	}
}

func TestErrorTexts(t *testing.T) {
	t.Parallel()
	arn := "arn:aws:sagemaker:us-east-1:123456789012:training-job/a"
	for _, test := range []struct {
		err           *Error
		code, message string
	}{
		{NotFound(), "ValidationException", "Requested resource not found."},
		{NameTaken(arn), "ResourceInUse", "Training job names must be unique within an AWS account and region, and a training job with this name already exists (" + arn + ")"},
		{NotRunning("Completed"), "ValidationException", "The request was rejected because the training job is in status Completed."},
		{LimitExceeded("ml.p3.2xlarge for training job usage", 0, 0, 1), "ResourceLimitExceeded", "The account-level service limit 'ml.p3.2xlarge for training job usage' is 0 Instances, with current utilization of 0 Instances and a request delta of 1 Instances. Please contact AWS support to request an increase for this limit."},
		{TuningNotFound("a"), "ResourceNotFound", "Amazon SageMaker can't find a tuning job called a. Type another name."},
		{TuningNameTaken("a"), "ResourceInUse", "A hyperparameter tuning job with the name, a, already exists. Choose a different name."},
		{NoObjective(), "ValidationException", "A metric is required for this hyperparameter tuning job objective. Provide a metric in the metric definitions."},
		{Throttled(), "ThrottlingException", "Rate exceeded"},
		{InvalidToken("{0}"), "ValidationException", `Invalid pagination token because "{0}".`},
		{UnknownOperation("CreateModel"), "UnknownOperationException", "SageMaker has the operation CreateModel, but this endpoint does not serve it."},
		{UnknownOperation("createModel"), "UnknownOperationException", `SageMaker has no operation "createModel".`},
		{
			NoObjects("s3://b/p/", "us-west-2", "arn:aws:iam::1:role/r", "b"), "ValidationException",
			`No S3 objects found under S3 URL "s3://b/p/" given in input data source. Please ensure that the bucket exists in the selected region (us-west-2), that objects exist under that S3 prefix, and that the role "arn:aws:iam::1:role/r" has "s3:ListBucket" permissions on bucket "b".`,
		},
	} {
		if test.err.Code != test.code || test.err.Message != test.message || test.err.Status != 400 {
			t.Errorf("got %d %s: %s\nwant 400 %s: %s", test.err.Status, test.err.Code, test.err.Message, test.code, test.message)
		}
	}
	var err error = NameTaken(arn)
	if !errors.Is(err, &Error{Code: "ResourceInUse"}) || errors.Is(err, &Error{Code: "ValidationException"}) || errors.Is(NotFound(), NotRunning("Failed")) {
		t.Error("errors.Is does not go by code and message")
	}
	// Terraform looks for these words and this code, the flytekit connector for "non-running".
	for err, words := range map[*Error][]string{
		TuningNotRunning("Completed"): {"already", "non-running", "Completed"},
		TuningNotEnded("InProgress"):  {"not in a terminal state", "InProgress"},
	} {
		for _, w := range words {
			if err.Code != "ValidationException" || !strings.Contains(err.Message, w) {
				t.Errorf("got %v, want a ValidationException with %q", err, w)
			}
		}
	}
	if Internal().Status != 500 {
		t.Error("InternalFailure must have status 500")
	}
}
