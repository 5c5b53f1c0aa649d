package engine_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/google/go-cmp/cmp"

	"github.com/sagefly/sagefly/engine"
	"github.com/sagefly/sagefly/engine/runner"
	"github.com/sagefly/sagefly/engine/runner/fake"
)

// tunedImage is the image whose metrics the trials of these tests print. The fake runner plays them.
const tunedImage = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"

// tuning is a small legal tuning job: eta in [0, 1], sequential.
func tuning(name string, jobs int32) *sagemaker.CreateHyperParameterTuningJobInput {
	return &sagemaker.CreateHyperParameterTuningJobInput{
		HyperParameterTuningJobName: &name,
		HyperParameterTuningJobConfig: &types.HyperParameterTuningJobConfig{
			Strategy: types.HyperParameterTuningJobStrategyTypeBayesian,
			HyperParameterTuningJobObjective: &types.HyperParameterTuningJobObjective{
				Type: types.HyperParameterTuningJobObjectiveTypeMinimize, MetricName: new("validation:rmse"),
			},
			ResourceLimits: &types.ResourceLimits{MaxNumberOfTrainingJobs: &jobs, MaxParallelTrainingJobs: new(int32(1))},
			ParameterRanges: &types.ParameterRanges{ContinuousParameterRanges: []types.ContinuousParameterRange{
				{Name: new("eta"), MinValue: new("0"), MaxValue: new("1")},
			}},
			RandomSeed: new(int32(7)),
		},
		TrainingJobDefinition: &types.HyperParameterTrainingJobDefinition{
			RoleArn:                new("arn:aws:iam::000000000000:role/SageMaker"),
			AlgorithmSpecification: &types.HyperParameterAlgorithmSpecification{TrainingImage: new(tunedImage), TrainingInputMode: types.TrainingInputModeFile},
			StaticHyperParameters:  map[string]string{"num_round": "3"},
			OutputDataConfig:       &types.OutputDataConfig{S3OutputPath: new("s3://bucket/out")},
			ResourceConfig:         &types.ResourceConfig{InstanceType: types.TrainingInstanceTypeMlM5Xlarge, InstanceCount: new(int32(1)), VolumeSizeInGB: new(int32(1))},
			StoppingCondition:      &types.StoppingCondition{MaxRuntimeInSeconds: new(int32(3600))},
		},
	}
}

// hyperparameters are those of a host's contract.
func hyperparameters(spec runner.Spec) map[string]string {
	text, err := os.ReadFile(filepath.Join(spec.Dir, "ml", "input", "config", "hyperparameters.json"))
	h := map[string]string{}
	if err == nil {
		err = json.Unmarshal(text, &h)
	}
	if err != nil {
		panic(err)
	}
	return h
}

// bowl is an objective with its least value 0.25 at eta = 0.3.
func bowl(spec runner.Spec) float64 {
	eta, err := strconv.ParseFloat(hyperparameters(spec)["eta"], 64)
	if err != nil {
		panic(err)
	}
	return 0.25 + (eta-0.3)*(eta-0.3)
}

// reports prints values of the objective, one each interval, as XGBoost does.
func reports(interval float64, values ...float64) (s fake.Script) {
	for i, v := range values {
		s.Lines = append(s.Lines, fake.Line{After: fake.Seconds(interval * float64(i)), Text: fmt.Sprintf("[%d]\tvalidation-rmse:%.6f", i, v)})
	}
	s.Run = fake.Seconds(interval * float64(len(values)))
	return s
}

func playing(script func(runner.Spec) fake.Script) engine.Config {
	return engine.Config{Runner: fake.New(fake.Config{Script: script}), Trainer: "/bin/true", Slots: 8}
}

func bowls(spec runner.Spec) fake.Script { return reports(0.001, bowl(spec)) }

func (s *site) tune(t testing.TB, r *sagemaker.CreateHyperParameterTuningJobInput) {
	t.Helper()
	s.put(t, "x", "")
	if _, err := s.sagemaker.CreateHyperParameterTuningJob(t.Context(), r); err != nil {
		t.Fatal(err)
	}
}

func (s *site) tuningJob(t testing.TB, name string) *sagemaker.DescribeHyperParameterTuningJobOutput {
	t.Helper()
	d, err := s.sagemaker.DescribeHyperParameterTuningJob(t.Context(), &sagemaker.DescribeHyperParameterTuningJobInput{HyperParameterTuningJobName: &name})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// tuned waits for a tuning job's end.
func (s *site) tuned(t testing.TB, name string) *sagemaker.DescribeHyperParameterTuningJobOutput {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); ; {
		d := s.tuningJob(t, name)
		if d.HyperParameterTuningJobStatus != "InProgress" && d.HyperParameterTuningJobStatus != "Stopping" {
			return d
		}
		if time.Now().After(deadline) {
			t.Fatalf("tuning job %s is %s after two minutes: %+v", name, d.HyperParameterTuningJobStatus, d.TrainingJobStatusCounters)
		}
		time.Sleep(2 * time.Millisecond) // polling, as clients do
	}
}

