package engine_test

import (
	"encoding/json"
	"maps"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagefly/sagefly/engine"
	"github.com/sagefly/sagefly/internal/testenv"
)

// The example's image, built by docker as its README says, trains on two hosts. The points lie on y = 2x+1, so that is the line,
// and its loss is 0.
func TestExampleDockerfile(t *testing.T) {
	t.Parallel()
	base := testenv.PythonImage(t)
	image := buildExample(t, base)
	s := start(t, engine.Config{Docker: testenv.Docker(t), Slots: 2})
	s.put(t, "points/a.csv", "-1,-1\n0,1\n")
	s.put(t, "points/b.csv", "1,3\n2,5\n")
	r := hosts(2, request("line"))
	r.AlgorithmSpecification.TrainingImage, r.AlgorithmSpecification.ContainerEntrypoint = &image, nil
	r.HyperParameters = map[string]string{"epochs": "500", "learning-rate": "0.1"}
	r.InputDataConfig = []types.Channel{channel("train", "s3://bucket/points/")}
	s.create(t, r)
	d := s.await(t, "line", over)
	logs := s.hostLogs(t, "line")
	if d.TrainingJobStatus != types.TrainingJobStatusCompleted {
		t.Fatalf("%s: %s\n%v", d.TrainingJobStatus, aws.ToString(d.FailureReason), logs)
	}
	if m := d.FinalMetricDataList; len(m) != 1 || *m[0].MetricName != "loss" || *m[0].Value != 0 {
		t.Errorf("metrics %+v, want loss 0", m)
	}
	model := untar(t, s.object(t, *d.ModelArtifacts.S3ModelArtifacts))
	for _, host := range []string{"algo-1", "algo-2"} {
		if want := host + " of 2: 4 rows"; !strings.Contains(logs[host], want) {
			t.Errorf("the log of %s lacks %q:\n%s", host, want, logs[host])
		}
		checkLine(t, host, model["line-"+host+".json"])
	}
	if len(model) != 2 {
		t.Errorf("the model has %v", slices.Sorted(maps.Keys(model)))
	}
}

func checkLine(t *testing.T, host, text string) {
	t.Helper()
	var line struct{ Slope, Intercept float64 }
	if err := json.Unmarshal([]byte(text), &line); err != nil {
		t.Errorf("the model of %s is %q: %v", host, text, err)
		return
	}
	if math.Abs(line.Slope-2) > 1e-6 || math.Abs(line.Intercept-1) > 1e-6 {
		t.Errorf("the model of %s is %+v, want y = 2x+1", host, line)
	}
}

// buildExample builds examples/docker with the docker command and returns the image's name. The command's plain builder needs
// no plug-in.
func buildExample(t *testing.T, base string) string {
	t.Helper()
	docker, err := exec.LookPath("docker")
	testenv.Require(t, err == nil, "the docker command", "installing it (Debian: apt-get install docker.io)")
	root, dir := testenv.Root(t), t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(root, "examples", "docker"))); err != nil {
		t.Fatal(err)
	}
	run := func(dir string, env []string, command ...string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), command[0], command[1:]...)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", strings.Join(command, " "), err, out)
		}
	}
	const image = "sagefly-test/line:1"
	run(root, []string{"CGO_ENABLED=0"}, "go", "build", "-o", filepath.Join(dir, "sagefly-train"), "./cmd/sagefly-train")
	run(dir, []string{"DOCKER_BUILDKIT=0", "DOCKER_HOST=" + testenv.Docker(t)}, docker, "build", "--build-arg", "BASE="+base, "-t", image, ".")
	return image
}

// hostLogs are what the hosts of a job printed.
func (s *site) hostLogs(t *testing.T, job string) map[string]string {
	t.Helper()
	client := cloudwatchlogs.NewFromConfig(s.AWSConfig(""))
	group := "/aws/sagemaker/TrainingJobs"
	events, err := client.FilterLogEvents(t.Context(), &cloudwatchlogs.FilterLogEventsInput{LogGroupName: &group, LogStreamNamePrefix: new(job + "/")})
	if err != nil {
		t.Fatal(err)
	}
	logs := map[string]string{}
	for _, e := range events.Events {
		host := strings.TrimPrefix(*e.LogStreamName, job+"/")
		host = host[:strings.LastIndexByte(host, '-')] // NAME-TIME
		logs[host] += *e.Message + "\n"
	}
	return logs
}
