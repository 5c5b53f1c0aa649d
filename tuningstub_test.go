//go:build !sagefly_task

package sagefly_test

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// tuningStub answers the operations of one tuning job as AWS documents them, and S3's reads.
type tuningStub struct {
	status  string           // of the tuning job; "" = InProgress
	reason  string           // FailureReason
	best    string           // BestTrainingJob
	trials  []map[string]any // HyperParameterTrainingJobSummary
	objects map[string]string

	mu      sync.Mutex
	created map[string]any // CreateHyperParameterTuningJob
	stops   int
}

func (s *tuningStub) start(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return server.URL
}

func (s *tuningStub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, op, isAPI := strings.Cut(r.Header.Get("X-Amz-Target"), "SageMaker.")
	if !isAPI {
		s.object(w, r)
		return
	}
	var in map[string]any
	_ = json.NewDecoder(r.Body).Decode(&in)
	code, answer := s.answer(op, in)
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(answer)
}

func (s *tuningStub) object(w http.ResponseWriter, r *http.Request) {
	text, ok := s.objects[strings.TrimPrefix(r.URL.Path, "/")]
	if r.Method != http.MethodGet || !ok {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	_, _ = w.Write([]byte(text))
}

const tuningARN = "arn:aws:sagemaker:us-east-1:000000000000:hyper-parameter-tuning-job/"

func (s *tuningStub) answer(op string, in map[string]any) (int, map[string]any) {
	switch op {
	case "CreateHyperParameterTuningJob":
		if s.created != nil {
			name := s.created["HyperParameterTuningJobName"].(string)
			return 400, map[string]any{"__type": "ResourceInUse", "Message": "A hyperparameter tuning job with the name, " + name + ", already exists. Choose a different name."}
		}
		s.created = in
		return 200, map[string]any{"HyperParameterTuningJobArn": tuningARN + in["HyperParameterTuningJobName"].(string)}
	case "DescribeHyperParameterTuningJob":
		return 200, s.describe()
	case "ListTags":
		return 200, map[string]any{"Tags": s.created["Tags"]}
	case "ListTrainingJobsForHyperParameterTuningJob":
		return 200, map[string]any{"TrainingJobSummaries": s.trials}
	case "StopHyperParameterTuningJob":
		s.stops++
		if s.status != "" {
			return 400, map[string]any{"__type": "ValidationException", "message": "it is in a state in which it cannot be stopped"}
		}
		return 200, map[string]any{}
	case "DescribeTrainingJob":
		return s.trial(in["TrainingJobName"])
	}
	return 400, map[string]any{"__type": "UnknownOperationException"}
}

// describe is the request with what the service adds.
func (s *tuningStub) describe() map[string]any {
	d := maps.Clone(s.created)
	delete(d, "Tags")
	definition := maps.Clone(d["TrainingJobDefinition"].(map[string]any))
	static := maps.Clone(definition["StaticHyperParameters"].(map[string]any))
	static["_tuning_objective_metric"] = "loss"
	definition["StaticHyperParameters"], d["TrainingJobDefinition"] = static, definition
	d["HyperParameterTuningJobArn"], d["CreationTime"] = tuningARN+d["HyperParameterTuningJobName"].(string), 1795519271
	d["TrainingJobStatusCounters"] = map[string]any{}
	if d["HyperParameterTuningJobStatus"] = "InProgress"; s.status != "" {
		d["HyperParameterTuningJobStatus"] = s.status
	}
	if s.reason != "" {
		d["FailureReason"] = s.reason
	}
	hollow := 0
	for _, t := range s.trials {
		if t["TrainingJobName"] == s.best {
			d["BestTrainingJob"] = t
		}
		if t["ObjectiveStatus"] == "Failed" && t["TrainingJobStatus"] == "Completed" {
			hollow++
		}
	}
	d["ObjectiveStatusCounters"] = map[string]any{"Failed": hollow}
	return d
}

func (s *tuningStub) trial(name any) (int, map[string]any) {
	for _, t := range s.trials {
		if t["TrainingJobName"] == name {
			d := maps.Clone(t)
			d["SecondaryStatus"] = t["TrainingJobStatus"]
			d["ModelArtifacts"] = map[string]any{"S3ModelArtifacts": "s3://out/" + name.(string) + "/output/model.tar.gz"}
			d["OutputDataConfig"] = map[string]any{"S3OutputPath": "s3://out"}
			d["FinalMetricDataList"] = []any{map[string]any{"MetricName": "loss", "Value": 0.5, "Timestamp": 1795519271}}
			return 200, d
		}
	}
	return 400, map[string]any{"__type": "ValidationException", "message": "Requested resource not found."}
}

func errorAs[E error](err error) (E, bool) { return errors.AsType[E](err) }

func credential() aws.CredentialsProvider {
	return credentials.NewStaticCredentialsProvider(secondKey, secondSecret, "")
}