func (s *site) trials(t testing.TB, name string) []types.HyperParameterTrainingJobSummary {
	t.Helper()
	out, err := s.sagemaker.ListTrainingJobsForHyperParameterTuningJob(t.Context(),
		&sagemaker.ListTrainingJobsForHyperParameterTuningJobInput{HyperParameterTuningJobName: &name, MaxResults: new(int32(100))})
	if err != nil {
		t.Fatal(err)
	}
	return out.TrainingJobSummaries
}

// values are the trials' values of a hyperparameter, in the order in which they were decided.
func values(trials []types.HyperParameterTrainingJobSummary, name string) (list []string) {
	for _, t := range trials {
		list = append(list, t.TunedHyperParameters[name])
	}
	return list
}

func TestTuning(t *testing.T) {
	t.Parallel()
	s := start(t, playing(bowls))
	r := tuning("bowl", 12)
	r.Tags = []types.Tag{{Key: new("team"), Value: new("a")}}
	s.tune(t, r)
	d := s.tuned(t, "bowl")
	if d.HyperParameterTuningJobStatus != "Completed" {
		t.Fatalf("%s: %s", d.HyperParameterTuningJobStatus, deref(d.FailureReason))
	}
	counters := []int32{*d.TrainingJobStatusCounters.Completed, *d.TrainingJobStatusCounters.InProgress, *d.ObjectiveStatusCounters.Succeeded, *d.ObjectiveStatusCounters.Pending}
	if diff := cmp.Diff([]int32{12, 0, 12, 0}, counters); diff != "" {
		t.Errorf("counters (-want +got):\n%s", diff)
	}
	best := d.BestTrainingJob
	if v := *best.FinalHyperParameterTuningJobObjectiveMetric.Value; v > 0.2501 || best.FinalHyperParameterTuningJobObjectiveMetric.Type != "Minimize" {
		t.Errorf("best %v at %v; the least is 0.25", v, best.TunedHyperParameters)
	}
	if got := d.TrainingJobDefinition.StaticHyperParameters["_tuning_objective_metric"]; got != "validation:rmse" {
		t.Errorf("_tuning_objective_metric is %q", got)
	}
	trials := s.trials(t, "bowl")
	for i, trial := range trials {
		if want := regexp.MustCompile(fmt.Sprintf(`^bowl-%03d-[0-9a-f]{8}$`, i+1)); !want.MatchString(*trial.TrainingJobName) {
			t.Errorf("trial %d is named %s", i+1, *trial.TrainingJobName)
		}
	}
	checkTrialJob(t, s, s.describe(t, *best.TrainingJobName))
}

// checkTrialJob looks at what a tuning job gives its training jobs.
func checkTrialJob(t *testing.T, s *site, d *sagemaker.DescribeTrainingJobOutput) {
	t.Helper()
	if want := "arn:aws:sagemaker:us-east-1:000000000000:hyper-parameter-tuning-job/bowl"; deref(d.TuningJobArn) != want {
		t.Errorf("TuningJobArn %q", deref(d.TuningJobArn))
	}
	if d.HyperParameters["_tuning_objective_metric"] != "validation:rmse" || d.HyperParameters["num_round"] != "3" || d.HyperParameters["eta"] == "" {
		t.Errorf("hyperparameters %v", d.HyperParameters)
	}
	last := d.AlgorithmSpecification.MetricDefinitions[len(d.AlgorithmSpecification.MetricDefinitions)-1]
	if *last.Name != "ObjectiveMetric" {
		t.Errorf("last metric definition %s", *last.Name)
	}
	tags, err := s.sagemaker.ListTags(t.Context(), &sagemaker.ListTagsInput{ResourceArn: d.TrainingJobArn})
	if err != nil || len(tags.Tags) != 1 || *tags.Tags[0].Key != "team" {
		t.Errorf("tags %v, %v", tags, err)
	}
}

