package engine_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/sagefly/sagefly/api"
	"github.com/sagefly/sagefly/engine"
	"github.com/sagefly/sagefly/engine/runner/fake"
)

func asOwned(err error) (*engine.OwnedError, bool) { return errors.AsType[*engine.OwnedError](err) }

const signature = "AWS4-HMAC-SHA256 Credential=AKID/20261125/us-east-1/%s/aws4_request, SignedHeaders=host;x-amz-date, Signature=" +
	"0000000000000000000000000000000000000000000000000000000000000000"

// raw keeps enough connections open for the benchmarks.
var raw = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}

// send sends a raw request; service "" leaves it unsigned.
func (s *site) send(t testing.TB, service, target, body string, change func(*http.Request)) (int, []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+s.Addr()+"/", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if service != "" {
		r.Header.Set("Authorization", fmt.Sprintf(signature, service))
		r.Header.Set("X-Amz-Date", "20261125T090000Z")
	}
	if target != "" {
		r.Header.Set("X-Amz-Target", target)
	}
	if change != nil {
		change(r)
	}
	resp, err := raw.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, data
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	s := start(t, engine.Config{Runner: fake.New(fake.Config{})})
	const describe = "SageMaker.DescribeTrainingJob"
	tests := map[string]struct {
		service, target, body string
		change                func(*http.Request)
		status                int
		code, text            string
	}{
		"unsigned":          {"", describe, "{}", nil, 400, "MissingAuthenticationTokenException", "Missing Authentication Token"},
		"half a signature":  {"", describe, "{}", header("Authorization", "AWS4-HMAC-SHA256 Credential=x"), 403, "IncompleteSignatureException", ""},
		"foreign Host":      {"sagemaker", describe, "{}", func(r *http.Request) { r.Host = "evil.example:8717" }, 403, "AccessDeniedException", "evil.example"},
		"rebound Host":      {"sagemaker", describe, "{}", func(r *http.Request) { r.Host = "localhost.evil.example" }, 403, "AccessDeniedException", ""},
		"web page":          {"sagemaker", describe, "{}", header("Origin", "https://evil.example"), 403, "AccessDeniedException", "evil.example"},
		"malformed JSON":    {"sagemaker", describe, `{"TrainingJobName":`, nil, 400, "SerializationException", ""},
		"JSON of no object": {"sagemaker", describe, `[1]`, nil, 400, "SerializationException", ""},
		"wrong type":        {"sagemaker", describe, `{"TrainingJobName":5}`, nil, 400, "SerializationException", ""},
		"logs: wrong type":  {"logs", "Logs_20140328.GetLogEvents", `{"limit":1e39}`, nil, 400, "SerializationException", "NUMBER_VALUE can not be converted to an Integer"},
		"missing member": {
			"sagemaker", describe, `{}`, nil, 400, "ValidationException",
			"1 validation error detected: Value null at 'trainingJobName' failed to satisfy constraint: Member must not be null",
		},
		"50 MB":                 {"sagemaker", describe, strings.Repeat("x", 50<<20), nil, 413, "RequestEntityTooLargeException", "4194304"},
		"unknown operation":     {"sagemaker", "SageMaker.Nonsense", "{}", nil, 400, "UnknownOperationException", "Nonsense"},
		"operation not served":  {"sagemaker", "SageMaker.CreateEndpoint", "{}", nil, 400, "UnknownOperationException", "does not serve it"},
		"no target":             {"sagemaker", "", "{}", nil, 400, "UnknownOperationException", "X-Amz-Target"},
		"service not served":    {"dynamodb", "DynamoDB.ListTables", "{}", nil, 400, "UnknownOperationException", "dynamodb"},
		"logs: unknown group":   {"logs", "Logs_20140328.GetLogEvents", `{"logGroupName":"x"}`, nil, 400, "ResourceNotFoundException", "log group"},
		"logs: bad page token":  {"logs", "Logs_20140328.DescribeLogStreams", `{"logGroupName":"/aws/sagemaker/TrainingJobs","nextToken":"x"}`, nil, 400, "InvalidParameterException", ""},
		"logs: write is no use": {"logs", "Logs_20140328.PutLogEvents", `{}`, nil, 400, "UnknownOperationException", "PutLogEvents"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status, body := s.send(t, tt.service, tt.target, tt.body, tt.change)
			var e struct {
				Code    string `json:"__type"`
				Message string `json:"message"`
			}
			if err := json.Unmarshal(body, &e); err != nil {
				t.Fatalf("answer %q: %v", body, err)
			}
			if status != tt.status || e.Code != tt.code || !strings.Contains(e.Message, tt.text) {
				t.Errorf("%d %s %q; want %d %s with %q", status, e.Code, e.Message, tt.status, tt.code, tt.text)
			}
		})
	}
}

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

