//go:build !sagefly_task

package sagefly_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/google/go-cmp/cmp"

	"github.com/sagefly/sagefly"
)

// trialSummary is one as AWS lists it.
func trialSummary(n int, status string, loss any, values map[string]any) map[string]any {
	name := fmt.Sprintf("nightly-%03d-0000000%d", n, n)
	s := map[string]any{
		"TrainingJobName": name, "TrainingJobArn": "arn:aws:sagemaker:us-east-1:000000000000:training-job/" + name, "TrainingJobStatus": status,
		"CreationTime": 1795519271 + n, "TrainingStartTime": 1795519275, "TrainingEndTime": 1795519300, "TunedHyperParameters": values, "ObjectiveStatus": "Succeeded",
	}
	if loss == nil {
		s["ObjectiveStatus"] = "Failed"
	} else {
		s["FinalHyperParameterTuningJobObjectiveMetric"] = map[string]any{"MetricName": "loss", "Value": loss}
	}
	return s
}

// document is an output.tar.gz in which one process of valley left values.
func document(t *testing.T, task, host string, values map[string]string) string {
	t.Helper()
	data, err := json.Marshal(map[string]any{"version": 1, "task": task, "host": host, "rank": 1, "values": values, "files": map[string]string{"model": "valley.txt"}})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	if err := w.WriteHeader(&tar.Header{Name: "sagefly/output-" + host + ".json", Mode: 0o644, Size: int64(len(data))}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// searched is a search of valley that the stub answers for.
func searched(t *testing.T, stub *tuningStub) *sagefly.TuningJob[valleyInput, valleyOutput] {
	t.Helper()
	target := local(t)
	request, err := valleySearch.Request(t.Context(), target, valleyInput{Layers: 4, Note: "two\nlines"})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range request.TrainingJobDefinition.InputDataConfig { // the spec, where the stub has it
		uri := *c.DataSource.S3DataSource.S3Uri
		if stub.objects == nil {
			stub.objects = map[string]string{}
		}
		stub.objects[uri[len("s3://"):]] = object(t, target, uri)
	}
	target.AWS.BaseEndpoint = new(stub.start(t))
	if _, err := sagefly.LaunchTuning(t.Context(), target, request, sagefly.StartOptions{Name: "nightly"}); err != nil {
		t.Fatal(err)
	}
	return valleySearch.Attach(target, "nightly")
}

func values(rate, optimizer, momentum string) map[string]any {
	v := map[string]any{"learning_rate": rate, "optimizer": optimizer}
	if momentum != "" {
		v["momentum"] = momentum
	}
	return v
}

// The output is that of the best trial of which one was captured (the design's decision 12), its input is typed, and that the API has another best one is said.
func TestSearchResult(t *testing.T) {
	t.Parallel()
	stub := &tuningStub{status: "Completed", best: "nightly-003-00000003", trials: []map[string]any{
		trialSummary(1, "Completed", 2.25, values("0.5", "sgd", "")),
		trialSummary(2, "Completed", 0.5, values("0.01", "momentum", "0.9")),
		trialSummary(3, "Completed", 0.25, values("0.02", "momentum", "0.8")), // nobody captured
		trialSummary(4, "Failed", nil, values("0.03", "sgd", "")),
		trialSummary(5, "Completed", nil, values("0.04", "sgd", "")), // without an objective
		trialSummary(6, "Completed", "NaN", values("0.05", "sgd", "")),
	}, objects: map[string]string{
		"out/nightly-001-00000001/output/output.tar.gz": document(t, "valley", "algo-2", map[string]string{"loss": "2.25"}),
		"out/nightly-002-00000002/output/output.tar.gz": document(t, "valley", "algo-2", map[string]string{"loss": "0.5", "host": "algo-2"}),
	}}
	r, err := searched(t, stub).Wait(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(valleyInput{Note: "two\nlines", Rate: 0.01, Optimizer: "momentum", Momentum: 0.9, Layers: 4}, r.Best); diff != "" {
		t.Errorf("best input: %s", diff)
	}
	model := "s3://out/nightly-002-00000002/output/model.tar.gz"
	if diff := cmp.Diff(valleyOutput{Loss: 0.5, Host: "algo-2", Model: sagefly.File(model + "#valley.txt")}, r.Output); diff != "" {
		t.Errorf("output: %s", diff)
	}
	got := [...]any{r.Job, r.Trial, r.Ahead, r.Objective, r.Model, r.Metrics["loss"], len(r.Trials), string(r.Describe.HyperParameterTuningJobStatus)}
	if want := [...]any{"nightly", "nightly-002-00000002", "nightly-003-00000003", 0.5, model, 0.5, 6, "Completed"}; got != want {
		t.Errorf("%v, want %v", got, want)
	}
	first := sagefly.Trial[valleyInput]{
		Number: 1, Name: "nightly-001-00000001", Status: "Completed", Input: valleyInput{Note: "two\nlines", Rate: 0.5, Optimizer: "sgd", Layers: 4},
		Values: map[string]string{"learning_rate": "0.5", "optimizer": "sgd"}, Objective: new(2.25), Began: time.Unix(1795519275, 0).UTC(), Ended: time.Unix(1795519300, 0).UTC(),
	}
	if diff := cmp.Diff(first, r.Trials[0]); diff != "" {
		t.Errorf("first trial: %s", diff)
	}
}

// A function that was stopped early may have returned all the same, and what it returned counts.
func TestStoppedTrialCanBeBest(t *testing.T) {
	t.Parallel()
	stub := &tuningStub{status: "Completed", best: "nightly-001-00000001", trials: []map[string]any{
		trialSummary(1, "Stopped", 0.25, values("0.01", "sgd", "")), trialSummary(2, "Completed", 0.5, values("0.02", "sgd", "")),
	}, objects: map[string]string{
		"out/nightly-001-00000001/output/output.tar.gz": document(t, "valley", "algo-2", map[string]string{"loss": "0.25"}),
	}}
	r, err := searched(t, stub).Wait(t.Context())
	if err != nil || r.Trial != "nightly-001-00000001" || r.Ahead != "" || r.Output.Loss != 0.25 {
		t.Errorf("%+v, %v", r, err)
	}
}

// What is read of a single trial is by the same rule.
func TestOutputOfStoppedTrial(t *testing.T) {
	t.Parallel()
	stub := &tuningStub{
		trials:  []map[string]any{trialSummary(1, "Stopped", 0.25, values("0.01", "sgd", ""))},
		objects: map[string]string{"out/nightly-001-00000001/output/output.tar.gz": document(t, "valley", "algo-2", map[string]string{"loss": "0.25"})},
	}
	target := local(t)
	target.AWS.BaseEndpoint = new(stub.start(t))
	job, err := sagemaker.NewFromConfig(target.AWS).DescribeTrainingJob(t.Context(), &sagemaker.DescribeTrainingJobInput{TrainingJobName: new("nightly-001-00000001")})
	if err != nil {
		t.Fatal(err)
	}
	out, err := sagefly.ReadOutput(t.Context(), valleySearch, target, job)
	if got, ok := out.(*valleyOutput); err != nil || !ok || got.Loss != 0.25 {
		t.Errorf("%+v, %v", out, err)
	}
	if _, err := sagefly.ReadOutput(t.Context(), valley, target, job); err == nil {
		t.Error("as a job of the task itself it has not ended well")
	}
}

// Each end of a search that is no good one is an *Error, and what there is is in the result.
func TestSearchEnds(t *testing.T) {
	t.Parallel()
	one := trialSummary(1, "Completed", 0.5, values("0.01", "sgd", ""))
	failed := trialSummary(2, "Failed", nil, values("0.02", "sgd", ""))
	failed["FailureReason"] = "AlgorithmError: Panic: algo-2: index out of nowhere, exit code: 2"
	captured := map[string]string{"out/nightly-001-00000001/output/output.tar.gz": document(t, "valley", "algo-2", map[string]string{"loss": "0.5"})}
	twice := "No training job succeeded after 5 attempts. Please take a look at the training job failures to get more details."
	for name, c := range map[string]struct {
		stub  *tuningStub
		class sagefly.Class
		text  string
		trial string
		hosts int
	}{
		"stopped": {
			&tuningStub{status: "Stopped", trials: []map[string]any{one, failed}, objects: captured},
			sagefly.Stopped, "tuning job nightly: Stopped: the search was stopped", "nightly-001-00000001", 0,
		},
		"failed": {
			&tuningStub{status: "Failed", reason: twice, trials: []map[string]any{failed}},
			sagefly.PanicError, "tuning job nightly: Panic: " + twice + " nightly-002-00000002: AlgorithmError: Panic: algo-2: index out of nowhere", "", 1,
		},
		"failed, with a trial named": {
			&tuningStub{status: "Failed", reason: twice + " Last: nightly-002-00000002: AlgorithmError: …", trials: []map[string]any{one, failed}, objects: captured},
			sagefly.PanicError, "details. Last: nightly-002-00000002: AlgorithmError: …", "nightly-001-00000001", 1,
		},
		"failed itself": {
			&tuningStub{status: "Failed", reason: "ClientError: no such role"},
			sagefly.ClientError, "tuning job nightly: ClientError: ClientError: no such role", "", 0,
		},
		"not captured": {
			&tuningStub{status: "Completed", trials: []map[string]any{one}},
			sagefly.NotCaptured, "of no trial an output was captured. The best, nightly-001-00000001: no process returned values", "", 0,
		},
		"of another task": {
			&tuningStub{status: "Completed", trials: []map[string]any{one}, objects: map[string]string{
				"out/nightly-001-00000001/output/output.tar.gz": document(t, "hill", "algo-2", nil),
			}},
			sagefly.NotCaptured, "the values are of the task hill", "", 0,
		},
		"failed without an objective": {
			&tuningStub{status: "Failed", reason: "No objective metrics found after running 1 training jobs.", trials: []map[string]any{trialSummary(1, "Completed", nil, values("0.01", "sgd", ""))}},
			sagefly.NotCaptured, "NotCaptured: No objective metrics found after running 1 training jobs.", "", 0,
		},
		"no objective": {
			&tuningStub{status: "Completed", trials: []map[string]any{trialSummary(1, "Completed", nil, values("0.01", "sgd", ""))}},
			sagefly.NotCaptured, "none of 1 trials has an objective", "", 0,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := searched(t, c.stub).Wait(t.Context())
			e, ok := errorAs[*sagefly.Error](err)
			if !ok || e.Class != c.class || !e.Search || e.Job != "nightly" || !contains(e.Error(), c.text) || len(e.Hosts) != c.hosts {
				t.Fatalf("%#v: %v", e, err)
			}
			if r.Trial != c.trial || len(r.Trials) != len(c.stub.trials) {
				t.Errorf("trial %q of %d", r.Trial, len(r.Trials))
			}
		})
	}
}

func TestSearchTrialsAndStop(t *testing.T) {
	t.Parallel()
	running := trialSummary(1, "InProgress", nil, values("0.01", "sgd", ""))
	delete(running, "TrainingEndTime")
	stub := &tuningStub{trials: []map[string]any{running}}
	job := searched(t, stub)
	trials, err := job.Trials(t.Context())
	if err != nil || len(trials) != 1 || trials[0].Objective != nil || !trials[0].Ended.IsZero() || trials[0].Input.Rate != 0.01 {
		t.Errorf("%+v, %v", trials, err)
	}
	if err := job.Stop(t.Context()); err != nil || stub.stops != 1 {
		t.Errorf("%v after %d stops", err, stub.stops)
	}
	stub.mu.Lock()
	stub.status = "Completed"
	stub.mu.Unlock()
	if err := job.Stop(t.Context()); err != nil {
		t.Errorf("a search that has ended is left alone: %v", err)
	}
	stub.mu.Lock()
	stub.status = "InProgress" // and yet refuses to stop
	stub.mu.Unlock()
	if err := job.Stop(t.Context()); err == nil || !contains(err.Error(), "stop tuning job nightly") {
		t.Errorf("%v", err)
	}
}