func TestTrialsAreSorted(t *testing.T) {
	t.Parallel()
	s := start(t, playing(func(spec runner.Spec) fake.Script {
		if v := bowl(spec); v < 0.4 {
			return reports(0.001, v)
		}
		return fake.Script{Exit: 1, Files: map[string]string{"output/failure": "too far"}}
	}))
	s.tune(t, tuning("sorted", 12))
	s.tuned(t, "sorted")
	var names []string
	in := &sagemaker.ListTrainingJobsForHyperParameterTuningJobInput{
		HyperParameterTuningJobName: new("sorted"), MaxResults: new(int32(2)),
		SortBy: types.TrainingJobSortByOptionsFinalObjectiveMetricValue, SortOrder: types.SortOrderDescending,
	}
	last := float32(math.Inf(1))
	for {
		out, err := s.sagemaker.ListTrainingJobsForHyperParameterTuningJob(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		for _, trial := range out.TrainingJobSummaries {
			v := *trial.FinalHyperParameterTuningJobObjectiveMetric.Value
			if v > last {
				t.Errorf("%v comes after %v", v, last)
			}
			last = v
			names = append(names, *trial.TrainingJobName)
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			break
		}
	}
	d := s.tuningJob(t, "sorted")
	if n := int(*d.ObjectiveStatusCounters.Succeeded); n == 12 || len(names) != n {
		t.Errorf("%d trials with an objective are listed as %v", n, names)
	}
	if n := *d.TrainingJobStatusCounters.NonRetryableError; int(n) != 12-len(names) {
		t.Errorf("%d failed trials, of 12 without %d", n, len(names))
	}
}

// The same seed gives the same search, also when the engine is closed after every few trials.
func TestTuningGoesOn(t *testing.T) {
	t.Parallel()
	want := func() []string {
		s := start(t, playing(bowls))
		s.tune(t, tuning("steady", 10))
		s.tuned(t, "steady")
		return values(s.trials(t, "steady"), "eta")
	}()
	c := playing(func(spec runner.Spec) fake.Script { return reports(0.02, bowl(spec)) })
	c.Dir = t.TempDir()
	for first := true; ; first = false {
		e, err := engine.Open(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Listen(t.Context(), "127.0.0.1:0"); err != nil {
			t.Fatal(err)
		}
		s := clients(e)
		if first {
			s.tune(t, tuning("steady", 10))
		}
		time.Sleep(35 * time.Millisecond)
		d := s.tuningJob(t, "steady")
		done := d.HyperParameterTuningJobStatus == "Completed"
		if done {
			if diff := cmp.Diff(want, values(s.trials(t, "steady"), "eta")); diff != "" {
				t.Errorf("an interrupted search differs from an uninterrupted one (-want +got):\n%s", diff)
			}
		}
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
		if done {
			return
		}
		if d.HyperParameterTuningJobStatus != "InProgress" {
			t.Fatalf("%s: %s", d.HyperParameterTuningJobStatus, deref(d.FailureReason))
		}
	}
}

func TestStopTuning(t *testing.T) {
	t.Parallel()
	s := start(t, playing(func(spec runner.Spec) fake.Script {
		script := reports(0.001, bowl(spec))
		script.Run = -1
		return script
	}))
	r := tuning("endless", 20)
	r.HyperParameterTuningJobConfig.ResourceLimits.MaxParallelTrainingJobs = new(int32(3))
	s.tune(t, r)
	for len(s.trials(t, "endless")) < 3 {
		time.Sleep(time.Millisecond)
	}
	stop := func() error {
		_, err := s.sagemaker.StopHyperParameterTuningJob(t.Context(), &sagemaker.StopHyperParameterTuningJobInput{HyperParameterTuningJobName: new("endless")})
		return err
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	d := s.tuned(t, "endless")
	if d.HyperParameterTuningJobStatus != "Stopped" || *d.TrainingJobStatusCounters.Stopped != 3 {
		t.Errorf("%s, %+v; want three stopped trials", d.HyperParameterTuningJobStatus, d.TrainingJobStatusCounters)
	}
	for _, trial := range s.trials(t, "endless") {
		if got := s.describe(t, *trial.TrainingJobName).TrainingJobStatus; got != "Stopped" {
			t.Errorf("%s is %s", *trial.TrainingJobName, got)
		}
	}
	if code, _ := refusal(t, stop()); code != "ValidationException" {
		t.Errorf("a second stop: %s", code)
	}
}

// A search that finds its points slowly, as it knows many trials, hears a stop before it has begun all that it may.
func TestStopWhileTrialsBegin(t *testing.T) {
	t.Parallel()
	s := start(t, playing(func(spec runner.Spec) fake.Script {
		script := bowls(spec)
		if strings.HasPrefix(spec.Job, "child-") {
			script.Run = -1
		}
		return script
	}))
	parent := tuning("parent", 100)
	parent.HyperParameterTuningJobConfig.Strategy = types.HyperParameterTuningJobStrategyTypeRandom
	parent.HyperParameterTuningJobConfig.ResourceLimits.MaxParallelTrainingJobs = new(int32(8))
	s.tune(t, parent)
	s.tuned(t, "parent")
	child := tuning("child", 100)
	child.HyperParameterTuningJobConfig.ResourceLimits.MaxParallelTrainingJobs = new(int32(100))
	child.WarmStartConfig = &types.HyperParameterTuningJobWarmStartConfig{
		WarmStartType:                  types.HyperParameterTuningJobWarmStartTypeIdenticalDataAndAlgorithm,
		ParentHyperParameterTuningJobs: []types.ParentHyperParameterTuningJob{{HyperParameterTuningJobName: new("parent")}},
	}
	s.tune(t, child)
	if _, err := s.sagemaker.StopHyperParameterTuningJob(t.Context(), &sagemaker.StopHyperParameterTuningJobInput{HyperParameterTuningJobName: new("child")}); err != nil {
		t.Fatal(err)
	}
	if n := len(s.trials(t, "child")); n > 50 {
		t.Errorf("a stop was heard after %d of 100 trials", n)
	}
	s.tuned(t, "child")
}

func TestTuningFailsAfterFive(t *testing.T) {
	t.Parallel()
	s := start(t, playing(func(runner.Spec) fake.Script {
		return fake.Script{Exit: 1, Files: map[string]string{"output/failure": "no such column"}}
	}))
	r := tuning("broken", 20)
	r.HyperParameterTuningJobConfig.TuningJobCompletionCriteria = &types.TuningJobCompletionCriteria{ // what never was good cannot improve
		BestObjectiveNotImproving: &types.BestObjectiveNotImproving{MaxNumberOfTrainingJobsNotImproving: new(int32(3))},
	}
	s.tune(t, r)
	d := s.tuned(t, "broken")
	reason := deref(d.FailureReason)
	if d.HyperParameterTuningJobStatus != "Failed" || *d.TrainingJobStatusCounters.NonRetryableError != 5 ||
		!strings.HasPrefix(reason, "No training job succeeded after 5 attempts. Please take a look at the training job failures to get more details.") ||
		!strings.Contains(reason, "no such column") {
		t.Errorf("%s, %+v: %s", d.HyperParameterTuningJobStatus, d.TrainingJobStatusCounters, reason)
	}
}

func TestTuningWithoutObjective(t *testing.T) {
	t.Parallel()
	s := start(t, playing(func(runner.Spec) fake.Script { return fake.Script{} }))
	s.tune(t, tuning("silent", 20))
	d := s.tuned(t, "silent")
	if d.HyperParameterTuningJobStatus != "Failed" || *d.TrainingJobStatusCounters.Completed != 5 || *d.ObjectiveStatusCounters.Failed != 5 ||
		!strings.HasPrefix(deref(d.FailureReason), "No objective metrics found after running 5 training jobs.") {
		t.Errorf("%s, %+v: %s", d.HyperParameterTuningJobStatus, d.TrainingJobStatusCounters, deref(d.FailureReason))
	}
}

// Trial n reports n at each of 30 epochs. Those that the rules are to stop never end by themselves.
func TestEarlyStopping(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(*sagemaker.CreateHyperParameterTuningJobInput)
		whole  int // trials that run to their end
	}{
		// The median rule lets five pass before it stops anything.
		"median": {func(r *sagemaker.CreateHyperParameterTuningJobInput) {
			r.HyperParameterTuningJobConfig.TrainingJobEarlyStoppingType = types.TrainingJobEarlyStoppingTypeAuto
		}, 5},
		// A rung of Hyperband lets two pass, and then the best third, to which no later one belongs here.
		"hyperband": {func(r *sagemaker.CreateHyperParameterTuningJobInput) {
			hyperband(r, 3, 30)
		}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, playing(func(spec runner.Spec) fake.Script {
				n := trialNumber(spec)
				script := reports(0.001, slices.Repeat([]float64{float64(n)}, 30)...)
				if n > tt.whole {
					script.Run = -1
				}
				return script
			}))
			r := tuning(name, 9)
			tt.change(r)
			s.tune(t, r)
			d := s.tuned(t, name)
			if c := d.TrainingJobStatusCounters; int(*c.Completed) != tt.whole || int(*c.Stopped) != 9-tt.whole || *d.ObjectiveStatusCounters.Succeeded != 9 {
				t.Errorf("%d completed, %d stopped, %d with an objective", *c.Completed, *c.Stopped, *d.ObjectiveStatusCounters.Succeeded)
			}
		})
	}
}

