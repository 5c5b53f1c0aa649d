//go:build !sagefly_task

package sagefly_test

import (
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/google/go-cmp/cmp"

	"github.com/sagefly/sagefly"
	"github.com/sagefly/sagefly/algorithm/xgboost"
	"github.com/sagefly/sagefly/container"
)

// specOf is what the spec channel of a search says; the zero Spec without the channel.
func specOf(t *testing.T, target sagefly.Target, request *sagemaker.CreateHyperParameterTuningJobInput) container.Spec {
	t.Helper()
	for _, c := range request.TrainingJobDefinition.InputDataConfig {
		if *c.ChannelName != "sagefly" {
			continue
		}
		if c.ContentType != nil {
			t.Errorf("the spec channel's content is called %s", *c.ContentType)
		}
		spec, err := container.ParseSpec([]byte(object(t, target, *c.DataSource.S3DataSource.S3Uri)))
		if err != nil {
			t.Fatal(err)
		}
		return spec
	}
	return container.Spec{}
}

func object(t *testing.T, target sagefly.Target, uri string) string {
	t.Helper()
	bucket, key, _ := strings.Cut(strings.TrimPrefix(uri, "s3://"), "/")
	client := s3.NewFromConfig(target.AWS, func(o *s3.Options) { o.UsePathStyle = true })
	answer, err := client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &bucket, Key: &key})
	if err != nil {
		t.Fatalf("%s: %v", uri, err)
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestSearchRequest(t *testing.T) {
	t.Parallel()
	target := local(t)
	target.Tags = map[string]string{"run": "the target's", "who": "me"}
	// What is searched needs no value, not even where the field is required, and a value that is there does not count.
	request, err := valleySearch.Request(t.Context(), target, valleyInput{Rate: 7, Note: "two\nlines"})
	if err != nil {
		t.Fatal(err)
	}
	apiAccepts(t, request)
	if name := *request.HyperParameterTuningJobName; !regexp.MustCompile(`^valley-search-\d{6}-\d{6}-[0-9a-f]{4}$`).MatchString(name) || len(name) > 32 {
		t.Errorf("name %s", name)
	}
	d := request.TrainingJobDefinition
	if d.Environment["SAGEFLY_TASK"] != "valley" {
		t.Errorf("a trial runs %q", d.Environment["SAGEFLY_TASK"])
	}
	static := slices.Sorted(maps.Keys(d.StaticHyperParameters))
	if diff := cmp.Diff([]string{"layers", "sagemaker_container_log_level", "sagemaker_program", "sagemaker_region", "sagemaker_submit_directory"}, static); diff != "" {
		t.Errorf("static hyperparameters: %s", diff)
	}
	want := container.Spec{
		Version: 1, Values: map[string]string{"note": "two\nlines"},
		Search: &container.Search{
			Conditions: map[string]container.Condition{"momentum": {Parameter: "optimizer", In: []string{"momentum"}}},
			Start:      []map[string]string{{"learning_rate": "0.01", "optimizer": "sgd"}, {"learning_rate": "0.01", "optimizer": "momentum", "momentum": "0.9"}},
		},
	}
	if diff := cmp.Diff(want, specOf(t, target, request)); diff != "" {
		t.Errorf("spec (-want +got):\n%s", diff)
	}
	tags := map[string]string{}
	for _, one := range request.Tags {
		tags[*one.Key] = *one.Value
	}
	if diff := cmp.Diff(map[string]string{"team": "vision", "run": "7", "who": "me"}, tags); diff != "" {
		t.Error(diff)
	}
	if *d.ResourceConfig.InstanceCount != 2 || !strings.HasPrefix(*d.AlgorithmSpecification.MetricDefinitions[0].Regex, "metric: loss=") {
		t.Errorf("%+v, %v", d.ResourceConfig, *d.AlgorithmSpecification.MetricDefinitions[0].Regex)
	}
}

// The name of a search whose own name is long is cut, and no dash stands before the suffix.
func TestSearchNameIsCut(t *testing.T) {
	t.Parallel()
	search := sagefly.NewTuning("abcdefghijkl-nopqrstuvwxyz-01234", valley, sagefly.TuningConfig{Objective: sagefly.Minimize("loss"), Ranges: sagefly.Ranges{"learning_rate": sagefly.Float(0.1, 1)}})
	request, err := search.Request(t.Context(), local(t), valleyInput{Optimizer: "sgd"})
	if err != nil {
		t.Fatal(err)
	}
	if name := *request.HyperParameterTuningJobName; !regexp.MustCompile(`^abcdefghijkl-\d{6}-\d{6}-[0-9a-f]{4}$`).MatchString(name) {
		t.Error(name)
	}
	if spec := specOf(t, sagefly.Target{}, request); spec.Version != 0 {
		t.Errorf("nothing needs a spec: %+v", spec)
	}
	if _, err := search.Request(t.Context(), local(t), valleyInput{}); err == nil || !contains(err.Error(), `Optimizer is required`) {
		t.Errorf("a field that is required and not searched: %v", err)
	}
}

func TestSearchRequestRefusals(t *testing.T) {
	t.Parallel()
	target := local(t)
	target.Checkpoints = "s3://data/checkpoints"
	if _, err := valleySearch.Request(t.Context(), target, valleyInput{}); err == nil || !contains(err.Error(), "each trial of a search begins anew") {
		t.Errorf("%v", err)
	}
	if _, err := sagefly.Prepare(t.Context(), valleySearch, target, nil); err == nil || !contains(err.Error(), "use PrepareTuning") {
		t.Errorf("%v", err)
	}
	if _, err := sagefly.PrepareTuning(t.Context(), valley, target, nil); err == nil || !contains(err.Error(), "it is no search") {
		t.Errorf("%v", err)
	}
	if err := sagefly.Check(valleySearch, map[string]string{"layers": "many"}); err == nil || !contains(err.Error(), "Layers") {
		t.Errorf("%v", err)
	}
	if err := sagefly.Check(valleySearch, map[string]string{"momentum": "0.9"}); err == nil || !contains(err.Error(), "belongs to no field") {
		t.Errorf("a value for what is searched: %v", err)
	}
	if err := sagefly.Check(valleySearch, nil); err != nil {
		t.Errorf("nothing is required: %v", err)
	}
}

// texts by name make the same request as a struct, as on a command line.
func TestPrepareTuning(t *testing.T) {
	t.Parallel()
	target := local(t)
	typed, err := valleySearch.Request(t.Context(), target, valleyInput{Layers: 4})
	if err != nil {
		t.Fatal(err)
	}
	texts, err := sagefly.PrepareTuning(t.Context(), valleySearch, target, map[string]string{"layers": "4"})
	if err != nil {
		t.Fatal(err)
	}
	typed.HyperParameterTuningJobName, texts.HyperParameterTuningJobName = nil, nil
	ignore := cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".noSmithyDocumentSerde" }, cmp.Ignore())
	if diff := cmp.Diff(typed, texts, ignore); diff != "" {
		t.Error(diff)
	}
}

