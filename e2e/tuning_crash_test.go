package e2e

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/google/go-cmp/cmp"

	"github.com/sagefly/sagefly/internal/testenv"
)

// A search by one trial at a time whose engine is killed in every phase, and then at random moments, is the search of an engine that
// lived: the same points in the same order with the same results, each trained once.
func TestKilledSearchIsTheSame(t *testing.T) {
	t.Parallel()
	for _, strategy := range []types.HyperParameterTuningJobStrategyType{"Bayesian", "Random"} {
		t.Run(string(strategy), func(t *testing.T) {
			t.Parallel()
			e := mortal(t)
			request := bowl(strategy, 10, 1)
			whole := e.search(t, "whole", request)
			e.awaitTuning(t, "whole", over)
			killed := e.search(t, "killed", request)
			for _, moment := range []func(tuning) bool{
				func(tuning) bool { return true }, // Create has been answered
				func(s tuning) bool { return s.count("InProgress") == 1 },
				func(s tuning) bool { return s.count("Completed") == 1 },
				func(s tuning) bool { return len(s.trials) >= 4 },
				func(s tuning) bool { return s.count("Completed") >= 5 },
			} {
				e.awaitTuning(t, "killed", func(s tuning) bool { return moment(s) || over(s) })
				e.die(t)
			}
			e.dieAtRandom(t, 4)
			e.awaitTuning(t, "killed", over)
			e.checkSearch(t, killed, 10)
			if diff := cmp.Diff(e.results(t, whole), e.results(t, killed)); diff != "" {
				t.Errorf("the killed search differs from the whole one:\n%s", diff)
			}
		})
	}
}

// With several trials at a time what was decided before a kill stays decided, and no point is tried twice.
func TestKilledParallelSearchKeepsItsDecisions(t *testing.T) {
	t.Parallel()
	for _, strategy := range []types.HyperParameterTuningJobStrategyType{"Bayesian", "Hyperband"} {
		t.Run(string(strategy), func(t *testing.T) {
			t.Parallel()
			e := mortal(t)
			name := e.search(t, "killed", bowl(strategy, 14, 4))
			for _, n := range []int{1, 4, 7, 10, 13} {
				s := e.awaitTuning(t, name, func(s tuning) bool { return len(s.trials) >= n || over(s) })
				e.die(t)
				e.checkKept(t, name, s)
			}
			e.awaitTuning(t, name, over)
			e.checkSearch(t, name, 14)
		})
	}
}

// Stopping a search that was killed stops every trial; so does a stop that was answered before the kill.
func TestKilledSearchStops(t *testing.T) {
	t.Parallel()
	for _, when := range []string{"before the kill", "after the kill"} {
		t.Run(when, func(t *testing.T) {
			t.Parallel()
			e := mortal(t)
			request := bowl("Random", 14, 3)
			request.TrainingJobDefinition.StaticHyperParameters["epochs"] = "3000"
			name := e.search(t, "stopped", request)
			e.awaitTuning(t, name, func(s tuning) bool { return s.count("InProgress") == 3 })
			if when == "after the kill" {
				e.die(t)
			}
			if _, err := e.api().StopHyperParameterTuningJob(t.Context(), &sagemaker.StopHyperParameterTuningJobInput{HyperParameterTuningJobName: &name}); err != nil {
				t.Fatal(err)
			}
			if when == "before the kill" {
				e.die(t)
			}
			s := e.awaitTuning(t, name, over)
			if s.job.HyperParameterTuningJobStatus != "Stopped" || s.count("Stopped") != 3 || len(s.trials) != 3 {
				t.Errorf("the search is %s with %d trials, %d of them Stopped; want Stopped and 3 of 3", s.job.HyperParameterTuningJobStatus, len(s.trials), s.count("Stopped"))
			}
			if left := processesBelow(t, e.data); len(left) > 0 {
				t.Errorf("still running: %v", left)
			}
		})
	}
}

// mortalEngine is an engine that can be killed and started again.
type mortalEngine struct {
	*engine
	server  *exec.Cmd
	drained chan struct{} // closed when its output has ended
}