// At MaxResource a trial is whole: one that goes on is stopped, and one that has nothing more to report has its time to end.
func TestHyperbandMaxResource(t *testing.T) {
	t.Parallel()
	s := start(t, playing(func(spec runner.Spec) fake.Script {
		script := reports(0.001, []float64{5, 4, 3, 2}[:2+trialNumber(spec)]...)
		script.Run = []fake.Duration{fake.Seconds(0.5), -1}[trialNumber(spec)-1]
		return script
	}))
	r := tuning("most", 2)
	hyperband(r, 1, 3)
	s.tune(t, r)
	d := s.tuned(t, "most")
	trials := s.trials(t, "most")
	if trials[0].TrainingJobStatus != "Completed" || trials[1].TrainingJobStatus != "Stopped" || trials[1].ObjectiveStatus != "Succeeded" {
		t.Errorf("%s, and %s with its objective %s", trials[0].TrainingJobStatus, trials[1].TrainingJobStatus, trials[1].ObjectiveStatus)
	}
	if best := d.BestTrainingJob; *best.FinalHyperParameterTuningJobObjectiveMetric.Value != 2 || d.HyperParameterTuningJobStatus != "Completed" {
		t.Errorf("%s, best %s", d.HyperParameterTuningJobStatus, *best.TrainingJobName)
	}
}