// The rules of a built-in algorithm are checked with a value of what is searched in its place.
func TestSearchRequestAroundBuiltin(t *testing.T) {
	t.Parallel()
	target := local(t)
	data := sagefly.Dir(folder(t, map[string]string{"a.csv": "1,2\n"}))
	search := sagefly.NewTuning("churn-search", sagefly.NewBuiltin("churn", xgboost.Latest, sagefly.TrainingConfig{}), sagefly.TuningConfig{
		Objective: sagefly.Maximize("validation:auc"),
		Ranges:    sagefly.Ranges{"num_round": sagefly.Int(10, 200), "booster": sagefly.Choice("gbtree", "dart"), "rate_drop": sagefly.Float(0, 0.5).When("booster", "dart")},
	})
	in := sagefly.BuiltinInput[xgboost.Params]{Params: xgboost.Params{Objective: "binary:logistic"}, Train: data, Validation: data}
	request, err := search.Request(t.Context(), target, in)
	if err != nil {
		t.Fatal(err)
	}
	apiAccepts(t, request)
	if diff := cmp.Diff(map[string]string{"objective": "binary:logistic"}, request.TrainingJobDefinition.StaticHyperParameters); diff != "" {
		t.Error(diff)
	}
	if s := specOf(t, target, request).Search; s == nil || s.Conditions["rate_drop"].Parameter != "booster" {
		t.Errorf("%+v", s)
	}
	in.Params.Objective = "multi:softmax"
	if _, err := search.Request(t.Context(), target, in); err == nil || !contains(err.Error(), "Require input for parameter 'num_class'") {
		t.Errorf("%v", err)
	}
	in.Params.Objective, in.Validation = "binary:logistic", ""
	if _, err := search.Request(t.Context(), target, in); err == nil || !contains(err.Error(), "validation:auc is computed on the channel validation") {
		t.Errorf("%v", err)
	}
}

func TestSearchRequestAroundScript(t *testing.T) {
	t.Parallel()
	target := local(t)
	dir := folder(t, map[string]string{"train.py": "print('accuracy=1')\n"})
	iris := sagefly.NewScript("iris", dir, sagefly.ScriptConfig{Patterns: map[string]string{"accuracy": `accuracy=(\S+)`}})
	search := sagefly.NewTuning("iris-search", iris, sagefly.TuningConfig{Objective: sagefly.Maximize("accuracy"), Ranges: sagefly.Ranges{"depth": sagefly.Int(1, 9)}})
	in := sagefly.ScriptInput{Hyperparameters: map[string]string{"depth": "3", "trees": "10"}, Channels: map[string]string{"train": "s3://data/train/"}}
	request, err := search.Request(t.Context(), target, in)
	if err != nil {
		t.Fatal(err)
	}
	apiAccepts(t, request)
	h := request.TrainingJobDefinition.StaticHyperParameters
	if _, there := h["depth"]; there || h["trees"] != "10" || h["sagemaker_program"] != `"train.py"` || in.Hyperparameters["depth"] != "3" {
		t.Errorf("%v, and the input is %v", h, in.Hyperparameters)
	}
}

