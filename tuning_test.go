package sagefly_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagefly/sagefly"
	"github.com/sagefly/sagefly/algorithm/xgboost"
	"github.com/sagefly/sagefly/container"
)

type knobsInput struct {
	Train    sagefly.Dir   `sagefly:",omitzero"`
	Rate     float64       `sagefly:"learning_rate,required"`
	Small    int8          `sagefly:"omitzero"`
	Count    uint          `sagefly:"default=3"`
	Mode     string        `sagefly:"enum=fast|slow"`
	Kind     string        `sagefly:"enum=a|b,default=a"`
	On       bool          //
	Pause    time.Duration `sagefly:"default=1m"`
	Single   float32       //
	Epochs   int           `sagefly:"default=5"`
	Optional *float64      //
}

type knobsOutput struct {
	Loss  float64
	Note  string
	Steps int
}

func knobs(config sagefly.TrainingConfig) *sagefly.Training[knobsInput, knobsOutput] {
	return sagefly.NewTraining("knobs", func(context.Context, knobsInput) (o knobsOutput, err error) { return o, nil }, config)
}

// A definition that cannot work says so when the program starts, in a text that names what it is.
func TestSearchesThatCannotWork(t *testing.T) {
	t.Parallel()
	type config = sagefly.TuningConfig
	type ranges = sagefly.Ranges
	rate := sagefly.Float(0.1, 1)
	of := func(r ranges) config { return config{Objective: sagefly.Minimize("loss"), Ranges: r} }
	many := make([]string, 31)
	for i := range many {
		many[i] = fmt.Sprint(i + 1)
	}
	for want, c := range map[string]config{
		`search "s": Ranges: there are none`:                                          of(nil),
		"rate: the input of task knobs has no such field":                             of(ranges{"rate": rate}),
		"Rate: the input of task knobs has no such field: its name there is learning": of(ranges{"Rate": rate}),
		"learning_rat: the input of task knobs has no such field: did you mean":       of(ranges{"learning_rat": rate}),
		"train: it is a channel":                                                      of(ranges{"train": sagefly.Choice("a", "b")}),
		"count: a Float, and the field is a whole number: use Int":                    of(ranges{"count": rate}),
		"on: a range of numbers, and the field is true or false: use Choice":          of(ranges{"on": sagefly.Int(0, 1)}),
		"pause: a range of numbers, and the field is a duration such":                 of(ranges{"pause": sagefly.Int(0, 1)}),
		"mode: the field takes one of fast, slow: use Choice":                         of(ranges{"mode": sagefly.Int(0, 1)}),
		`mode: field Mode = "medium" is not one of fast, slow`:                        of(ranges{"mode": sagefly.Choice("fast", "medium")}),
		`small: field Small = "128" is not a whole number from -128 to 127`:           of(ranges{"small": sagefly.Int(0, 128)}),
		`count: field Count = "-1" is not a whole number from 0`:                      of(ranges{"count": sagefly.Int(-1, 1)}),
		`single: field Single = "1e+39" is not a number`:                              of(ranges{"single": sagefly.Float(0, 1e39)}),
		`pause: field Pause = "soon" is not a duration`:                               of(ranges{"pause": sagefly.Choice("1m", "soon")}),
		`on: value "true" is there twice`:                                             of(ranges{"on": sagefly.Choice("true", "True")}),
		"epochs: 31 values: a choice has at most 30":                                  of(ranges{"epochs": sagefly.Choice(many...)}),
		"learning_rate: a condition, and the field Rate is required":                  of(ranges{"kind": sagefly.Choice("a", "b"), "learning_rate": rate.When("kind", "a")}),
		"mode: a condition, and the field Mode takes one of fast, slow only":          of(ranges{"kind": sagefly.Choice("a", "b"), "mode": sagefly.Choice("fast", "slow").When("kind", "a")}),
		`single: when: "kind" is not searched`:                                        of(ranges{"single": rate.When("kind", "a")}),
		"single: when: optional is a Float":                                           of(ranges{"optional": rate, "single": rate.When("optional", "1")}),
		"epochs: when: conditions go in a circle":                                     of(ranges{"epochs": sagefly.Int(1, 2).When("small", "1"), "small": sagefly.Int(1, 2).When("epochs", "1")}),
		`epochs: it can be "0", and the field Epochs takes that for its default 5`:    of(ranges{"epochs": sagefly.Int(0, 9)}),
		`count: it can be "0", and the field Count takes that for its default 3`:      of(ranges{"count": sagefly.Choice("2", "0")}),
		`pause: it can be "0s", and the field Pause takes that for its default 1m`:    of(ranges{"pause": sagefly.Choice("0s", "5s")}),
		`learning_rate: it can be "0", and the field Rate is required`:                of(ranges{"learning_rate": sagefly.Float(0, 1)}),
		"Objective: Loss is no metric of task knobs: its name there is loss":          {Objective: sagefly.Minimize("Loss"), Ranges: ranges{"learning_rate": rate}},
		"Objective: want Minimize or Maximize of a metric":                            {Ranges: ranges{"learning_rate": rate}},
		"Objective: accuracy is no metric of task knobs, which has loss, steps":       {Objective: sagefly.Maximize("accuracy"), Ranges: ranges{"learning_rate": rate}},
		`Start[0]: on: field On = "maybe" is not true or false`:                       {Objective: sagefly.Minimize("loss"), Ranges: ranges{"on": sagefly.Choice("true", "false")}, Start: []sagefly.Point{{"on": "maybe"}}},
		"MaxResource is not set, and no field that is not searched":                   {Objective: sagefly.Minimize("loss"), Ranges: ranges{"epochs": sagefly.Int(1, 9)}, Strategy: sagefly.Hyperband},
		"MaxJobs 751: want 1 to 750":                                                  {Objective: sagefly.Minimize("loss"), Ranges: ranges{"learning_rate": rate}, MaxJobs: 751},
	} {
		panics(t, want, func() { sagefly.NewTuning("s", knobs(sagefly.TrainingConfig{}), c) })
	}
	good := of(ranges{"learning_rate": rate})
	for name, want := range map[string]string{"": "a name is 1–32 characters", "Search": "a name is", strings.Repeat("a", 33): "a name is"} {
		panics(t, want, func() { sagefly.NewTuning(name, knobs(sagefly.TrainingConfig{}), good) })
	}
	none := sagefly.NewTraining("none", func(context.Context, knobsInput) (o struct{}, err error) { return o, nil }, sagefly.TrainingConfig{})
	panics(t, "loss is no metric of task none: return it as a number, or name it in Metrics", func() { sagefly.NewTuning("s", none, good) })
}