func mortal(t *testing.T) *mortalEngine {
	t.Helper()
	e := &mortalEngine{engine: &engine{program: testenv.Program(t), data: tempDir(t), home: t.TempDir()}}
	e.live(t)
	t.Cleanup(func() { e.end(syscall.SIGTERM) })
	return e
}

// live starts `sagefly serve` and returns when it answers.
func (e *mortalEngine) live(t *testing.T) {
	t.Helper()
	addr := "127.0.0.1:0"
	if url, ok := e.settings["AWS_ENDPOINT_URL_SAGEMAKER"]; ok {
		addr = strings.TrimPrefix(url, "http://") // where hosts that outlived the last one look for it
	}
	e.server, e.drained = exec.Command(e.program, "serve", "--addr", addr, "--data", e.data, "--json"), make(chan struct{})
	e.server.Env = e.bare(t)
	stdout, err := e.server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := e.server.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(stdout)
	if line, err := lines.ReadString('\n'); err != nil {
		t.Fatalf("sagefly serve said %q before it was ready: %v", line, err)
	}
	go func() {
		defer close(e.drained)
		_, _ = io.Copy(io.Discard, lines)
	}()
	e.readSettings(t)
}

func (e *mortalEngine) end(signal syscall.Signal) {
	_ = e.server.Process.Signal(signal)
	<-e.drained
	_ = e.server.Wait() // it was killed
}

func (e *mortalEngine) die(t *testing.T) {
	t.Helper()
	e.end(syscall.SIGKILL)
	e.live(t)
}

// dieAtRandom kills the engine n times, each time up to half a second after it came to life.
func (e *mortalEngine) dieAtRandom(t *testing.T, n int) {
	t.Helper()
	for range n {
		wait := rand.N(500 * time.Millisecond)
		t.Logf("killed after %v", wait)
		select {
		case <-time.After(wait):
		case <-t.Context().Done():
		}
		e.die(t)
	}
}

func (e *mortalEngine) api() *sagemaker.Client { return sagemaker.NewFromConfig(e.target().AWS) }

// search uploads trial/train.py and creates a tuning job with the request's copy.
func (e *mortalEngine) search(t *testing.T, name string, request sagemaker.CreateHyperParameterTuningJobInput) string {
	t.Helper()
	e.python(t, "tuning_source.py", "crash")
	request.HyperParameterTuningJobName = &name
	if _, err := e.api().CreateHyperParameterTuningJob(t.Context(), &request); err != nil {
		t.Fatal(err)
	}
	return name
}

// bowl is a search of trial/train.py; a trial takes a third of a second and more.
func bowl(strategy types.HyperParameterTuningJobStrategyType, trials, parallel int32) sagemaker.CreateHyperParameterTuningJobInput {
	return sagemaker.CreateHyperParameterTuningJobInput{
		HyperParameterTuningJobConfig: &types.HyperParameterTuningJobConfig{
			Strategy:                         strategy,
			HyperParameterTuningJobObjective: &types.HyperParameterTuningJobObjective{Type: "Minimize", MetricName: new("loss")},
			ResourceLimits:                   &types.ResourceLimits{MaxNumberOfTrainingJobs: &trials, MaxParallelTrainingJobs: &parallel},
			RandomSeed:                       new(int32(11)),
			ParameterRanges: &types.ParameterRanges{
				ContinuousParameterRanges:  []types.ContinuousParameterRange{{Name: new("x"), MinValue: new("-5"), MaxValue: new("5")}},
				IntegerParameterRanges:     []types.IntegerParameterRange{{Name: new("n"), MinValue: new("0"), MaxValue: new("9")}},
				CategoricalParameterRanges: []types.CategoricalParameterRange{{Name: new("kind"), Values: []string{"a", "b", "c"}}},
			},
		},
		TrainingJobDefinition: &types.HyperParameterTrainingJobDefinition{
			StaticHyperParameters: map[string]string{
				"sagemaker_program": "train.py", "sagemaker_submit_directory": "s3://crash/sourcedir.tar.gz", "epochs": "9", "pause": "0.04",
			},
			AlgorithmSpecification: &types.HyperParameterAlgorithmSpecification{
				TrainingImage:     new("683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"),
				TrainingInputMode: "File",
				MetricDefinitions: []types.MetricDefinition{{Name: new("loss"), Regex: new("loss=([0-9.]+);")}},
			},
			RoleArn:           new("arn:aws:iam::000000000000:role/training"),
			OutputDataConfig:  &types.OutputDataConfig{S3OutputPath: new("s3://crash/out")},
			ResourceConfig:    &types.ResourceConfig{InstanceType: "ml.m5.large", InstanceCount: new(int32(1)), VolumeSizeInGB: new(int32(1))},
			StoppingCondition: &types.StoppingCondition{MaxRuntimeInSeconds: new(int32(600))},
		},
	}
}

