package e2e

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
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

// digits runs the example as its README says, on the engine of a data directory.
func digits(t *testing.T, data string, variables []string, args ...string) digitsRun {
	t.Helper()
	cmd := exec.Command("go", append([]string{"run", "./examples/digits", "run", "--json"}, args...)...)
	cmd.Dir = testenv.Root(t)
	cmd.Env = append(append(cmd.Environ(), "CGO_ENABLED=0", "SAGEFLY_DATA="+data), variables...)
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
			r := digits(t, tempDir(t), variables)
			if r.TrainingJobName == "" || r.TrainingJobStatus != "Completed" || r.Output.Accuracy < 0.9 || r.Output.Images != 1438 {
				t.Errorf("printed %+v", r)
			}
			if r.Output.Host != host || !strings.HasSuffix(r.Output.Model, "/model.tar.gz#model.json") {
				t.Errorf("values are of %s with model %s, want those of %s", r.Output.Host, r.Output.Model, host)
			}
		})
	}
}

// A run goes on from another's checkpoint: it trains only the epochs that are left, and ends with the model of one that did them all.
func TestDigitsGoOn(t *testing.T) {
	t.Parallel()
	data := tempDir(t)
	run := func(out string, args ...string) (job, model string) {
		t.Helper()
		r := digits(t, data, nil, append(args, "--out", out)...)
		file, err := os.ReadFile(filepath.Join(out, "model.json"))
		if err != nil {
			t.Fatal(err)
		}
		return r.TrainingJobName, string(file)
	}
	_, whole := run(filepath.Join(data, "whole"), "--epochs", "9")
	half, _ := run(filepath.Join(data, "half"), "--epochs", "4")
	rest, model := run(filepath.Join(data, "rest"), "--epochs", "9", "--checkpoints", "s3://sagemaker-us-east-1-000000000000/sagefly/checkpoints/"+half)
	if model != whole {
		t.Error("4 epochs and 5 more give another model than 9")
	}
	logs := exec.Command(testenv.Program(t), "logs", rest)
	logs.Env = append(logs.Environ(), "SAGEFLY_DATA="+data)
	text, err := logs.Output()
	if n := strings.Count(string(text), "validation:accuracy="); err != nil || n != 5 {
		t.Errorf("the second run trained %d epochs, want 5 (%v)\n%s", n, err, text)
	}
}