// hyperband makes a tuning job one of Hyperband's.
func hyperband(r *sagemaker.CreateHyperParameterTuningJobInput, least, most int32) {
	r.HyperParameterTuningJobConfig.Strategy = types.HyperParameterTuningJobStrategyTypeHyperband
	r.HyperParameterTuningJobConfig.StrategyConfig = &types.HyperParameterTuningJobStrategyConfig{
		HyperbandStrategyConfig: &types.HyperbandStrategyConfig{MinResource: &least, MaxResource: &most},
	}
}

// Both hosts of a trial report two values, the second host's first: a trial has two values and not four, and never comes to a rung at three.
func TestEarlyStoppingCountsOneHost(t *testing.T) {
	t.Parallel()
	s := start(t, playing(func(spec runner.Spec) fake.Script {
		n := float64(trialNumber(spec))
		script := reports(0.1, n, n)
		if spec.Host == "algo-1" {
			script = reports(0.15, n, n)
			script.Lines[0].After = fake.Seconds(0.05)
		}
		return script
	}))
	r := tuning("hosts", 4)
	r.TrainingJobDefinition.ResourceConfig.InstanceCount = new(int32(2))
	hyperband(r, 3, 30)
	s.tune(t, r)
	if c := s.tuned(t, "hosts").TrainingJobStatusCounters; *c.Completed != 4 {
		t.Errorf("%d trials completed, %d stopped; want all completed", *c.Completed, *c.Stopped)
	}
}

func trialNumber(spec runner.Spec) int {
	n, _ := strconv.Atoi(strings.Split(spec.Job, "-")[1])
	return n
}

// A trial whose only value is its last word has ended when the value tells against it. Its model takes a while to be written, so that the verdict
// comes when the job has not ended.
func TestEarlyStoppingLeavesWhatHasReturned(t *testing.T) {
	t.Parallel()
	model := make([]byte, 16<<20)
	rand.NewChaCha8([32]byte{}).Read(model)
	s := start(t, playing(func(spec runner.Spec) fake.Script {
		script := reports(0.001, float64(trialNumber(spec)))
		script.Files = map[string]string{"model/weights": string(model)}
		return script
	}))
	r := tuning("returned", 4)
	hyperband(r, 1, 9)
	s.tune(t, r)
	if c := s.tuned(t, "returned").TrainingJobStatusCounters; *c.Completed != 4 {
		t.Errorf("%d trials completed, %d stopped; want all completed", *c.Completed, *c.Stopped)
	}
}

// A value that is no number ends no search: with it a trial is the worst at its rung, and as the last one it is no objective. By hand: each of
// the other trials is the best so far at the rung at 1.
func TestHyperbandWithoutNumbers(t *testing.T) {
	t.Parallel()
	s := start(t, playing(func(spec runner.Spec) fake.Script {
		script := reports(0.001, [][]float64{{9, 1, 9}, {8, 1, 8}, {7, 1, 7}, {math.NaN()}, {6, 1, math.Inf(-1)}}[trialNumber(spec)-1]...)
		if trialNumber(spec) == 4 {
			script.Run = -1 // the rung is to end it
		}
		return script
	}))
	s.put(t, "code/nan.tar.gz", bundle(t, map[string]string{"train.py": ""}))
	r := tuning("nan", 5)
	r.TrainingJobDefinition.AlgorithmSpecification = &types.HyperParameterAlgorithmSpecification{ // a built-in algorithm's expression finds no NaN
		TrainingImage: new(sklearn), TrainingInputMode: types.TrainingInputModeFile,
		MetricDefinitions: []types.MetricDefinition{{Name: new("validation:rmse"), Regex: new("rmse:(.*)")}},
	}
	r.TrainingJobDefinition.StaticHyperParameters = map[string]string{"sagemaker_program": "train.py", "sagemaker_submit_directory": "s3://bucket/code/nan.tar.gz"}
	hyperband(r, 1, 3)
	s.tune(t, r)
	d := s.tuned(t, "nan")
	counts := []int32{*d.TrainingJobStatusCounters.Completed, *d.TrainingJobStatusCounters.Stopped, *d.ObjectiveStatusCounters.Succeeded}
	if diff := cmp.Diff([]int32{4, 1, 3}, counts); d.HyperParameterTuningJobStatus != "Completed" || diff != "" {
		t.Errorf("%s: %s; completed, stopped, with an objective (-want +got):\n%s", d.HyperParameterTuningJobStatus, deref(d.FailureReason), diff)
	}
}