func panics(t *testing.T, want string, define func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if text, _ := recover().(string); !strings.Contains(text, want) {
			t.Errorf("panic %q, want %q", text, want)
		}
	}()
	define()
}

// What a field can hold can be searched, and a number that a function returns is an objective without more.
func TestSearchesThatWork(t *testing.T) {
	t.Parallel()
	all := sagefly.NewTuning("s", knobs(sagefly.TrainingConfig{Metrics: []string{"validation:loss"}}), sagefly.TuningConfig{
		Objective: sagefly.Minimize("steps"),
		Ranges: sagefly.Ranges{
			"learning_rate": sagefly.Float(1e-4, 1).Log(), "small": sagefly.Int(-128, 127), "count": sagefly.Choice("1", "10"), "mode": sagefly.Choice("slow", "fast"),
			"on": sagefly.Choice("True", "false"), "pause": sagefly.Choice("60s", "2m"), "single": sagefly.Int(1, 9), "optional": sagefly.Float(0, 1).When("on", "true"),
			"kind": sagefly.Choice("a", "b").When("pause", "60s"),
		},
	})
	d := all.Describe()
	if d.Kind != sagefly.KindTuning || d.Name != "s" {
		t.Errorf("%+v", d)
	}
	var left []string
	for _, f := range d.Input {
		left = append(left, f.Name)
	}
	if diff := cmp.Diff([]string{"train", "epochs"}, left); diff != "" {
		t.Errorf("fields that are not searched: %s", diff)
	}
	data, err := json.MarshalIndent(d.Tuning, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	want := `{
 "task": "knobs",
 "objective": "steps",
 "strategy": "Bayesian",
 "maxJobs": 20,
 "maxParallel": 1,
 "ranges": [
  {"name": "count", "kind": "choice", "values": ["1", "10"]},
  {"name": "kind", "kind": "choice", "values": ["a", "b"], "when": "pause", "in": ["1m0s"]},
  {"name": "learning_rate", "kind": "float", "min": "0.0001", "max": "1", "scale": "Logarithmic"},
  {"name": "mode", "kind": "choice", "values": ["slow", "fast"]},
  {"name": "on", "kind": "choice", "values": ["true", "false"]},
  {"name": "optional", "kind": "float", "min": "0", "max": "1", "when": "on", "in": ["true"]},
  {"name": "pause", "kind": "choice", "values": ["1m0s", "2m0s"]},
  {"name": "single", "kind": "int", "min": "1", "max": "9"},
  {"name": "small", "kind": "int", "min": "-128", "max": "127"}
 ]
}`
	var got, wanted any
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(want), &wanted); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(wanted, got); diff != "" {
		t.Error(diff)
	}
	if _, err := sagefly.OpenTuning("s", knobs(sagefly.TrainingConfig{}), sagefly.TuningConfig{
		Objective: sagefly.Minimize("loss"), Ranges: sagefly.Ranges{"learning_rate": sagefly.Float(0.1, 1)}, Strategy: sagefly.Hyperband,
	}); err != nil {
		t.Errorf("epochs are Hyperband's resource: %v", err)
	}
}

