package e2e

import (
	"bufio"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/sagefly/sagefly/internal/testenv"
)

// slowTraining are flags of a training that takes some seconds.
func slowTraining(t *testing.T, name string) []string {
	return []string{
		"train", "xgboost", "--train", filepath.Join(testenv.Root(t), "examples/abalone/abalone.csv"), "--label", "9", "--onehot", "1",
		"--set", "num_round=2500", "--set", "max_depth=8", "--set", "nthread=1", "--name", name,
	}
}

// A server that is killed while it trains, and a train command that is its own engine: the next command adopts the job,
// which completes once, with every round in one log.
func TestKilledEngineIsSucceeded(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"serve", "train"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			e := &engine{program: testenv.Program(t), data: tempDir(t), home: t.TempDir()}
			args := slowTraining(t, "killed")
			if how == "serve" {
				e.killDuring(t, []string{"serve", "--addr", "127.0.0.1:0"}, append(args, "--detach"))
			} else {
				e.killDuring(t, args, nil)
			}
			e.sagefly(t, "wait", "killed")
			e.checkWhole(t, "killed")
		})
	}
}

// killDuring starts owner, then runs client, and kills owner when the job has trained a while.
func (e *engine) killDuring(t *testing.T, owner, client []string) {
	t.Helper()
	cmd := exec.Command(e.program, append(owner, "--data", e.data)...)
	cmd.Env = e.bare(t)
	out, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout = nil
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if client == nil {
		for lines := bufio.NewScanner(out); lines.Scan() && !strings.Contains(lines.Text(), "[30]\t"); {
		}
	} else {
		e.awaitOwner(t)
		e.sagefly(t, client...)
		for !strings.Contains(e.sagefly(t, "logs", "killed"), "[30]\t") {
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // it was killed
}

// awaitOwner returns when the data directory has a server.
func (e *engine) awaitOwner(t *testing.T) {
	t.Helper()
	for range 1000 {
		cmd := exec.Command(e.program, "env", "--format", "json", "--data", e.data)
		cmd.Env = e.bare(t)
		var stderr strings.Builder
		cmd.Stderr = &stderr
		if cmd.Run() == nil && !strings.Contains(stderr.String(), "no engine runs") {
			return
		}
	}
	t.Fatal("the server did not come up")
}

var round = regexp.MustCompile(`(?m)^\[(\d+)\]\t`)

func (e *engine) checkWhole(t *testing.T, name string) {
	t.Helper()
	var job struct {
		TrainingJobStatus          string
		SecondaryStatusTransitions []struct{ Status string }
	}
	if err := json.Unmarshal([]byte(e.sagefly(t, "show", name, "--json")), &job); err != nil {
		t.Fatal(err)
	}
	if job.TrainingJobStatus != "Completed" || len(job.SecondaryStatusTransitions) != 5 {
		t.Errorf("%s: %v", job.TrainingJobStatus, job.SecondaryStatusTransitions)
	}
	rounds := round.FindAllStringSubmatch(e.sagefly(t, "logs", name), -1)
	if len(rounds) != 2500 {
		t.Errorf("%d rounds in the log, want 2500", len(rounds))
	}
	for i, m := range rounds {
		if m[1] != strconv.Itoa(i) {
			t.Fatalf("round %d of the log is %s", i, m[1])
		}
	}
}
