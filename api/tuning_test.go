package api

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// tuning is testdata/tuning.json: the hyperparameter tuning task of the old Flyte plugin's example, over its XGBoost
// task, as the request that the plugin made of it, with a newer image and the hyperparameters that it accepts.
func tuning(t testing.TB, changes ...string) map[string]any {
	t.Helper()
	body, err := os.ReadFile("testdata/tuning.json")
	if err != nil {
		t.Fatal(err)
	}
	return change(t, decode(t, string(body)), changes)
}

// tuningList is the same with two definitions, a and b, each with the objective and the ranges.
func tuningList(t testing.TB, changes ...string) map[string]any {
	t.Helper()
	tree := tuning(t)
	config := object(tree, "HyperParameterTuningJobConfig")
	var definitions []any
	for _, name := range []string{"a", "b"} {
		definition := maps.Clone(object(tree, "TrainingJobDefinition"))
		definition["DefinitionName"] = name
		definition["TuningObjective"] = config["HyperParameterTuningJobObjective"]
		definition["HyperParameterRanges"] = config["ParameterRanges"]
		definitions = append(definitions, definition)
	}
	tree["TrainingJobDefinitions"] = definitions
	body, err := json.Marshal(tree)
	if err != nil {
		t.Fatal(err)
	}
	return change(t, decode(t, string(body)), append([]string{
		"TrainingJobDefinition", "", "HyperParameterTuningJobConfig.HyperParameterTuningJobObjective", "",
		"HyperParameterTuningJobConfig.ParameterRanges", "", "HyperParameterTuningJobConfig.TrainingJobEarlyStoppingType", `"Off"`,
	}, changes...))
}

func TestTypicalTuningRequestPasses(t *testing.T) {
	t.Parallel()
	for _, tree := range []map[string]any{tuning(t), tuningList(t)} {
		if diff := cmp.Diff(Report{}, Validate("CreateHyperParameterTuningJob", tree), cmp.AllowUnexported(Violation{})); diff != "" {
			t.Errorf("Validate (-want +got):\n%s", diff)
		}
		if err := CheckTuningJob(tree); err != nil {
			t.Errorf("CheckTuningJob: %v", err)
		}
	}
}

// rule is one change of a request and the refusal that it must meet; want "" passes.
type rule struct {
	path, want string
	changes    []string
}

func checkRules(t *testing.T, base func(testing.TB, ...string) map[string]any, rules []rule) {
	t.Helper()
	for _, r := range rules {
		tree := base(t, r.changes...)
		if err := Validate("CreateHyperParameterTuningJob", tree).Err(); err != nil {
			t.Errorf("%q: the model refuses it: %v", r.changes, err)
		}
		err, _ := CheckTuningJob(tree).(*Error)
		switch {
		case err == nil && r.want != "":
			t.Errorf("%q passed, want %q", r.changes, r.want)
		case err != nil && (r.want == "" || !strings.Contains(err.Message, r.want) || strings.Join(err.Path, ".") != r.path || err.Code != "ValidationException"):
			t.Errorf("%q: %v at %v, want %q at %s", r.changes, err, err.Path, r.want, r.path)
		}
	}
}

const (
	tuningConfig = "HyperParameterTuningJobConfig"
	tuningLimits = tuningConfig + ".ResourceLimits"
	tuningRanges = tuningConfig + ".ParameterRanges"
	autotune     = `{"Mode":"Enabled"}`
)

