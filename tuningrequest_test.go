//go:build !sagefly_task

package sagefly_test

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/google/go-cmp/cmp"

	"github.com/sagefly/sagefly"
	"github.com/sagefly/sagefly/api"
	"github.com/sagefly/sagefly/container"
	"github.com/sagefly/sagefly/internal/awsjson"
)

// trainingJob is a request as Prepare makes them.
func trainingJob() *sagemaker.CreateTrainingJobInput {
	return &sagemaker.CreateTrainingJobInput{
		TrainingJobName: new("iris-20260101-000000-abcd"),
		RoleArn:         new("arn:aws:iam::000000000000:role/sagefly"),
		AlgorithmSpecification: &types.AlgorithmSpecification{
			TrainingImage: new("683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"), TrainingInputMode: types.TrainingInputModeFile,
			MetricDefinitions: []types.MetricDefinition{{Name: new("loss"), Regex: new(`loss=(\S+)`)}},
		},
		HyperParameters:   map[string]string{"rate": "0.1", "epochs": "7", "sagemaker_program": `"train.py"`},
		InputDataConfig:   []types.Channel{{ChannelName: new("train"), DataSource: &types.DataSource{S3DataSource: &types.S3DataSource{S3DataType: types.S3DataTypeS3Prefix, S3Uri: new("s3://data/train/")}}}},
		OutputDataConfig:  &types.OutputDataConfig{S3OutputPath: new("s3://data/out")},
		ResourceConfig:    &types.ResourceConfig{InstanceType: "ml.m5.large", InstanceCount: new(int32(2)), VolumeSizeInGB: new(int32(30))},
		StoppingCondition: &types.StoppingCondition{MaxRuntimeInSeconds: new(int32(600))},
		Environment:       map[string]string{"A": "b"},
		Tags:              []types.Tag{{Key: new("team"), Value: new("text")}, {Key: new("sagefly:request"), Value: new("hash of the training job")}},
	}
}

// apiAccepts checks a request by the table that was generated from AWS's model, and by what AWS says about requests that fit the table.
func apiAccepts(t *testing.T, request *sagemaker.CreateHyperParameterTuningJobInput) {
	t.Helper()
	data, err := json.Marshal(awsjson.Tree(request))
	if err != nil {
		t.Fatal(err)
	}
	tree, err := api.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	report := api.Validate("CreateHyperParameterTuningJob", tree)
	if err := report.Err(); err != nil {
		t.Errorf("%v\n%s", err, data)
	}
	if err := api.CheckTuningJob(tree); err != nil {
		t.Errorf("%v\n%s", err, data)
	}
}