// Every answer has the members that the service model requires and none that it lacks.
func TestAnswersFitTheModel(t *testing.T) {
	t.Parallel()
	s := start(t, engine.Config{Runner: scripted(fake.Script{Lines: []fake.Line{{Text: "loss=1"}}})})
	s.put(t, "x", "")
	body, err := json.Marshal(map[string]any{
		"TrainingJobName": "model", "RoleArn": "arn:aws:iam::000000000000:role/r",
		"AlgorithmSpecification": map[string]any{
			"TrainingImage": "i", "TrainingInputMode": "File", "ContainerEntrypoint": []string{"/bin/true"},
			"MetricDefinitions": []any{map[string]any{"Name": "loss", "Regex": "loss=(.*)"}},
		},
		"OutputDataConfig":  map[string]any{"S3OutputPath": "s3://bucket/out"},
		"ResourceConfig":    map[string]any{"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 1},
		"StoppingCondition": map[string]any{}, "VpcConfig": nil,
		"Tags": []any{map[string]any{"Key": "a", "Value": "b"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	check := func(operation, body string) {
		t.Helper()
		status, answer := s.send(t, "sagemaker", "SageMaker."+operation, body, nil)
		if status != http.StatusOK {
			t.Fatalf("%s: %d %s", operation, status, answer)
		}
		tree := map[string]any{}
		if len(bytes.TrimSpace(answer)) > 0 {
			tree = decodeJSON(t, answer)
		}
		if err := api.CheckResponse(operation, tree); err != nil {
			t.Errorf("%s: %v\n%s", operation, err, answer)
		}
	}
	check("CreateTrainingJob", string(body))
	check("DescribeTrainingJob", `{"TrainingJobName":"model"}`)
	s.await(t, "model", over)
	check("DescribeTrainingJob", `{"TrainingJobName":"model"}`)
	check("ListTrainingJobs", `{"SortBy":"Status","StatusEquals":"Completed","CreationTimeAfter":1e9}`)
	check("ListTags", `{"ResourceArn":"arn:aws:sagemaker:us-east-1:000000000000:training-job/model"}`)
	check("AddTags", `{"ResourceArn":"arn:aws:sagemaker:us-east-1:000000000000:training-job/model","Tags":[{"Key":"c","Value":"d"}]}`)
	check("DeleteTags", `{"ResourceArn":"arn:aws:sagemaker:us-east-1:000000000000:training-job/model","TagKeys":["a"]}`)
	check("DeleteTrainingJob", `{"TrainingJobName":"model"}`)
}

func TestHealthNeedsNoSignature(t *testing.T) {
	t.Parallel()
	s := start(t, engine.Config{Runner: fake.New(fake.Config{})})
	resp, err := http.Get("http://" + s.Addr() + "/_/health") //nolint:noctx // a test
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var h map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&h); err != nil || h["status"] != "ok" {
		t.Errorf("health %v, %v", h, err)
	}
}

func TestOnlyLoopback(t *testing.T) {
	t.Parallel()
	e, err := engine.Open(t.Context(), engine.Config{Dir: t.TempDir(), Runner: fake.New(fake.Config{})})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	for _, addr := range []string{"0.0.0.0:0", ":0", "192.0.2.1:80"} {
		if err := e.Listen(t.Context(), addr); !errors.Is(err, engine.ErrNotLoopback) {
			t.Errorf("Listen(%q) = %v, want ErrNotLoopback", addr, err)
		}
	}
}