// TestDefinitionRules: API reference (CreateHyperParameterTuningJob, HyperParameterTrainingJobDefinition,
// HyperParameterTuningResourceConfig) and developer guide (Tune Multiple Algorithms).
func TestDefinitionRules(t *testing.T) {
	t.Parallel()
	const d, resources = "TrainingJobDefinition", "TrainingJobDefinition.HyperParameterTuningResourceConfig"
	const objective, ranges = `{"Type":"Minimize","MetricName":"validation:error"}`, `{"CategoricalParameterRanges":[{"Name":"a","Values":["b"]}]}`
	const instances = `[{"InstanceType":"ml.m5.large","InstanceCount":1,"VolumeSizeInGB":30}]`
	checkRules(t, tuning, []rule{
		{d, "must have TrainingJobDefinition or TrainingJobDefinitions", []string{d, ""}},
		{"", "", []string{d + ".DefinitionName", `"a"`}},
		{d + ".TuningObjective", "belongs into HyperParameterTuningJobConfig", []string{d + ".TuningObjective", objective}},
		{d + ".HyperParameterRanges", "belong into HyperParameterTuningJobConfig", []string{d + ".HyperParameterRanges", ranges}},
		{"", "", []string{d + ".HyperParameterRanges", `{"IntegerParameterRanges":[]}`}},
		{tuningConfig + ".HyperParameterTuningJobObjective", "needs an objective metric", []string{tuningConfig + ".HyperParameterTuningJobObjective", ""}},
		{tuningConfig + ".HyperParameterTuningJobObjective", "needs an objective metric", []string{tuningConfig + ".HyperParameterTuningJobObjective", "", "Autotune", autotune}},

		{d + ".ResourceConfig", "must have ResourceConfig or", []string{d + ".ResourceConfig", ""}},
		{resources, "both ResourceConfig and", []string{resources, `{"InstanceConfigs":` + instances + `}`}},
		{"", "", []string{d + ".ResourceConfig", "", resources, `{"AllocationStrategy":"Prioritized","InstanceConfigs":` + instances + `}`}},
		{"", "", []string{d + ".ResourceConfig", "", resources, `{"InstanceType":"ml.m5.large","InstanceCount":1,"VolumeSizeInGB":30}`}},
		{resources, "must have InstanceType or InstanceConfigs", []string{d + ".ResourceConfig", "", resources, `{"InstanceCount":1}`}},
		{resources + ".InstanceCount", "at least 1", []string{d + ".ResourceConfig", "", resources, `{"InstanceType":"ml.m5.large"}`}},
		{resources + ".InstanceType", "both InstanceType and InstanceConfigs", []string{d + ".ResourceConfig", "", resources, `{"InstanceType":"ml.m5.large","InstanceConfigs":` + instances + `}`}},
		{resources + ".InstanceConfigs.0.InstanceCount", "at least 1", []string{d + ".ResourceConfig", "", resources, `{"InstanceConfigs":` + strings.Replace(instances, ":1,", ":0,", 1) + `}`}},

		{d + ".AlgorithmSpecification.MetricDefinitions.1.Name", "m is used more than once", []string{d + ".AlgorithmSpecification.MetricDefinitions", `[{"Name":"m","Regex":"a"},{"Name":"m","Regex":"b"}]`}},
		{"", "", []string{d + ".AlgorithmSpecification.MetricDefinitions", `[{"Name":"m","Regex":"a"},{"Name":"n","Regex":"a"}]`}},

		// the rules of a training job; their other cases are TestRules'
		{d + ".AlgorithmSpecification", "either TrainingImage or AlgorithmName", []string{d + ".AlgorithmSpecification.TrainingImage", ""}},
		{d + ".ResourceConfig.InstanceCount", "at least 1", []string{d + ".ResourceConfig.InstanceCount", "0"}},
		{d + ".StoppingCondition.MaxWaitTimeInSeconds", "Invalid MaxWaitTimeInSeconds. It is only supported when EnableManagedSpotTraining is set to true", []string{d + ".StoppingCondition.MaxWaitTimeInSeconds", "90000"}},
		{d + ".StoppingCondition.MaxWaitTimeInSeconds", "must be present and be greater", []string{d + ".EnableManagedSpotTraining", "true"}},
		{"", "", []string{d + ".EnableManagedSpotTraining", "true", d + ".StoppingCondition.MaxWaitTimeInSeconds", "86400"}},
		{d + ".InputDataConfig.1.ChannelName", "train is used more than once", []string{d + ".InputDataConfig.1.ChannelName", `"train"`}},
		{d + ".CheckpointConfig.LocalPath", "absolute path", []string{d + ".CheckpointConfig", `{"S3Uri":"s3://b","LocalPath":"ckpt"}`}},
		{"Tags.0.Key", "aws: prefixed", []string{"Tags.0.Key", `"aws:x"`}},
	})
}