// For a built-in algorithm the ranges are those that AWS's guide recommends for tuning XGBoost, and the objective has the direction of its metric.
func TestSearchAroundBuiltin(t *testing.T) {
	t.Parallel()
	churn := sagefly.NewBuiltin("churn", xgboost.Latest, sagefly.TrainingConfig{})
	d := sagefly.NewTuning("s", churn, sagefly.TuningConfig{Objective: sagefly.Minimize("validation:rmse")}).Describe()
	byName := map[string]sagefly.RangeDescription{}
	for _, r := range d.Tuning.Ranges {
		byName[r.Name] = r
	}
	for name, want := range map[string][3]string{ // developer guide, "Tune an XGBoost Model"
		"alpha": {"float", "0", "1000"}, "colsample_bylevel": {"float", "0.1", "1"}, "eta": {"float", "0.1", "0.5"}, "gamma": {"float", "0", "5"},
		"max_depth": {"int", "0", "10"}, "min_child_weight": {"float", "0", "120"}, "num_round": {"int", "1", "4000"}, "subsample": {"float", "0.5", "1"},
	} {
		if r := byName[name]; [3]string{r.Kind, r.Min, r.Max} != want {
			t.Errorf("%s: %+v, want %v", name, r, want)
		}
	}
	for _, name := range []string{"booster", "verbosity", "objective", "seed"} {
		if _, there := byName[name]; there {
			t.Errorf("%s is searched, and AWS does not list it as tunable", name)
		}
	}
	if i := slices.IndexFunc(d.Input, func(f sagefly.FieldDescription) bool { return f.Name == "num_round" }); i >= 0 {
		t.Error("num_round is searched and still an input")
	}
	rmse := sagefly.Minimize("validation:rmse")
	for want, c := range map[string]sagefly.TuningConfig{
		"Objective: rmse is named validation:rmse":          {Objective: sagefly.Minimize("rmse")},
		"Objective: validation:auc is a metric to maximize": {Objective: sagefly.Minimize("validation:auc")},
		"Objective: train:rmse: a search with xgboost 3.0-5 is for a metric of the validation data: did you mean validation:rmse?": {Objective: sagefly.Minimize("train:rmse")},
		"Objective: validation:rmsee is no metric of xgboost 3.0-5: did you mean":                                                  {Objective: sagefly.Minimize("validation:rmsee")},
		"eta: 1.5: xgboost 3.0-5 takes [0, 1]":                                       {Objective: rmse, Ranges: sagefly.Ranges{"eta": sagefly.Float(0.1, 1.5)}},
		"subsample: 0: xgboost 3.0-5 takes (0, 1]":                                   {Objective: rmse, Ranges: sagefly.Ranges{"subsample": sagefly.Float(0, 1)}},
		"booster: tree: xgboost 3.0-5 takes ['gbtree', 'gblinear', 'dart']":          {Objective: rmse, Ranges: sagefly.Ranges{"booster": sagefly.Choice("gbtree", "tree")}},
		"learning_rate: the algorithm of task churn has no such field: its name":     {Objective: rmse, Ranges: sagefly.Ranges{"learning_rate": sagefly.Float(0.1, 1)}},
		"single_precision_histogram: xgboost 3.0-5 has no such hyperparameter":       {Objective: rmse, Ranges: sagefly.Ranges{"single_precision_histogram": sagefly.Choice("true", "false")}},
		"content_type: it says what the channels hold":                               {Objective: rmse, Ranges: sagefly.Ranges{"content_type": sagefly.Choice("text/csv")}},
		"validation: it is a channel":                                                {Objective: rmse, Ranges: sagefly.Ranges{"validation": sagefly.Choice("a")}},
		"num_round: a condition, and the field Params.NumRound is required":          {Objective: rmse, Ranges: sagefly.Ranges{"booster": sagefly.Choice("gbtree", "dart"), "num_round": sagefly.Int(1, 9).When("booster", "dart")}},
		"MaxResource is not set, and no field that is not searched is named epochs,": {Objective: rmse, Strategy: sagefly.Hyperband},
	} {
		panics(t, want, func() { sagefly.NewTuning("s", churn, c) })
	}
	old := sagefly.NewBuiltin("old", xgboost.V0_90_1, sagefly.TrainingConfig{})
	panics(t, "is no metric of xgboost 0.90-1", func() {
		sagefly.NewTuning("s", old, sagefly.TuningConfig{Objective: sagefly.Minimize("validation:mape")})
	})
}