func TestCompletionCriteria(t *testing.T) {
	t.Parallel()
	s := start(t, playing(bowls))
	target := tuning("target", 50)
	target.HyperParameterTuningJobConfig.TuningJobCompletionCriteria = &types.TuningJobCompletionCriteria{TargetObjectiveMetricValue: new(float32(0.26))}
	s.tune(t, target)
	patience := tuning("patience", 50)
	patience.HyperParameterTuningJobConfig.TuningJobCompletionCriteria = &types.TuningJobCompletionCriteria{
		BestObjectiveNotImproving: &types.BestObjectiveNotImproving{MaxNumberOfTrainingJobsNotImproving: new(int32(4))},
	}
	s.tune(t, patience)
	converge := tuning("converge", 100)
	converge.HyperParameterTuningJobConfig.TuningJobCompletionCriteria = &types.TuningJobCompletionCriteria{
		ConvergenceDetected: &types.ConvergenceDetected{CompleteOnConvergence: types.CompleteOnConvergenceEnabled},
	}
	s.tune(t, converge)

	d := s.tuned(t, "target")
	if n := *d.TrainingJobStatusCounters.Completed; n >= 50 || *d.BestTrainingJob.FinalHyperParameterTuningJobObjectiveMetric.Value > 0.26 {
		t.Errorf("target: %d trials, best %v", n, d.BestTrainingJob)
	}
	d = s.tuned(t, "patience")
	if n := *d.TuningJobCompletionDetails.NumberOfTrainingJobsObjectiveNotImproving; n != 4 || *d.TrainingJobStatusCounters.Completed >= 50 {
		t.Errorf("patience: %d not improving of %d", n, *d.TrainingJobStatusCounters.Completed)
	}
	d = s.tuned(t, "converge")
	if d.TuningJobCompletionDetails.ConvergenceDetectedTime == nil || *d.TrainingJobStatusCounters.Completed >= 100 {
		t.Errorf("converge: %v after %d", d.TuningJobCompletionDetails.ConvergenceDetectedTime, *d.TrainingJobStatusCounters.Completed)
	}
}

// Two definitions with different parameters are one search; every trial has the parameters of its own definition only.
func TestDefinitions(t *testing.T) {
	t.Parallel()
	s := start(t, playing(func(spec runner.Spec) fake.Script {
		h := hyperparameters(spec)
		if h["eta"] != "" == (h["alpha"] != "") {
			return fake.Script{Exit: 1}
		}
		at, _ := strconv.ParseFloat(h["eta"]+h["alpha"], 64)
		return reports(0.001, at)
	}))
	r := tuning("both", 12)
	definitions(r, "first", "second")
	r.TrainingJobDefinitions[1].HyperParameterRanges = &types.ParameterRanges{IntegerParameterRanges: []types.IntegerParameterRange{{Name: new("alpha"), MinValue: new("2"), MaxValue: new("9")}}}
	s.tune(t, r)
	d := s.tuned(t, "both")
	if *d.TrainingJobStatusCounters.Completed != 12 || deref(d.BestTrainingJob.TrainingJobDefinitionName) != "first" {
		t.Errorf("%+v, best of %s", d.TrainingJobStatusCounters, deref(d.BestTrainingJob.TrainingJobDefinitionName))
	}
	seen := map[string]bool{}
	for _, trial := range s.trials(t, "both") {
		seen[*trial.TrainingJobDefinitionName] = true
	}
	if len(seen) != 2 || d.TrainingJobDefinition != nil || len(d.TrainingJobDefinitions) != 2 {
		t.Errorf("definitions tried %v", seen)
	}
}

// definitions gives a tuning job's definition several names.
func definitions(r *sagemaker.CreateHyperParameterTuningJobInput, names ...string) {
	config := r.HyperParameterTuningJobConfig
	for _, name := range names {
		d := *r.TrainingJobDefinition
		d.DefinitionName, d.TuningObjective, d.HyperParameterRanges = &name, config.HyperParameterTuningJobObjective, config.ParameterRanges
		r.TrainingJobDefinitions = append(r.TrainingJobDefinitions, d)
	}
	r.TrainingJobDefinition, config.HyperParameterTuningJobObjective, config.ParameterRanges = nil, nil, nil
}

// Without MaxResource each definition's own epochs say how long its trials are, in whatever order definitions come. The rung at 1 stops long trials
// from the third on, as each value is worse than the last, and no short one, which is whole by then.
func TestHyperbandDefinitions(t *testing.T) {
	t.Parallel()
	for _, order := range [][]string{{"short", "long"}, {"long", "short"}} {
		t.Run(order[0]+" first", func(t *testing.T) {
			t.Parallel()
			long := 0
			s := start(t, playing(func(spec runner.Spec) fake.Script {
				script := reports(0.001, float64(trialNumber(spec)))
				if hyperparameters(spec)["n_epochs"] == "27" {
					if long++; long > 2 {
						script.Run = -1
					}
				}
				return script
			}))
			r := tuning("epochs", 9)
			definitions(r, order...)
			for i, name := range order {
				r.TrainingJobDefinitions[i].StaticHyperParameters = map[string]string{"num_round": "3", "n_epochs": map[string]string{"short": "1", "long": "27"}[name]}
			}
			r.HyperParameterTuningJobConfig.Strategy = types.HyperParameterTuningJobStrategyTypeHyperband
			s.tune(t, r)
			s.tuned(t, "epochs")
			seen := map[string]int{}
			for _, trial := range s.trials(t, "epochs") {
				seen[*trial.TrainingJobDefinitionName+" "+string(trial.TrainingJobStatus)]++
			}
			if seen["long Completed"] != 2 || seen["long Stopped"] == 0 || seen["short Completed"] == 0 || seen["short Stopped"] > 0 {
				t.Errorf("%v", seen)
			}
		})
	}
}