func TestDefinitionListRules(t *testing.T) {
	t.Parallel()
	const first, second = "TrainingJobDefinitions.0", "TrainingJobDefinitions.1"
	variables := func(n int) string {
		var names []string
		for i := range n {
			names = append(names, `"V`+strconv.Itoa(i)+`":""`)
		}
		return "{" + strings.Join(names, ",") + "}"
	}
	definition, err := json.Marshal(tuning(t)["TrainingJobDefinition"])
	if err != nil {
		t.Fatal(err)
	}
	checkRules(t, tuningList, []rule{
		{"TrainingJobDefinitions", "cannot have both", []string{"TrainingJobDefinition", string(definition)}},
		{first + ".DefinitionName", "must have a DefinitionName", []string{first + ".DefinitionName", ""}},
		{second + ".DefinitionName", "a is used more than once", []string{second + ".DefinitionName", `"a"`}},
		{second + ".TuningObjective", "needs an objective metric", []string{second + ".TuningObjective", ""}},
		{second + ".TuningObjective.Type", "must all have the same Type", []string{second + ".TuningObjective.Type", `"Maximize"`}},
		{"", "", []string{first + ".TuningObjective.Type", `"Maximize"`, second + ".TuningObjective.Type", `"Maximize"`}},
		{second + ".HyperParameterRanges", "at least one hyperparameter range", []string{second + ".HyperParameterRanges", ""}},
		{"", "", []string{second + ".HyperParameterRanges", "", "Autotune", autotune}},
		{second + ".HyperParameterRanges.IntegerParameterRanges.0.MinValue", "must be an integer", []string{second + ".HyperParameterRanges.IntegerParameterRanges.0.MinValue", `"x"`}},
		{tuningConfig + ".HyperParameterTuningJobObjective", "its own TuningObjective", []string{tuningConfig + ".HyperParameterTuningJobObjective", `{"Type":"Minimize","MetricName":"m"}`}},
		{tuningRanges, "its own HyperParameterRanges", []string{tuningRanges, `{"CategoricalParameterRanges":[{"Name":"a","Values":["b"]}]}`}},
		{"", "", []string{tuningRanges, `{"IntegerParameterRanges":[]}`}},
		{"WarmStartConfig", "cannot be used with TrainingJobDefinitions", []string{"WarmStartConfig", `{"WarmStartType":"TransferLearning","ParentHyperParameterTuningJobs":[{"HyperParameterTuningJobName":"p"}]}`}},
		{tuningConfig + ".TrainingJobEarlyStoppingType", "Auto cannot be used with TrainingJobDefinitions", []string{tuningConfig + ".TrainingJobEarlyStoppingType", `"Auto"`}},
		{"", "", []string{tuningConfig + ".TrainingJobEarlyStoppingType", ""}},
		{"", "", []string{first + ".Environment", variables(48)}},
		{second + ".Environment", "at most 48 environment variables in total", []string{first + ".Environment", variables(24), second + ".Environment", variables(25)}},
		{second + ".StoppingCondition.MaxRuntimeInSeconds", "28 days", []string{second + ".StoppingCondition.MaxRuntimeInSeconds", "2419201"}},
	})
}

// FuzzCheckTuningJob puts value in the place of one node of a request. Nothing panics, and what passes still passes as
// Describe echoes it, so that a job can be created again from its description.
func FuzzCheckTuningJob(f *testing.F) {
	for i, tree := range []map[string]any{
		tuning(f), tuningList(f),
		tuning(f, tuningConfig+".Strategy", `"Hyperband"`, tuningConfig+".TrainingJobEarlyStoppingType", "", "TrainingJobDefinition.StaticHyperParameters.epochs", `"9"`),
		tuning(f, tuningConfig+".Strategy", `"Grid"`, tuningLimits+".MaxNumberOfTrainingJobs", "", tuningRanges, `{"CategoricalParameterRanges":[{"Name":"a","Values":["b","c"]}]}`),
		tuning(f, "Autotune", autotune, tuningRanges, `{"AutoParameters":[{"Name":"eta","ValueHint":"0.1"}]}`),
	} {
		body, err := json.Marshal(tree)
		if err != nil {
			f.Fatal(err)
		}
		for node, value := range []string{"null", "{}", "[]", `"x"`, `"0.5"`, "1e3", `{"a":null}`, "[{}]"} {
			f.Add(body, uint16(7*node+i), value)
		}
	}
	f.Fuzz(func(t *testing.T, body []byte, node uint16, value string) {
		tree, err := Decode(body)
		if err != nil {
			return
		}
		if v, err := Decode([]byte(`{"v":` + value + `}`)); err == nil {
			n := int(node)
			replace(tree, &n, v["v"])
		}
		checkEcho(t, tree)
	})
}

// replace puts v in the place of the nth node below tree, counted by depth and by name.
func replace(tree any, n *int, v any) {
	visit := func(put func(any), child any) {
		if *n == 0 {
			put(v)
		}
		*n--
		replace(child, n, v)
	}
	switch x := tree.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(x)) {
			visit(func(v any) { x[name] = v }, x[name])
		}
	case []any:
		for i := range x {
			visit(func(v any) { x[i] = v }, x[i])
		}
	}
}

func checkEcho(t *testing.T, tree map[string]any) {
	t.Helper()
	const op = "CreateHyperParameterTuningJob"
	if Validate(op, tree).Err() != nil {
		return
	}
	echo := TuningDefaults(tree)
	if CheckTuningJob(tree) != nil {
		return
	}
	body, err := json.Marshal(echo)
	if err != nil {
		t.Fatal(err)
	}
	if tree, err = Decode(body); err != nil {
		t.Fatal(err)
	}
	if err := Validate(op, tree).Err(); err != nil {
		t.Fatalf("the echo breaks the model: %v\n%s", err, body)
	}
	if err := CheckTuningJob(tree); err != nil {
		t.Fatalf("the echo is refused: %v\n%s", err, body)
	}
	if diff := cmp.Diff(echo, TuningDefaults(tree)); diff != "" {
		t.Fatalf("the echo's echo differs (-first +second):\n%s", diff)
	}
}