// Where the target is no engine of ours, conditions and known points are refused, all together with what else is wrong, before anything is uploaded.
func TestConditionsAreRefusedAtAWS(t *testing.T) {
	t.Parallel()
	e := second(t)
	var seen recorder
	config := e.AWSConfig("us-west-2")
	config.Credentials = credential()
	config.HTTPClient = &seen
	client := s3.NewFromConfig(config, func(o *s3.Options) { o.UsePathStyle = true })
	if _, err := client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: new("mine"), CreateBucketConfiguration: &s3types.CreateBucketConfiguration{LocationConstraint: "us-west-2"}}); err != nil {
		t.Fatal(err)
	}
	before := seen.count("PUT ", "")
	target := sagefly.Target{AWS: config, Role: "train", Bucket: "mine", InstanceCount: 3}
	_, err := valleySearch.Request(t.Context(), target, valleyInput{})
	refused, ok := errorAs[*sagefly.PreflightError](err)
	if !ok {
		t.Fatalf("%v", err)
	}
	var whats []string
	for _, f := range refused.Report.Findings {
		whats = append(whats, f.What+" | "+f.Where)
	}
	want := []string{
		"conditional parameters cannot be searched on AWS | spec channel, search.conditions",
		"AWS's tuner takes no known starting points | spec channel, search.start",
		"the account's quota does not allow 6 instances of ml.m5.xlarge | MaxParallelTrainingJobs × ResourceConfig = 2 × 3 × ml.m5.xlarge",
	}
	if diff := cmp.Diff(want, whats); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	if n := seen.count("PUT ", "") - before; n != 0 {
		t.Errorf("%d uploads: %v", n, seen.asked)
	}
}

// A name that no tuning job can have is refused before anything is uploaded: nothing is asked of the target, which there is not.
func TestStartRefusesName(t *testing.T) {
	t.Parallel()
	named := sagefly.StartOptions{Name: strings.Repeat("a", 33)}
	_, err := valleySearch.Start(t.Context(), sagefly.Target{}, valleyInput{}, named)
	if err == nil || !strings.Contains(err.Error(), `a tuning job's name is 1–32 characters of A–Z, a–z, 0–9 and "-", and "`+named.Name+`" has 33`) {
		t.Errorf("%v", err)
	}
}

// A launch with a name meets its own job again, and one of another request is an error that shows where they differ.
func TestNamedSearches(t *testing.T) {
	t.Parallel()
	target := local(t)
	request, err := valleySearch.Request(t.Context(), target, valleyInput{})
	if err != nil {
		t.Fatal(err)
	}
	stub := &tuningStub{}
	target.AWS.BaseEndpoint = new(stub.start(t))
	named := sagefly.StartOptions{Name: "nightly"}
	if adopted, err := sagefly.LaunchTuning(t.Context(), target, request, named); err != nil || adopted || *request.HyperParameterTuningJobName != "nightly" {
		t.Fatalf("adopted %v, %v", adopted, err)
	}
	if adopted, err := sagefly.LaunchTuning(t.Context(), target, request, named); err != nil || !adopted {
		t.Errorf("the same request: adopted %v, %v", adopted, err)
	}
	request.TrainingJobDefinition.StaticHyperParameters["layers"] = "3"
	delete(request.TrainingJobDefinition.StaticHyperParameters, "sagemaker_region")
	request.HyperParameterTuningJobConfig.ResourceLimits.MaxNumberOfTrainingJobs = new(int32(9))
	request.HyperParameterTuningJobConfig.ParameterRanges.IntegerParameterRanges = []types.IntegerParameterRange{{Name: new("seed"), MinValue: new("1"), MaxValue: new("2")}}
	_, err = sagefly.LaunchTuning(t.Context(), target, request, named)
	taken, ok := errorAs[*sagefly.NameTaken](err)
	if !ok {
		t.Fatalf("%#v", err)
	}
	want := []sagefly.Difference{
		{Member: "HyperParameterTuningJobConfig.ParameterRanges.IntegerParameterRanges.seed", Requested: `{"MaxValue":"2","MinValue":"1","Name":"seed"}`},
		{Member: "HyperParameterTuningJobConfig.ResourceLimits.MaxNumberOfTrainingJobs", Requested: "9", Existing: "6"},
		{Member: "TrainingJobDefinition.StaticHyperParameters.layers", Requested: `"3"`, Existing: `"2"`},
		{Member: "TrainingJobDefinition.StaticHyperParameters.sagemaker_region", Existing: `"\"us-east-1\""`},
	}
	if diff := cmp.Diff(want, taken.Differences); diff != "" {
		t.Errorf("differences (-want +got):\n%s", diff)
	}
}