func TestTuningRequest(t *testing.T) {
	t.Parallel()
	job := trainingJob()
	before := maps.Clone(job.HyperParameters)
	request, search, err := sagefly.TuningRequest(job, "iris-search", sagefly.TuningConfig{
		Objective: sagefly.Maximize("loss"), MaxJobs: 9, MaxParallel: 3, EarlyStopping: true, Seed: 7,
		Ranges: sagefly.Ranges{
			"rate": sagefly.Float(1e-5, 0.5).Log(), "momentum": sagefly.Float(0.5, 0.99).ReverseLog(), "depth": sagefly.Int(-1, 12).Linear(), "kind": sagefly.Choice("a", "b"),
		},
		Target: new(0.0), Patience: 5, StopOnConvergence: true, MaxRuntime: time.Hour,
		WarmStart: sagefly.WarmStart{Parents: []string{"earlier"}, Transfer: true},
		Tags:      map[string]string{"team": "vision", "run": "3"},
	})
	if err != nil || search != nil {
		t.Fatalf("%+v, %v", search, err)
	}
	apiAccepts(t, request)
	// The members in the words of the API's reference, CreateHyperParameterTuningJob.
	want := map[string]any{
		"HyperParameterTuningJobName": "iris-search",
		"HyperParameterTuningJobConfig": map[string]any{
			"Strategy":                         "Bayesian",
			"HyperParameterTuningJobObjective": map[string]any{"Type": "Maximize", "MetricName": "loss"},
			"ResourceLimits":                   map[string]any{"MaxNumberOfTrainingJobs": 9.0, "MaxParallelTrainingJobs": 3.0, "MaxRuntimeInSeconds": 3600.0},
			"TrainingJobEarlyStoppingType":     "Auto",
			"RandomSeed":                       7.0,
			"ParameterRanges": map[string]any{
				"IntegerParameterRanges": []any{map[string]any{"Name": "depth", "MinValue": "-1", "MaxValue": "12", "ScalingType": "Linear"}},
				"ContinuousParameterRanges": []any{
					map[string]any{"Name": "momentum", "MinValue": "0.5", "MaxValue": "0.99", "ScalingType": "ReverseLogarithmic"},
					map[string]any{"Name": "rate", "MinValue": "1e-05", "MaxValue": "0.5", "ScalingType": "Logarithmic"},
				},
				"CategoricalParameterRanges": []any{map[string]any{"Name": "kind", "Values": []any{"a", "b"}}},
			},
			"TuningJobCompletionCriteria": map[string]any{
				"TargetObjectiveMetricValue": 0.0, "BestObjectiveNotImproving": map[string]any{"MaxNumberOfTrainingJobsNotImproving": 5.0},
				"ConvergenceDetected": map[string]any{"CompleteOnConvergence": "Enabled"},
			},
		},
		"WarmStartConfig": map[string]any{
			"WarmStartType": "TransferLearning", "ParentHyperParameterTuningJobs": []any{map[string]any{"HyperParameterTuningJobName": "earlier"}},
		},
		"TrainingJobDefinition": map[string]any{
			"AlgorithmSpecification": map[string]any{
				"TrainingImage": "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3", "TrainingInputMode": "File",
				"MetricDefinitions": []any{map[string]any{"Name": "loss", "Regex": `loss=(\S+)`}},
			},
			"StaticHyperParameters": map[string]any{"epochs": "7", "sagemaker_program": `"train.py"`},
			"RoleArn":               "arn:aws:iam::000000000000:role/sagefly",
			"InputDataConfig": []any{map[string]any{"ChannelName": "train", "DataSource": map[string]any{
				"S3DataSource": map[string]any{"S3DataType": "S3Prefix", "S3Uri": "s3://data/train/"},
			}}},
			"OutputDataConfig":  map[string]any{"S3OutputPath": "s3://data/out"},
			"ResourceConfig":    map[string]any{"InstanceType": "ml.m5.large", "InstanceCount": 2.0, "VolumeSizeInGB": 30.0},
			"StoppingCondition": map[string]any{"MaxRuntimeInSeconds": 600.0},
			"Environment":       map[string]any{"A": "b"},
		},
		"Tags": []any{map[string]any{"Key": "run", "Value": "3"}, map[string]any{"Key": "team", "Value": "vision"}},
	}
	if diff := cmp.Diff(want, asJSON(t, awsjson.Tree(request))); diff != "" {
		t.Errorf("request (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(before, job.HyperParameters); diff != "" {
		t.Errorf("the job's own request changed: %s", diff)
	}
}

// asJSON is a tree as it is on the wire.
func asJSON(t *testing.T, tree any) (out any) {
	t.Helper()
	data, err := json.Marshal(tree)
	if err == nil {
		err = json.Unmarshal(data, &out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Conditions and known points have no place in the request.
func TestTuningRequestSearch(t *testing.T) {
	t.Parallel()
	request, search, err := sagefly.TuningRequest(trainingJob(), "s", sagefly.TuningConfig{
		Objective: sagefly.Minimize("loss"),
		Ranges: sagefly.Ranges{
			"kind": sagefly.Choice("sgd", "momentum"), "layers": sagefly.Int(1, 2),
			"momentum": sagefly.Float(0.5, 0.99).When("kind", "momentum"), "second": sagefly.Int(8, 64).When("layers", "2"),
		},
		Start: []sagefly.Point{{"kind": "sgd", "layers": "1"}, {"kind": "momentum", "momentum": "0.90", "layers": "+2", "second": "16"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	apiAccepts(t, request)
	want := &container.Search{
		Conditions: map[string]container.Condition{
			"momentum": {Parameter: "kind", In: []string{"momentum"}}, "second": {Parameter: "layers", In: []string{"2"}},
		},
		Start: []map[string]string{{"kind": "sgd", "layers": "1"}, {"kind": "momentum", "momentum": "0.9", "layers": "2", "second": "16"}},
	}
	if diff := cmp.Diff(want, search); diff != "" {
		t.Error(diff)
	}
	if n := *request.HyperParameterTuningJobConfig.ResourceLimits.MaxNumberOfTrainingJobs; n != 20 {
		t.Errorf("%d trials, documented are 20", n)
	}
}

func TestTuningRequestStrategies(t *testing.T) {
	t.Parallel()
	choices := sagefly.Ranges{"kind": sagefly.Choice("a", "b", "c"), "on": sagefly.Choice("true", "false")}
	for name, c := range map[string]sagefly.TuningConfig{
		"grid":           {Strategy: sagefly.Grid, Ranges: choices},
		"grid with jobs": {Strategy: sagefly.Grid, Ranges: choices, MaxJobs: 6},
		"random":         {Strategy: sagefly.Random, Ranges: sagefly.Ranges{"rate": sagefly.Float(0, 1)}, MaxJobs: 10_000},
		"hyperband":      {Strategy: sagefly.Hyperband, Ranges: choices, MinResource: 1, MaxResource: 27},
		"epochs":         {Strategy: sagefly.Hyperband, Ranges: choices},
	} {
		c.Objective = sagefly.Minimize("loss")
		request, _, err := sagefly.TuningRequest(trainingJob(), "s", c)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		apiAccepts(t, request)
	}
}

// What no engine could search is an error that names it, before anything is asked of one.
func TestTuningRequestRefusals(t *testing.T) {
	t.Parallel()
	many := sagefly.Ranges{}
	var values []string
	for _, a := range "abcdefghijklmnopqrstuvwxyzABCDE" {
		many[string(a)] = sagefly.Int(0, 1)
		values = append(values, string(a))
	}
	rate := sagefly.Float(0, 1)
	type config = sagefly.TuningConfig
	type ranges = sagefly.Ranges
	for want, c := range map[string]config{
		"Ranges: there are none":                        {Ranges: ranges{}},
		"Ranges: 31: a search has at most 30":           {Ranges: many},
		"x: 31 values: a choice has at most 30":         {Ranges: ranges{"x": sagefly.Choice(values...)}},
		"x: a choice of nothing":                        {Ranges: ranges{"x": sagefly.Choice()}},
		`x: value "a" is there twice`:                   {Ranges: ranges{"x": sagefly.Choice("a", "b", "a")}},
		"a choice has no scale":                         {Ranges: ranges{"x": sagefly.Choice("a").Log()}},
		"x: the zero Range":                             {Ranges: ranges{"x": {}}},
		"bounds 2 and 1: the lower one comes first":     {Ranges: ranges{"x": sagefly.Int(2, 1)}},
		"bounds 0 and 1: a logarithm needs a lower one": {Ranges: ranges{"x": rate.Log()}},
		"ReverseLog is for a Float":                     {Ranges: ranges{"x": sagefly.Int(0, 0).ReverseLog()}},
		"sagemaker_x: want a name of 1–256 characters":  {Ranges: ranges{"sagemaker_x": rate}},
		`"layer" is not searched: did you mean layers?`: {Ranges: ranges{"x": rate.When("layer", "1"), "layers": sagefly.Int(0, 1)}},
		"when: y is a Float":                            {Ranges: ranges{"x": rate.When("y", "1"), "y": rate}},
		"when: it depends on itself":                    {Ranges: ranges{"x": sagefly.Int(0, 1).When("x", "1")}},
		`when: y never is "3"`:                          {Ranges: ranges{"x": rate.When("y", "3"), "y": sagefly.Int(0, 2)}},
		`when: y never is "01"`:                         {Ranges: ranges{"x": rate.When("y", "01"), "y": sagefly.Int(0, 2)}},
		"when: no value of y is named":                  {Ranges: ranges{"x": rate.When("y"), "y": sagefly.Int(0, 2)}},
		"When is called twice":                          {Ranges: ranges{"x": rate.When("y", "1").When("y", "2"), "y": sagefly.Int(0, 2)}},
		"conditions go in a circle: a, b, a":            {Ranges: ranges{"a": sagefly.Int(0, 1).When("b", "1"), "b": sagefly.Int(0, 1).When("a", "1")}},
		`Strategy "Best"`:                               {Strategy: "Best"},
		"Grid: it is for choices":                       {Strategy: sagefly.Grid},
		"Grid tries each of the 2 combinations":         {Strategy: sagefly.Grid, Ranges: ranges{"x": sagefly.Choice("a", "b")}, MaxJobs: 3},
		"MinResource and MaxResource are Hyperband's":   {MaxResource: 3},
		"MinResource 4 and MaxResource 3":               {Strategy: sagefly.Hyperband, MinResource: 4, MaxResource: 3},
		"EarlyStopping: Hyperband stops":                {Strategy: sagefly.Hyperband, MaxResource: 3, EarlyStopping: true},
		"MaxResource is not set, and no field that is not searched is named " + strings.Join(api.EpochNames, ", "): {Strategy: sagefly.Hyperband, Ranges: ranges{"epochs": sagefly.Int(1, 9)}},
		"MaxJobs 751: want 1 to 750":                        {MaxJobs: 751},
		"MaxJobs 10001: want 1 to 10000":                    {MaxJobs: 10_001, Strategy: sagefly.Random},
		"MaxParallel -1":                                    {MaxParallel: -1},
		"Seed -1":                                           {Seed: -1},
		"Patience 2: want 3 or more":                        {Patience: 2},
		"MaxRuntime 1m59s: want whole seconds":              {MaxRuntime: 119 * time.Second},
		"WarmStart.Transfer is set":                         {WarmStart: sagefly.WarmStart{Transfer: true}},
		"WarmStart: 6 parents":                              {WarmStart: sagefly.WarmStart{Parents: strings.Fields("a b c d e f")}},
		`WarmStart: "a_b" is no name`:                       {WarmStart: sagefly.WarmStart{Parents: []string{"a_b"}}},
		"WarmStart: it is for Bayesian and Random":          {Strategy: sagefly.Hyperband, MaxResource: 3, WarmStart: sagefly.WarmStart{Parents: []string{"a"}}},
		"Start[0]: x has no value":                          {Start: []sagefly.Point{{}}},
		`Start[1]: x = "2" is not in its range`:             {Start: []sagefly.Point{{"x": "1"}, {"x": "2"}}},
		"Start[0]: y is not searched":                       {Start: []sagefly.Point{{"x": "1", "y": "2"}}},
		`z has a value, and its condition does not hold: y`: {Ranges: ranges{"y": sagefly.Int(0, 1), "z": rate.When("y", "1")}, Start: []sagefly.Point{{"y": "0", "z": "1"}}},
	} {
		c.Objective = sagefly.Minimize("loss")
		if c.Ranges == nil {
			c.Ranges = ranges{"x": rate}
		}
		if _, _, err := sagefly.TuningRequest(trainingJob(), "s", c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// A training job has members that the definition of a search's trials has no place for; losing them would change the job.
func TestTuningRequestLosesNothing(t *testing.T) {
	t.Parallel()
	good := sagefly.TuningConfig{Objective: sagefly.Minimize("loss"), Ranges: sagefly.Ranges{"x": sagefly.Int(0, 1)}}
	for want, change := range map[string]func(*sagemaker.CreateTrainingJobInput){
		"ContainerEntrypoint": func(r *sagemaker.CreateTrainingJobInput) {
			r.AlgorithmSpecification.ContainerEntrypoint = []string{"x"}
		},
		"ExperimentConfig":     func(r *sagemaker.CreateTrainingJobInput) { r.ExperimentConfig = &types.ExperimentConfig{} },
		"49 variables":         func(r *sagemaker.CreateTrainingJobInput) { r.Environment = numbered(49) },
		"101 hyperparameters":  func(r *sagemaker.CreateTrainingJobInput) { r.HyperParameters = numbered(99) },
		"a tuning job's name ": func(r *sagemaker.CreateTrainingJobInput) { r.TrainingJobName = nil },
	} {
		job, name := trainingJob(), "s"
		if change(job); job.TrainingJobName == nil {
			name = strings.Repeat("s", 33)
		}
		if _, _, err := sagefly.TuningRequest(job, name, good); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func numbered(n int) map[string]string {
	m := map[string]string{}
	for i := range n {
		m["V"+strings.Repeat("v", i)] = "1"
	}
	return m
}

// Each member of a training job's request is either one of a trial's definition, or refused: a new version of the SDK brings more.
func TestTuningRequestKnowsAllMembers(t *testing.T) {
	t.Parallel()
	own := []string{"TrainingJobName", "Tags", "HyperParameters"}
	refused := []string{
		"DebugHookConfig", "DebugRuleConfigurations", "ExperimentConfig", "InfraCheckConfig", "MlflowConfig", "ModelPackageConfig", "ProfilerConfig",
		"ProfilerRuleConfigurations", "RemoteDebugConfig", "ServerlessJobConfig", "SessionChainingConfig", "TensorBoardOutputConfig",
	}
	there := members[types.HyperParameterTrainingJobDefinition]()
	for _, name := range members[sagemaker.CreateTrainingJobInput]() {
		if !slices.Contains(own, name) && !slices.Contains(refused, name) && !slices.Contains(there, name) {
			t.Errorf("%s is neither carried nor refused", name)
		}
	}
}

// members are the names of a struct's exported fields.
func members[T any]() (names []string) {
	for f := range reflect.TypeFor[T]().Fields() {
		if f.IsExported() {
			names = append(names, f.Name)
		}
	}
	return names
}
