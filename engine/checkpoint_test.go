package engine_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagefly/sagefly/engine"
	"github.com/sagefly/sagefly/engine/runner"
	"github.com/sagefly/sagefly/engine/runner/fake"
	"github.com/sagefly/sagefly/engine/runner/process"
)

// has says whether the bucket has the object.
func (s *site) has(t *testing.T, key string) bool {
	t.Helper()
	_, err := s.s3.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: new("bucket"), Key: &key})
	if err != nil && !errors.As(err, new(*s3types.NotFound)) {
		t.Fatal(err)
	}
	return err == nil
}

// saving is a job that runs a shell command with checkpoints under s3://bucket/ckpt.
func saving(name, command string) *sagemaker.CreateTrainingJobInput {
	r := request(name)
	r.CheckpointConfig = &types.CheckpointConfig{S3Uri: new("s3://bucket/ckpt")}
	r.AlgorithmSpecification.ContainerEntrypoint = []string{"/bin/sh", "-c", `cd "${SAGEMAKER_BASE_DIR:-/opt/ml}/checkpoints" && ` + command}
	return r
}

func (s *site) stop(t *testing.T, name string) {
	t.Helper()
	if _, err := s.sagemaker.StopTrainingJob(t.Context(), &sagemaker.StopTrainingJobInput{TrainingJobName: &name}); err != nil {
		t.Fatal(err)
	}
}

// A job's checkpoints are in S3 while it runs and complete when it was stopped or failed; the next job begins with them, on every host.
func TestCheckpoints(t *testing.T) {
	t.Parallel()
	s := start(t, engine.Config{})
	s.put(t, "ckpt/earlier", "0")
	s.create(t, saving("first", `trap 'echo last > last; exit 1' TERM; rm earlier; echo 1 > epoch-1; while :; do sleep 0.05; done`))
	s.await(t, "first", func(*sagemaker.DescribeTrainingJobOutput) bool {
		return s.has(t, "ckpt/epoch-1") && !s.has(t, "ckpt/earlier")
	})
	s.stop(t, "first")
	if d := s.await(t, "first", over); d.TrainingJobStatus != types.TrainingJobStatusStopped || *d.CheckpointConfig.S3Uri != "s3://bucket/ckpt" {
		t.Errorf("first: %s, %v", d.TrainingJobStatus, d.CheckpointConfig)
	}
	if got := string(s.object(t, "s3://bucket/ckpt/last")); got != "last\n" {
		t.Errorf("what the job saved at its stop is %q", got)
	}
	r := saving("second", `cat epoch-1 last > "../model/$(grep -o "current_host\"[: ]*\"algo-." ../input/config/resourceconfig.json | tail -c 7)"; test ! -e earlier; echo 2 > epoch-2`)
	r.ResourceConfig.InstanceCount = new(int32(2))
	s.create(t, r)
	d := s.await(t, "second", over)
	if d.TrainingJobStatus != types.TrainingJobStatusCompleted || !s.has(t, "ckpt/epoch-2") {
		t.Errorf("second: %s, its checkpoint stored: %v", d.TrainingJobStatus, s.has(t, "ckpt/epoch-2"))
	}
	model := untar(t, s.object(t, *d.ModelArtifacts.S3ModelArtifacts))
	if len(model) != 2 {
		t.Errorf("%d hosts wrote down what they began with, want 2", len(model))
	}
	for _, text := range model {
		if text != "1\nlast\n" {
			t.Errorf("a host began with %q", text)
		}
	}
	s.create(t, saving("third", `rm epoch-2; echo 3 > epoch-3; exit 5`))
	if d := s.await(t, "third", over); d.TrainingJobStatus != types.TrainingJobStatusFailed || s.has(t, "ckpt/epoch-2") || !s.has(t, "ckpt/epoch-3") {
		t.Errorf("third: %s, epoch-2 stored: %v, epoch-3 stored: %v", d.TrainingJobStatus, s.has(t, "ckpt/epoch-2"), s.has(t, "ckpt/epoch-3"))
	}
}

// The engine dies while the job runs; what the job saves and removes meanwhile is carried over by the next engine.
func TestCheckpointsOutliveTheEngine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, cmd := child(t, dir)
	s.put(t, "ckpt/start", "0")
	s.create(t, saving("job", `echo 1 > a; while [ ! -e ../go ]; do sleep 0.02; done; rm a start; echo 2 > b`))
	s.await(t, "job", func(*sagemaker.DescribeTrainingJobOutput) bool { return s.has(t, "ckpt/a") })
	kill9(t, cmd)
	goOn(t, dir)
	s, cmd = child(t, dir)
	defer kill9(t, cmd)
	if d := s.await(t, "job", over); d.TrainingJobStatus != types.TrainingJobStatusCompleted {
		t.Fatalf("%s: %s", d.TrainingJobStatus, deref(d.FailureReason))
	}
	if s.has(t, "ckpt/a") || s.has(t, "ckpt/start") || !s.has(t, "ckpt/b") {
		t.Errorf("a %v, start %v, b %v; want b alone", s.has(t, "ckpt/a"), s.has(t, "ckpt/start"), s.has(t, "ckpt/b"))
	}
}