// tuning is a tuning job at one moment, its trials in the order of their numbers.
type tuning struct {
	job    *sagemaker.DescribeHyperParameterTuningJobOutput
	trials []types.HyperParameterTrainingJobSummary
}

// String is one trial a line.
func (s tuning) String() string {
	var b strings.Builder
	for _, trial := range s.trials {
		fmt.Fprintf(&b, "\n%s %s %v", *trial.TrainingJobName, trial.TrainingJobStatus, trial.TunedHyperParameters)
	}
	return b.String()
}

func (s tuning) count(status types.TrainingJobStatus) int {
	n := 0
	for _, trial := range s.trials {
		if trial.TrainingJobStatus == status {
			n++
		}
	}
	return n
}

func over(s tuning) bool {
	return s.job.HyperParameterTuningJobStatus != "InProgress" && s.job.HyperParameterTuningJobStatus != "Stopping"
}

// tuning asks for the trials last, so that they are never older than the job.
func (e *mortalEngine) tuning(ctx context.Context, name string) (s tuning, err error) {
	client := e.api()
	if s.job, err = client.DescribeHyperParameterTuningJob(ctx, &sagemaker.DescribeHyperParameterTuningJobInput{HyperParameterTuningJobName: &name}); err != nil {
		return s, err
	}
	pages := sagemaker.NewListTrainingJobsForHyperParameterTuningJobPaginator(client,
		&sagemaker.ListTrainingJobsForHyperParameterTuningJobInput{HyperParameterTuningJobName: &name})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return s, err
		}
		s.trials = append(s.trials, page.TrainingJobSummaries...)
	}
	return s, nil
}

// awaitTuning polls a tuning job until it is as wanted.
func (e *mortalEngine) awaitTuning(t *testing.T, name string, wanted func(tuning) bool) tuning {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		s := e.now(t, name)
		if wanted(s) {
			return s
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("%s is still %s: %s", name, s.job.HyperParameterTuningJobStatus, s)
		}
	}
}

