package e2e

import (
	"encoding/json"
	"os/exec"
	"strings"
	"testing"

	"github.com/sagefly/sagefly/internal/testenv"
)

// digitsRun is what the example prints.
type digitsRun struct {
	TrainingJobName   string
	TrainingJobStatus string
	Output            struct {
		Accuracy    float64
		Images      int
		Host, Model string
	}
}

// digits runs the example as its README says, on an engine of its own.
func digits(t *testing.T, variables ...string) digitsRun {
	t.Helper()
	cmd := exec.Command("go", "run", "./examples/digits", "run", "--json")
	cmd.Dir = testenv.Root(t)
	cmd.Env = append(append(cmd.Environ(), "CGO_ENABLED=0", "SAGEFLY_DATA="+tempDir(t)), variables...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go run ./examples/digits: %v\n%s\n%s", err, out, stderr.String())
	}
	var r digitsRun
	if err := json.Unmarshal(out, &r); err != nil { // one object and nothing else
		t.Fatalf("stdout is %q: %v", out, err)
	}
	return r
}

// Two hosts train together on real images, and rank 0's values come back, or those of the host that the predicate chooses.
func TestDigits(t *testing.T) {
	t.Parallel()
	for host, variables := range map[string][]string{"algo-1": nil, "algo-2": {"DIGITS_HOST=algo-2"}} {
		t.Run(host, func(t *testing.T) { // one after the other: first jobs of two engines have the same loopback addresses
			r := digits(t, variables...)
			if r.TrainingJobName == "" || r.TrainingJobStatus != "Completed" || r.Output.Accuracy < 0.9 || r.Output.Images != 1438 {
				t.Errorf("printed %+v", r)
			}
			if r.Output.Host != host || !strings.HasSuffix(r.Output.Model, "/model.tar.gz#model.json") {
				t.Errorf("values are of %s with model %s, want those of %s", r.Output.Host, r.Output.Model, host)
			}
		})
	}
}
