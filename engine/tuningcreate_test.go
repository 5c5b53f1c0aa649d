package engine_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagefly/sagefly/engine/runner"
	"github.com/sagefly/sagefly/engine/runner/fake"
)

// refuseTuning expects that a tuning job is refused with this text.
func (s *site) refuseTuning(t testing.TB, r *sagemaker.CreateHyperParameterTuningJobInput, want string) {
	t.Helper()
	s.put(t, "x", "")
	_, err := s.sagemaker.CreateHyperParameterTuningJob(t.Context(), r)
	if err == nil {
		t.Errorf("%s was created, want %q", *r.HyperParameterTuningJobName, want)
		return
	}
	if code, text := refusal(t, err); code != "ValidationException" || !strings.Contains(text, want) {
		t.Errorf("%s: %s: %s, want %q", *r.HyperParameterTuningJobName, code, text, want)
	}
}

// The ranges that AWS recommends for XGBoost are of numbers, so that a grid of what Autotune chooses would have no end.
func TestGridOfAutotune(t *testing.T) {
	t.Parallel()
	s := start(t, playing(bowls))
	for name, limit := range map[string]*int32{"limitless": nil, "limited": new(int32(10))} {
		r := tuning(name, 1)
		c := r.HyperParameterTuningJobConfig
		c.Strategy, c.ParameterRanges, c.ResourceLimits.MaxNumberOfTrainingJobs = types.HyperParameterTuningJobStrategyTypeGrid, nil, limit
		r.Autotune = &types.Autotune{Mode: types.AutotuneModeEnabled}
		s.refuseTuning(t, r, "more than 750 combinations, the most that the strategy Grid can search")
	}
}

// Also a point that is not the first to be tried must be one of the search.
func TestStartingPointsOutsideTheRanges(t *testing.T) {
	t.Parallel()
	s := start(t, playing(bowls))
	for name, tt := range map[string]struct{ start, want string }{
		"range":     {`[{"eta":"0.5"},{"eta":"7"}]`, `number 2 of the points to try first: point: eta = "7" is outside its range`},
		"parameter": {`[{"eta":"0.5"},{"eta":"0.25"},{"eta":"0.5","gamma":"1"}]`, "number 3 of the points to try first: point: there is no parameter gamma"},
	} {
		s.put(t, name+"/spec.json", `{"version":1,"search":{"start":`+tt.start+`}}`)
		r := tuning(name, 4)
		r.TrainingJobDefinition.InputDataConfig = []types.Channel{channel("sagefly", "s3://bucket/"+name)}
		s.refuseTuning(t, r, tt.want)
	}
}

// A metric may have the name under which trials have their objective.
func TestObjectiveNamedObjectiveMetric(t *testing.T) {
	t.Parallel()
	s := start(t, playing(bowls))
	r := tuning("named", 2)
	r.HyperParameterTuningJobConfig.HyperParameterTuningJobObjective.MetricName = new("ObjectiveMetric")
	r.TrainingJobDefinition.AlgorithmSpecification = &types.HyperParameterAlgorithmSpecification{
		TrainingImage: new(sklearn), TrainingInputMode: types.TrainingInputModeFile,
		MetricDefinitions: []types.MetricDefinition{{Name: new("ObjectiveMetric"), Regex: new("validation-rmse:(.*)")}},
	}
	r.TrainingJobDefinition.StaticHyperParameters = map[string]string{"sagemaker_program": "train.sh", "sagemaker_submit_directory": "s3://bucket/source.tar.gz"}
	s.tune(t, r)
	d := s.tuned(t, "named")
	if n := *d.ObjectiveStatusCounters.Succeeded; n != 2 {
		t.Errorf("%d of 2 trials have an objective: %s", n, deref(d.FailureReason))
	}
	if got := s.describe(t, *s.trials(t, "named")[0].TrainingJobName).AlgorithmSpecification.MetricDefinitions; len(got) != 1 || *got[0].Name != "ObjectiveMetric" {
		t.Errorf("metric definitions %v", got)
	}
}

// The ranges of a single definition are those of the tuning job; empty ones beside the definition say nothing, also not to a warm start.
func TestEmptyRangesOfADefinition(t *testing.T) {
	t.Parallel()
	s := start(t, playing(bowls))
	s.tune(t, tuning("parent", 2))
	s.tuned(t, "parent")
	r := tuning("child", 2)
	r.TrainingJobDefinition.HyperParameterRanges = &types.ParameterRanges{}
	startWarm(r, sameTask, "parent")
	s.tune(t, r)
	if d := s.tuned(t, "child"); *d.ObjectiveStatusCounters.Succeeded != 2 {
		t.Errorf("%s: %s", d.HyperParameterTuningJobStatus, deref(d.FailureReason))
	}
}

