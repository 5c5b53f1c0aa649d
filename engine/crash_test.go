package engine_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagefly/sagefly/engine"
)

// serveVariable makes the test binary an engine on the directory it names.
const serveVariable = "SAGEFLY_TEST_SERVE"

func serveUntilKilled(dir string) {
	ctx := context.Background()
	e, err := engine.Open(ctx, engine.Config{Dir: dir})
	if err == nil {
		addr := "" // the last one's
		if e.Addr() == "" {
			addr = "127.0.0.1:0" // not the default's, which an engine of another test would take while this one is dead
		}
		err = e.Listen(ctx, addr)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(e.Addr())
	select {}
}

// child starts the test binary as an engine, with more variables, and returns its clients and its process.
func child(t *testing.T, dir string, env ...string) (*site, *exec.Cmd) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(append(os.Environ(), serveVariable+"="+dir), env...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	addr, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("engine did not start: %v", err)
	}
	config := engine.AWSConfig(strings.TrimSpace(addr), "")
	return &site{
		sagemaker: sagemaker.NewFromConfig(config),
		s3:        s3.NewFromConfig(config, func(o *s3.Options) { o.UsePathStyle = true }),
	}, cmd
}

func kill9(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // it was killed
}

// The engine is killed at twelve moments of a job's life, from the create's answer to after its end. Each time the
// next engine completes the job: it ran exactly once, and its history has no gap.
func TestKillAtAnyMoment(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts many engines")
	}
	random := rand.New(rand.NewPCG(1, 2)) // the moments are the same in every run, as far as a machine can keep time
	for i := range 12 {
		wait := time.Duration(i)*40*time.Millisecond + time.Duration(random.IntN(40))*time.Millisecond
		t.Run(wait.String(), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			ran := filepath.Join(dir, "ran")
			s, cmd := child(t, dir)
			s.put(t, "x", "")
			r := request("crash")
			r.AlgorithmSpecification.ContainerEntrypoint = []string{
				"/bin/sh", "-c",
				`echo once >> "$0"; sleep 0.2; echo loss=0.25; echo model > "${SAGEMAKER_BASE_DIR:-/opt/ml}/model/weights"`, ran,
			}
			s.create(t, r)
			time.Sleep(wait)
			kill9(t, cmd)
			s, cmd = child(t, dir)
			defer kill9(t, cmd)
			d := s.await(t, "crash", over)
			checkAdopted(t, s, d, ran)
		})
	}
}

func checkAdopted(t *testing.T, s *site, d *sagemaker.DescribeTrainingJobOutput, ran string) {
	t.Helper()
	if d.TrainingJobStatus != types.TrainingJobStatusCompleted {
		t.Fatalf("%s: %s", d.TrainingJobStatus, deref(d.FailureReason))
	}
	if data, err := os.ReadFile(ran); err != nil || string(data) != "once\n" {
		t.Errorf("the program ran %q, %v", data, err)
	}
	if want := []string{"Starting", "Downloading", "Training", "Uploading", "Completed"}; !slices.Equal(walk(d), want) {
		t.Errorf("history %v", walk(d))
	}
	tr := d.SecondaryStatusTransitions
	for i := range tr[1:] {
		if !tr[i].EndTime.Equal(*tr[i+1].StartTime) {
			t.Errorf("gap between %s and %s", tr[i].Status, tr[i+1].Status)
		}
	}
	if len(d.FinalMetricDataList) != 1 || *d.FinalMetricDataList[0].Value != 0.25 {
		t.Errorf("final metrics %v", d.FinalMetricDataList)
	}
	if got := untar(t, s.object(t, *d.ModelArtifacts.S3ModelArtifacts)); got["weights"] != "model\n" {
		t.Errorf("model %v", got)
	}
}

// goOn lets the one job of the directory go on that waits for the file go.
func goOn(t *testing.T, dir string) {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "jobs", "*", "hosts", "*", "ml"))
	if err != nil || len(found) != 1 {
		t.Fatalf("host directories %v, %v", found, err)
	}
	if err := os.WriteFile(filepath.Join(found[0], "go"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
}
