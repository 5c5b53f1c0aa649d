package e2e

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
)

// The demo's figure is the one that Python's own library gives on the same rows with the same parameters.
func TestDemoEqualsPython(t *testing.T) {
	t.Parallel()
	e := serve(t)
	var job struct{ TrainingJobName, TrainingJobStatus string }
	if out := e.sagefly(t, "demo", "--json"); json.Unmarshal([]byte(out), &job) != nil || job.TrainingJobStatus != "Completed" {
		t.Fatalf("sagefly demo --json printed %s", out)
	}
	ours, python, _ := strings.Cut(strings.TrimSpace(e.python(t, "demo_rmse.py", job.TrainingJobName)), " ")
	if ours != python {
		t.Errorf("validation:rmse is %s, Python's is %s", ours, python)
	}
	if rmse, err := strconv.ParseFloat(ours, 64); err != nil || rmse >= 2.5 {
		t.Errorf("validation:rmse is %s, want below 2.5", ours)
	}
}