// A script's hyperparameters are known to it alone; its objective is found by its patterns.
func TestSearchAroundScript(t *testing.T) {
	t.Parallel()
	iris := sagefly.NewScript("iris", "train.py", sagefly.ScriptConfig{Patterns: map[string]string{"accuracy": `accuracy=(\S+)`}})
	d := sagefly.NewTuning("s", iris, sagefly.TuningConfig{Objective: sagefly.Maximize("accuracy"), Ranges: sagefly.Ranges{"anything": sagefly.Int(1, 9)}}).Describe()
	if len(d.Input) != 0 || !d.Tuning.Maximize {
		t.Errorf("%+v", d)
	}
	panics(t, "loss is no metric of task iris, which has accuracy", func() {
		sagefly.NewTuning("s", iris, sagefly.TuningConfig{Objective: sagefly.Minimize("loss"), Ranges: sagefly.Ranges{"x": sagefly.Int(1, 9)}})
	})
	panics(t, "sagemaker_region: want a name", func() {
		sagefly.NewTuning("s", iris, sagefly.TuningConfig{Objective: sagefly.Maximize("accuracy"), Ranges: sagefly.Ranges{"sagemaker_region": sagefly.Int(1, 9)}})
	})
	silent := sagefly.NewScript("silent", "train.py", sagefly.ScriptConfig{})
	panics(t, "accuracy is no metric of task silent: say in Patterns", func() {
		sagefly.NewTuning("s", silent, sagefly.TuningConfig{Objective: sagefly.Maximize("accuracy"), Ranges: sagefly.Ranges{"x": sagefly.Int(1, 9)}})
	})
}

// Inside a trial the program finds the function by its own name, also when only the search is among its tasks; of the spec channel it reads values and
// members, and what the search says there changes nothing. A field whose condition does not hold is not there, and has its default or is zero.
func TestServeTrial(t *testing.T) {
	t.Parallel()
	h := newHost(t, "valley", map[string]string{"learning_rate": "0.01", "optimizer": "sgd", "layers": "2", "_tuning_objective_metric": "loss"})
	h.Resource.CurrentHost, h.Resource.Hosts = "algo-2", []string{"algo-1", "algo-2"}
	h.addSpec(t, container.Spec{
		Values: map[string]string{"note": "two\nlines"},
		Search: &container.Search{
			Conditions: map[string]container.Condition{"momentum": {Parameter: "optimizer", In: []string{"momentum"}}, "layers": {Parameter: "optimizer", In: []string{"momentum"}}},
			Start:      []map[string]string{{"learning_rate": "1", "optimizer": "momentum", "momentum": "0.5"}},
		},
	})
	d := h.run(t).captured(t)
	for name, want := range map[string]string{"loss": "0.3", "absent": "true", "note": "two\nlines", "host": "algo-2"} {
		if d.Values[name] != want {
			t.Errorf("%s: %q, want %q", name, d.Values[name], want)
		}
	}
}

// A search is no task that a job could run.
func TestServeSearch(t *testing.T) {
	t.Parallel()
	h := newHost(t, "valley-search", nil)
	r := h.run(t)
	if r.code != 2 || !strings.Contains(r.failure, `task "valley-search" is no function of this program`) {
		t.Errorf("exit %d, %q", r.code, r.failure)
	}
}
