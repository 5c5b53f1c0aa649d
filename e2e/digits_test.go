package e2e

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
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

// A job that is stopped in the midst of its training is Stopped, and the next one goes on behind its last checkpoint: together they train each epoch
// once and end, on either host, with the model of a job that nobody stopped.
func TestDigitsStoppedInTheMidst(t *testing.T) {
	t.Parallel()
	e := serve(t)
	program := e.buildDigits(t)
	e.in(t, t.TempDir(), program, "run", "--detach", "--name", "first", "--epochs", "1000000")
	e.stopAfter(t, "first", 5)
	const place = "s3://sagemaker-us-east-1-000000000000/sagefly/checkpoints/first"
	var saved struct{ Epoch int }
	decode(t, e.aws(t, "s3", "cp", place+"/digits.json", "-"), &saved)
	if done := e.epochs(t, "first"); saved.Epoch < 5 || saved.Epoch != done {
		t.Errorf("the checkpoint is of epoch %d, of %d that were trained", saved.Epoch, done)
	}
	all := strconv.Itoa(saved.Epoch + 20)
	e.more = append(e.more, "DIGITS_HOST=algo-2") // which reads no checkpoint: it has it from algo-1
	rest, model := e.digitsModel(t, program, "--epochs", all, "--checkpoints", place)
	if rest.Output.Host != "algo-2" || rest.Output.Accuracy < 0.9 {
		t.Errorf("the second run printed %+v", rest)
	}
	if n := e.epochs(t, rest.TrainingJobName); n != 20 {
		t.Errorf("the second run trained %d epochs, want the 20 that were left", n)
	}
	e.more = nil
	if whole, want := e.digitsModel(t, program, "--epochs", all); model != want || whole.Output.Host != "algo-1" {
		t.Errorf("the model differs from that of a run that nobody stopped: %+v", whole)
	}
}

// stopAfter stops a running example after some epochs and waits for its end, which is to be Stopped.
func (e *engine) stopAfter(t *testing.T, job string, epochs int) {
	t.Helper()
	follow := exec.Command(e.program, "logs", "--follow", job, "--data", e.data)
	follow.Env = e.bare(t)
	out, err := follow.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := follow.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if strings.Contains(lines.Text(), "train:loss=") {
			if epochs--; epochs == 0 {
				e.sagefly(t, "stop", job)
			}
		}
	}
	_ = follow.Wait() // the wait below has the job's end
	wait := exec.Command(e.program, "wait", job, "--data", e.data)
	wait.Env = e.bare(t)
	const stopped = 5
	if said, err := wait.CombinedOutput(); wait.ProcessState.ExitCode() != stopped {
		t.Fatalf("sagefly wait: %v, want exit code %d\n%s", err, stopped, said)
	}
}

// epochs is how many a job has trained, by its log.
func (e *engine) epochs(t *testing.T, job string) int {
	t.Helper()
	return strings.Count(e.sagefly(t, "logs", job), "train:loss=")
}

// digitsModel runs the example and returns what it printed and the model.
func (e *engine) digitsModel(t *testing.T, program string, args ...string) (r digitsRun, model string) {
	t.Helper()
	dir := t.TempDir()
	decode(t, e.in(t, dir, program, append([]string{"run", "--json", "--out", "out"}, args...)...), &r)
	data, err := os.ReadFile(filepath.Join(dir, "out", "model.json"))
	if err != nil {
		t.Fatal(err)
	}
	return r, string(data)
}
