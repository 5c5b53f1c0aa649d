//go:build !sagefly_task

package sagefly_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/sagefly/sagefly"
	"github.com/sagefly/sagefly/algorithm/xgboost"
)

var churn = sagefly.NewBuiltin("churn", xgboost.Latest, sagefly.TrainingConfig{InstanceCount: 1})

func TestBuiltinDescribe(t *testing.T) {
	t.Parallel()
	d := churn.Describe()
	if d.Kind != sagefly.KindBuiltin || d.Name != "churn" {
		t.Errorf("%+v", d)
	}
	field := func(name string) sagefly.FieldDescription {
		i := slices.IndexFunc(d.Input, func(f sagefly.FieldDescription) bool { return f.Name == name })
		if i < 0 {
			t.Fatalf("no field %s", name)
		}
		return d.Input[i]
	}
	if f := field("num_round"); !f.Required || f.Kind != "int" || !strings.HasPrefix(f.Help, "How many boosting rounds") {
		t.Errorf("%+v", f)
	}
	if f := field("lambda"); !f.Optional || f.Kind != "float" {
		t.Errorf("%+v", f)
	}
	if field("train").Kind != "dir" || *field("content_type").Default != "text/csv" {
		t.Errorf("channels are %+v", d.Input)
	}
}

// What the algorithm's container would refuse is refused before anything is uploaded or created, with the container's words.
func TestBuiltinRefusesWhatTheContainerRefuses(t *testing.T) {
	t.Parallel()
	target := local(t)
	train := sagefly.Dir(folder(t, map[string]string{"a.csv": "1,2\n"}))
	for want, p := range map[string]xgboost.Params{
		"Hyperparameter eta: 1.5 is not in [0, 1]":                                {NumRound: 1, Eta: 1.5},
		"Hyperparameter booster: tree is not in ['gbtree', 'gblinear', 'dart']":   {NumRound: 1, Booster: "tree"},
		"Require input for parameter 'num_class' for multi-classification":        {NumRound: 1, Objective: "multi:softmax"},
		"Extraneous hyperparameter found: single_precision_histogram":             {NumRound: 1, SinglePrecisionHistogram: true},
		"Metric 'auc' can only be applied for classification and ranking problem": {NumRound: 1, Objective: "reg:squarederror", EvalMetric: xgboost.Names{"auc"}},
	} {
		_, err := churn.Request(t.Context(), target, sagefly.BuiltinInput[xgboost.Params]{Params: p, Train: train})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %s", p, err, want)
		}
	}
	if _, err := churn.Request(t.Context(), target, sagefly.BuiltinInput[xgboost.Params]{Train: train}); err == nil || !strings.Contains(err.Error(), "NumRound is required") {
		t.Errorf("without rounds: %v", err)
	}
}

func TestNewBuiltinPanics(t *testing.T) {
	t.Parallel()
	for want, define := range map[string]func(){
		"there are 1, 0.90-1":  func() { sagefly.NewBuiltin("x", xgboost.Version("9.9-9"), sagefly.TrainingConfig{}) },
		"are not known":        func() { sagefly.NewBuiltin("x", xgboost.Version("1"), sagefly.TrainingConfig{}) },
		"Image is set":         func() { sagefly.NewBuiltin("x", xgboost.Latest, sagefly.TrainingConfig{Image: "i"}) },
		"Metrics is set":       func() { sagefly.NewBuiltin("x", xgboost.Latest, sagefly.TrainingConfig{Metrics: []string{"m"}}) },
		"Persist is set":       func() { sagefly.NewBuiltin("x", xgboost.Latest, sagefly.TrainingConfig{Persist: sagefly.RankZero}) },
		"a name is 1–40":       func() { sagefly.NewBuiltin("No Name", xgboost.Latest, sagefly.TrainingConfig{}) },
		"InstanceType \"c5\":": func() { sagefly.NewBuiltin("x", xgboost.Latest, sagefly.TrainingConfig{InstanceType: "c5"}) },
	} {
		func() {
			defer func() {
				if text, _ := recover().(string); !strings.Contains(text, want) {
					t.Errorf("panic %q, want %q", text, want)
				}
			}()
			define()
		}()
	}
}