// The spec channel says what the request cannot: conditions and points to try first. Trials do not get it when it says nothing to them.
func TestSpecOfSearch(t *testing.T) {
	t.Parallel()
	s := start(t, playing(func(spec runner.Spec) fake.Script {
		h := hyperparameters(spec)
		_, err := os.Stat(filepath.Join(spec.Dir, "ml", "input", "data", "sagefly"))
		if (h["booster"] == "dart") != (h["rate_drop"] != "") || err == nil {
			return fake.Script{Exit: 1}
		}
		return bowls(spec)
	}))
	s.put(t, "spec/spec.json", `{"version":1,"search":{"conditions":{"rate_drop":{"parameter":"booster","in":["dart"]}},
		"start":[{"booster":"gbtree","eta":"0.5"},{"booster":"dart","eta":"0.3","rate_drop":"0.125"}]}}`)
	r := tuning("spec", 8)
	ranges := r.HyperParameterTuningJobConfig.ParameterRanges
	ranges.ContinuousParameterRanges = append(ranges.ContinuousParameterRanges, types.ContinuousParameterRange{Name: new("rate_drop"), MinValue: new("0"), MaxValue: new("1")})
	ranges.CategoricalParameterRanges = []types.CategoricalParameterRange{{Name: new("booster"), Values: []string{"gbtree", "dart"}}}
	r.TrainingJobDefinition.InputDataConfig = []types.Channel{channel("sagefly", "s3://bucket/spec")}
	s.tune(t, r)
	d := s.tuned(t, "spec")
	if *d.TrainingJobStatusCounters.Completed != 8 {
		t.Errorf("%+v", d.TrainingJobStatusCounters)
	}
	trials := s.trials(t, "spec")
	want := []map[string]string{{"booster": "gbtree", "eta": "0.5"}, {"booster": "dart", "eta": "0.3", "rate_drop": "0.125"}}
	if diff := cmp.Diff(want, []map[string]string{trials[0].TunedHyperParameters, trials[1].TunedHyperParameters}); diff != "" {
		t.Errorf("first trials (-want +got):\n%s", diff)
	}
}

func TestWarmStart(t *testing.T) {
	t.Parallel()
	s := start(t, playing(bowls))
	s.tune(t, tuning("parent", 8))
	parent := s.tuned(t, "parent")
	tried := values(s.trials(t, "parent"), "eta")
	for name, kind := range map[string]types.HyperParameterTuningJobWarmStartType{
		"same": types.HyperParameterTuningJobWarmStartTypeIdenticalDataAndAlgorithm, "other": types.HyperParameterTuningJobWarmStartTypeTransferLearning,
	} {
		r := tuning(name, 3)
		r.WarmStartConfig = &types.HyperParameterTuningJobWarmStartConfig{
			WarmStartType: kind, ParentHyperParameterTuningJobs: []types.ParentHyperParameterTuningJob{{HyperParameterTuningJobName: new("parent")}},
		}
		s.tune(t, r)
		d := s.tuned(t, name)
		if (d.OverallBestTrainingJob != nil) != (name == "same") {
			t.Errorf("%s: overall best %v", name, d.OverallBestTrainingJob)
		}
		repeated := 0
		for _, eta := range values(s.trials(t, name), "eta") {
			if slices.Contains(tried, eta) {
				repeated++
			}
		}
		if want := map[string]int{"same": 0, "other": 1}[name]; repeated != want { // another task's best point is worth a try
			t.Errorf("%s: %d of the parent's points were tried again, want %d", name, repeated, want)
		}
		if first := *d.BestTrainingJob.FinalHyperParameterTuningJobObjectiveMetric.Value; first > *parent.BestTrainingJob.FinalHyperParameterTuningJobObjectiveMetric.Value+0.01 {
			t.Errorf("%s: best %v, the parent's %v", name, first, *parent.BestTrainingJob.FinalHyperParameterTuningJobObjectiveMetric.Value)
		}
	}
}

// Autotune chooses limits and ranges; the hints are tried first. Describe shows the limits.
func TestAutotune(t *testing.T) {
	t.Parallel()
	s := start(t, playing(bowls))
	r := tuning("auto", 0)
	config := r.HyperParameterTuningJobConfig
	config.ResourceLimits.MaxNumberOfTrainingJobs = nil
	config.ParameterRanges = &types.ParameterRanges{AutoParameters: []types.AutoParameter{{Name: new("eta"), ValueHint: new("0.2")}, {Name: new("max_depth"), ValueHint: new("4")}}}
	r.Autotune = &types.Autotune{Mode: types.AutotuneModeEnabled}
	s.tune(t, r)
	d := s.tuned(t, "auto")
	if n := *d.HyperParameterTuningJobConfig.ResourceLimits.MaxNumberOfTrainingJobs; n != 20 || *d.TrainingJobStatusCounters.Completed > n {
		t.Errorf("%d trials of %d", *d.TrainingJobStatusCounters.Completed, n)
	}
	if diff := cmp.Diff(map[string]string{"eta": "0.2", "max_depth": "4"}, s.trials(t, "auto")[0].TunedHyperParameters); diff != "" {
		t.Errorf("first trial (-want +got):\n%s", diff)
	}
}