func (e *mortalEngine) now(t *testing.T, name string) tuning {
	t.Helper()
	s, err := e.tuning(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// result is what a trial tried and found.
type trialResult struct {
	Point map[string]string
	Loss  float32
}

func (e *mortalEngine) results(t *testing.T, name string) []trialResult {
	t.Helper()
	var all []trialResult
	for _, trial := range e.now(t, name).trials {
		all = append(all, trialResult{trial.TunedHyperParameters, *trial.FinalHyperParameterTuningJobObjectiveMetric.Value})
	}
	return all
}

// checkKept reports trials that are no longer what they were.
func (e *mortalEngine) checkKept(t *testing.T, name string, before tuning) {
	t.Helper()
	after := e.now(t, name)
	for i, trial := range before.trials {
		if i >= len(after.trials) || *after.trials[i].TrainingJobName != *trial.TrainingJobName {
			t.Fatalf("trial %s was lost by a kill: now there are %v", *trial.TrainingJobName, names(after))
		}
		if diff := cmp.Diff(trial.TunedHyperParameters, after.trials[i].TunedHyperParameters); diff != "" {
			t.Errorf("%s is another point after a kill:\n%s", *trial.TrainingJobName, diff)
		}
		if was := trial.TrainingJobStatus; was != "InProgress" && was != "Stopping" && after.trials[i].TrainingJobStatus != was {
			t.Errorf("%s was %s before a kill and is %s", *trial.TrainingJobName, was, after.trials[i].TrainingJobStatus)
		}
	}
}

func names(s tuning) []string {
	var all []string
	for _, trial := range s.trials {
		all = append(all, *trial.TrainingJobName)
	}
	return all
}

// checkSearch reports what a whole search of n trials lacks: numbers 1 to n, n different points, every trial run once.
func (e *mortalEngine) checkSearch(t *testing.T, name string, n int) {
	t.Helper()
	s := e.now(t, name)
	if s.job.HyperParameterTuningJobStatus != "Completed" || len(s.trials) != n || s.count("Completed")+s.count("Stopped") != n {
		t.Fatalf("the search is %s with %d trials, %d of them Completed and %d Stopped; want %d", s.job.HyperParameterTuningJobStatus,
			len(s.trials), s.count("Completed"), s.count("Stopped"), n)
	}
	if counters := s.job.TrainingJobStatusCounters; int(*counters.Completed+*counters.Stopped) != n || *counters.InProgress != 0 {
		t.Errorf("counters are %+v, want %d ended", counters, n)
	}
	points := map[string]bool{}
	for i, trial := range s.trials {
		if want := fmt.Sprintf("%s-%03d-", name, i+1); !strings.HasPrefix(*trial.TrainingJobName, want) {
			t.Errorf("trial %d is %s, want %s…", i+1, *trial.TrainingJobName, want)
		}
		points[fmt.Sprint(trial.TunedHyperParameters)] = true
		e.checkRunOnce(t, trial)
	}
	if len(points) != n {
		t.Errorf("%d different points, want %d", len(points), n)
	}
	e.checkNoOthers(t, s)
}

// checkRunOnce reads the trial's log: epochs from 0 on, each once, all nine of them if it was not stopped.
func (e *mortalEngine) checkRunOnce(t *testing.T, trial types.HyperParameterTrainingJobSummary) {
	t.Helper()
	epochs := 0
	for line := range strings.Lines(e.sagefly(t, "logs", *trial.TrainingJobName)) {
		if !strings.HasPrefix(line, "epoch ") {
			continue
		}
		if want := fmt.Sprintf("epoch %d ", epochs); !strings.HasPrefix(line, want) {
			t.Fatalf("%s: %q, want %q: it ran more than once, or part of its log is lost", *trial.TrainingJobName, line, want)
		}
		epochs++
	}
	if epochs != 9 && trial.TrainingJobStatus == "Completed" {
		t.Errorf("%s is Completed after %d epochs, want 9", *trial.TrainingJobName, epochs)
	}
}

// checkNoOthers reports training jobs of the search that it does not know.
func (e *mortalEngine) checkNoOthers(t *testing.T, s tuning) {
	t.Helper()
	pages := sagemaker.NewListTrainingJobsPaginator(e.api(), &sagemaker.ListTrainingJobsInput{NameContains: s.job.HyperParameterTuningJobName})
	var all []string
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, job := range page.TrainingJobSummaries {
			all = append(all, *job.TrainingJobName)
		}
	}
	slices.Sort(all)
	if diff := cmp.Diff(names(s), all); diff != "" {
		t.Errorf("the search's trials differ from the training jobs of its name:\n%s", diff)
	}
}

// processesBelow lists programs, but for the engine, whose command line or working directory is below the data directory's jobs.
func processesBelow(t *testing.T, data string) []string {
	t.Helper()
	found, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		t.Fatal(err)
	}
	jobs := filepath.Join(data, "jobs")
	var left []string
	for _, dir := range found {
		line, _ := os.ReadFile(filepath.Join(dir, "cmdline")) // it may have ended
		cwd, _ := os.Readlink(filepath.Join(dir, "cwd"))
		if strings.Contains(string(line), jobs) || strings.HasPrefix(cwd, jobs) {
			left = append(left, strings.ReplaceAll(string(line), "\x00", " "))
		}
	}
	return left
}
