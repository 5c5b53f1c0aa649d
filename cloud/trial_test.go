package cloud

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/google/go-cmp/cmp"
)

// list answers ListTrainingJobsForHyperParameterTuningJob with names, by pages.
type list struct {
	names []string
	asked []map[string]any
}

func (l *list) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in map[string]any
	_ = json.NewDecoder(r.Body).Decode(&in)
	l.asked = append(l.asked, in)
	token, _ := in["NextToken"].(string)
	from, _ := strconv.Atoi(token)
	to := min(from+int(in["MaxResults"].(float64)), len(l.names))
	out := map[string]any{}
	var page []any
	for _, name := range l.names[from:to] {
		page = append(page, map[string]any{
			"TrainingJobName": name, "TrainingJobArn": "arn:aws:sagemaker:us-east-1:000000000000:training-job/" + name, "CreationTime": 1795519271,
			"TrainingJobStatus": "Completed", "TunedHyperParameters": map[string]any{"x": "1"},
		})
	}
	if out["TrainingJobSummaries"] = page; to < len(l.names) {
		out["NextToken"] = strconv.Itoa(to)
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	_ = json.NewEncoder(w).Encode(out)
}

// All pages come together, in the order of the trials' numbers: AWS's times are whole seconds, and behind number 999 names do not sort.
func TestTrials(t *testing.T) {
	t.Parallel()
	var want []string
	for n := range 1005 {
		want = append(want, fmt.Sprintf("search-1-%03d-%08x", n+1, uint32(n)*2654435761))
	}
	stub := &list{names: slices.Clone(want)}
	slices.Sort(stub.names)
	server := httptest.NewServer(stub)
	t.Cleanup(server.Close)
	config := aws.Config{Region: "us-east-1", BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("a", "b", "")}
	trials, err := Trials(t.Context(), config, "search-1")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, one := range trials {
		got = append(got, *one.TrainingJobName)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if len(stub.asked) != 11 || stub.asked[0]["HyperParameterTuningJobName"] != "search-1" || stub.asked[0]["SortBy"] != "CreationTime" {
		t.Errorf("%d requests, the first %v", len(stub.asked), stub.asked[0])
	}
}

func TestTrialNumber(t *testing.T) {
	t.Parallel()
	// unit-testing-hpo-job-001-589e2e9f is a name that AWS gave.
	for name, want := range map[string]int{
		"unit-testing-hpo-job-001-589e2e9f": 1, "s-1234-00000000": 1234, "s-000-00000000": 0, "s-01-00000000": 0, "s-001-0000000": 0, "001-00000000": 0, "": 0,
	} {
		if got := TrialNumber(name); got != want {
			t.Errorf("%s: %d, want %d", name, got, want)
		}
	}
}