// Training jobs show the name of their definition also where there is no other; their hyperparameters have no prefix then.
func TestNameOfTheOnlyDefinition(t *testing.T) {
	t.Parallel()
	s := start(t, playing(bowls))
	single := tuning("single", 2)
	single.TrainingJobDefinition.DefinitionName = new("mine")
	listed := tuning("listed", 2)
	c, d := listed.HyperParameterTuningJobConfig, *listed.TrainingJobDefinition
	d.DefinitionName, d.TuningObjective, d.HyperParameterRanges = new("mine"), c.HyperParameterTuningJobObjective, c.ParameterRanges
	c.HyperParameterTuningJobObjective, c.ParameterRanges = nil, nil
	listed.TrainingJobDefinition, listed.TrainingJobDefinitions = nil, []types.HyperParameterTrainingJobDefinition{d}
	for _, r := range []*sagemaker.CreateHyperParameterTuningJobInput{single, listed} {
		s.tune(t, r)
		name := *r.HyperParameterTuningJobName
		if got := deref(s.tuned(t, name).BestTrainingJob.TrainingJobDefinitionName); got != "mine" {
			t.Errorf("%s: the best training job is of definition %q", name, got)
		}
		for _, trial := range s.trials(t, name) {
			if deref(trial.TrainingJobDefinitionName) != "mine" || trial.TunedHyperParameters["eta"] == "" {
				t.Errorf("%s: definition %q, hyperparameters %v", name, deref(trial.TrainingJobDefinitionName), trial.TunedHyperParameters)
			}
		}
	}
}

// The API reference says of HyperParameterTuningJobName that it is not case-sensitive. A job keeps the spelling that it was created with.
func TestCaseOfTuningJobNames(t *testing.T) {
	t.Parallel()
	s := start(t, playing(bowls))
	s.tune(t, tuning("Case", 1))
	_, err := s.sagemaker.CreateHyperParameterTuningJob(t.Context(), tuning("case", 1))
	if code, text := refusal(t, err); code != "ResourceInUse" || text != "A hyperparameter tuning job with the name, case, already exists. Choose a different name." {
		t.Errorf("%s: %s", code, text)
	}
	d := s.tuned(t, "CASE")
	if *d.HyperParameterTuningJobName != "Case" || !strings.HasSuffix(*d.HyperParameterTuningJobArn, "/Case") {
		t.Errorf("CASE is %s, %s", *d.HyperParameterTuningJobName, *d.HyperParameterTuningJobArn)
	}
	arn := strings.TrimSuffix(*d.HyperParameterTuningJobArn, "Case")
	if _, err := s.sagemaker.AddTags(t.Context(), &sagemaker.AddTagsInput{ResourceArn: new(arn + "case"), Tags: []types.Tag{{Key: new("team"), Value: new("a")}}}); err != nil {
		t.Fatal(err)
	}
	if tags, err := s.sagemaker.ListTags(t.Context(), &sagemaker.ListTagsInput{ResourceArn: new(arn + "Case")}); err != nil || len(tags.Tags) != 1 {
		t.Errorf("tags %v, %v", tags, err)
	}
	if _, err := s.sagemaker.DeleteHyperParameterTuningJob(t.Context(), &sagemaker.DeleteHyperParameterTuningJobInput{HyperParameterTuningJobName: new("cASE")}); err != nil {
		t.Error(err)
	}
	s.tune(t, tuning("case", 1))
}

// What trials print may follow from a tuned value, in every definition, whichever the search begins with: XGBoost prints auc where eval_metric
// names it, and rmse without one.
func TestDefinitionsWhoseObjectiveIsTuned(t *testing.T) {
	t.Parallel()
	s := start(t, playing(func(runner.Spec) fake.Script {
		return fake.Script{Lines: []fake.Line{{Text: "[0]\tvalidation-auc:0.75"}}}
	}))
	r := tuning("several", 4)
	c, d := r.HyperParameterTuningJobConfig, *r.TrainingJobDefinition
	d.TuningObjective = &types.HyperParameterTuningJobObjective{Type: types.HyperParameterTuningJobObjectiveTypeMaximize, MetricName: new("validation:auc")}
	d.HyperParameterRanges = &types.ParameterRanges{
		CategoricalParameterRanges: []types.CategoricalParameterRange{{Name: new("eval_metric"), Values: []string{"auc", "auc,rmse"}}},
		ContinuousParameterRanges:  c.ParameterRanges.ContinuousParameterRanges,
	}
	c.HyperParameterTuningJobObjective, c.ParameterRanges, r.TrainingJobDefinition = nil, nil, nil
	for _, name := range []string{"a", "b", "c"} {
		d.DefinitionName = &name
		r.TrainingJobDefinitions = append(r.TrainingJobDefinitions, d)
	}
	s.tune(t, r)
	if d := s.tuned(t, "several"); *d.ObjectiveStatusCounters.Succeeded != 4 {
		t.Errorf("%s, %d with an objective: %s", d.HyperParameterTuningJobStatus, *d.ObjectiveStatusCounters.Succeeded, deref(d.FailureReason))
	}
}