// Without /opt/ml the program finds its folders by variables: the toolkit's SM_*, the hosts' addresses, and the path in
// checkpointconfig.json.
func TestBaseDirectoryMode(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r, err := process.New(process.Config{Mode: runner.ModeBaseDir})
	if err != nil {
		t.Fatal(err)
	}
	s := start(t, engine.Config{Dir: dir, Runner: r})
	s.put(t, "data/a.csv", "1\n")
	q := saving("base", `pwd; cat "$SM_CHANNEL_TRAIN/a.csv"; echo $SAGEFLY_HOSTS > "$SM_MODEL_DIR/hosts"; cat "$SM_INPUT_CONFIG_DIR/checkpointconfig.json" > "$SM_MODEL_DIR/checkpoints"; echo 1 > a`)
	q.InputDataConfig = []types.Channel{channel("train", "s3://bucket/data")}
	s.create(t, q)
	d := s.await(t, "base", over)
	if d.TrainingJobStatus != types.TrainingJobStatusCompleted {
		t.Fatalf("%s\n%s", deref(d.FailureReason), jobLog(t, dir))
	}
	model := untar(t, s.object(t, *d.ModelArtifacts.S3ModelArtifacts))
	if !strings.HasPrefix(model["hosts"], "algo-1=127.") || !strings.Contains(model["checkpoints"], dir) || !s.has(t, "ckpt/a") {
		t.Errorf("the program was told %v", model)
	}
	s.create(t, s.script(t, "script", "train.py", map[string]string{"train.py": "import os; print('loss=0.5', os.environ['SM_HP_EPOCHS'])\n"}))
	if d := s.await(t, "script", over); d.TrainingJobStatus != types.TrainingJobStatusCompleted {
		t.Errorf("script: %s\n%s", deref(d.FailureReason), jobLog(t, dir))
	}
}

func TestCheckpointsAreRefused(t *testing.T) {
	t.Parallel()
	s := start(t, engine.Config{Runner: fake.New(fake.Config{})})
	s.put(t, "x", "")
	for path, want := range map[string]string{
		"/tmp/ckpt": "has to lie below /opt/ml", "/opt/ml/input/data": "has to lie below /opt/ml", "/opt/ml/model": "of the training container's own",
	} {
		r := saving("refused", "true")
		r.CheckpointConfig.LocalPath = &path
		_, err := s.sagemaker.CreateTrainingJob(t.Context(), r)
		if code, message := refusal(t, err); code != "ValidationException" || !strings.Contains(message, want) {
			t.Errorf("%s: %s %q", path, code, message)
		}
	}
	r := saving("refused", "true")
	r.CheckpointConfig.S3Uri = new("s3://elsewhere/ckpt")
	_, err := s.sagemaker.CreateTrainingJob(t.Context(), r)
	if _, message := refusal(t, err); !strings.Contains(message, "checkpointConfig.s3Uri") {
		t.Errorf("foreign bucket: %q", message)
	}
}

// Spot jobs are jobs here: nothing takes their machine away.
func TestSpotJob(t *testing.T) {
	t.Parallel()
	s := start(t, engine.Config{Runner: scripted(fake.Script{})})
	s.put(t, "x", "")
	r := saving("spot", "true")
	r.EnableManagedSpotTraining = new(true)
	_, err := s.sagemaker.CreateTrainingJob(t.Context(), r)
	if _, message := refusal(t, err); !strings.Contains(message, "greater than or equal to MaxRuntimeInSeconds") {
		t.Errorf("without MaxWaitTimeInSeconds: %q", message)
	}
	r.StoppingCondition.MaxWaitTimeInSeconds = new(int32(7200))
	s.create(t, r)
	d := s.await(t, "spot", over)
	if d.TrainingJobStatus != types.TrainingJobStatusCompleted || !*d.EnableManagedSpotTraining || *d.StoppingCondition.MaxWaitTimeInSeconds != 7200 {
		t.Errorf("%s, %v, %v", d.TrainingJobStatus, d.EnableManagedSpotTraining, d.StoppingCondition)
	}
}