// Trials share the machine: with four side by side on eight processors each one's program is to use two.
func TestThreadsOfTrials(t *testing.T) {
	t.Parallel()
	threads := make(chan string, 8)
	s := start(t, playing(func(spec runner.Spec) fake.Script {
		threads <- spec.Env["OMP_NUM_THREADS"]
		return bowls(spec)
	}))
	r := tuning("four", 4)
	r.HyperParameterTuningJobConfig.ResourceLimits.MaxParallelTrainingJobs = new(int32(4))
	s.tune(t, r)
	s.tuned(t, "four")
	s.tune(t, tuning("one", 1))
	s.tuned(t, "one")
	own := tuning("own", 2)
	own.HyperParameterTuningJobConfig.ResourceLimits.MaxParallelTrainingJobs = new(int32(2))
	own.TrainingJobDefinition.Environment = map[string]string{"OMP_NUM_THREADS": "7"}
	s.tune(t, own)
	s.tuned(t, "own")
	close(threads)
	var got []string
	for n := range threads {
		got = append(got, n)
	}
	if want := []string{"2", "2", "2", "2", "", "7", "7"}; !slices.Equal(got, want) {
		t.Errorf("OMP_NUM_THREADS %q, want %q", got, want)
	}
}

func TestTuningRefusals(t *testing.T) {
	t.Parallel()
	s := start(t, playing(bowls))
	s.put(t, "x", "")
	for name, tt := range map[string]struct {
		change     func(*sagemaker.CreateHyperParameterTuningJobInput)
		code, text string
	}{
		"objective": {func(r *sagemaker.CreateHyperParameterTuningJobInput) {
			r.HyperParameterTuningJobConfig.HyperParameterTuningJobObjective.MetricName = new("validation:nothing")
		}, "ValidationException", "A metric is required for this hyperparameter tuning job objective"},
		"bucket": {func(r *sagemaker.CreateHyperParameterTuningJobInput) {
			r.TrainingJobDefinition.OutputDataConfig.S3OutputPath = new("s3://nowhere/out")
		}, "ValidationException", `S3 bucket "nowhere"`},
		"parent": {func(r *sagemaker.CreateHyperParameterTuningJobInput) {
			r.WarmStartConfig = &types.HyperParameterTuningJobWarmStartConfig{
				WarmStartType: "TransferLearning", ParentHyperParameterTuningJobs: []types.ParentHyperParameterTuningJob{{HyperParameterTuningJobName: new("nobody")}},
			}
		}, "ResourceNotFound", "Amazon SageMaker can't find a tuning job called nobody."},
	} {
		r := tuning("refused", 2)
		tt.change(r)
		_, err := s.sagemaker.CreateHyperParameterTuningJob(t.Context(), r)
		if code, text := refusal(t, err); code != tt.code || !strings.Contains(text, tt.text) {
			t.Errorf("%s: %s: %s", name, code, text)
		}
	}
	s.tune(t, tuning("old", 1))
	s.tuned(t, "old")
	other := tuning("new", 1)
	other.TrainingJobDefinition.StaticHyperParameters["gamma"] = "1"
	other.WarmStartConfig = &types.HyperParameterTuningJobWarmStartConfig{
		WarmStartType: "TransferLearning", ParentHyperParameterTuningJobs: []types.ParentHyperParameterTuningJob{{HyperParameterTuningJobName: new("old")}},
	}
	_, err := s.sagemaker.CreateHyperParameterTuningJob(t.Context(), other)
	if code, text := refusal(t, err); code != "ValidationException" || !strings.HasPrefix(text, "The set of tunable plus static HyperParameter names is not the same") {
		t.Errorf("other names: %s: %s", code, text)
	}
	s.tune(t, tuning("once", 1))
	_, err = s.sagemaker.CreateHyperParameterTuningJob(t.Context(), tuning("once", 1))
	want := "A hyperparameter tuning job with the name, once, already exists. Choose a different name."
	if code, text := refusal(t, err); code != "ResourceInUse" || text != want {
		t.Errorf("name taken: %s: %s", code, text)
	}
	s.tuned(t, "once")
	if _, err := s.sagemaker.DeleteHyperParameterTuningJob(t.Context(), &sagemaker.DeleteHyperParameterTuningJobInput{HyperParameterTuningJobName: new("once")}); err != nil {
		t.Error(err)
	}
	s.tune(t, tuning("once", 1))
}
