package xgboost_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagefly/sagefly/algorithm"
	"github.com/sagefly/sagefly/algorithm/xgboost"
	"github.com/sagefly/sagefly/internal/value"
)

func schema(t *testing.T) *value.Schema {
	t.Helper()
	type file string
	type dir string
	s, err := value.Of(reflect.TypeFor[xgboost.Params](), value.Types{File: reflect.TypeFor[file](), Dir: reflect.TypeFor[dir]()})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Every hyperparameter of every version has a field, but the one that the service sets, and no field is of no version.
func TestEveryHyperparameterHasAField(t *testing.T) {
	t.Parallel()
	s := schema(t)
	a, _ := algorithm.Lookup("xgboost")
	known := map[string]bool{}
	for _, v := range a.Versions {
		for _, h := range v.Hyperparameters {
			known[h.Name] = true
			if _, ok := s.Field(h.Name); !ok && h.Name != "_tuning_objective_metric" {
				t.Errorf("%s of version %s has no field", h.Name, v.Tag)
			}
		}
	}
	for _, f := range s.Fields {
		if !known[f.Name] {
			t.Errorf("field %s is a hyperparameter of no version", f.Path)
		}
	}
}

// What the struct says arrives in the form that the container reads; zeros are not sent, zeros by pointer are.
func TestTexts(t *testing.T) {
	t.Parallel()
	p := xgboost.Params{
		NumRound: 10, Eta: 0.1, Lambda: new(0.0), MaxDepth: new(0), Objective: "binary:logistic", TreeMethod: "hist",
		EvalMetric: xgboost.Names{"logloss", "error@0.7"}, MonotoneConstraints: xgboost.Signs{1, 0, -1}, InteractionConstraints: [][]int{{1, 2}, {3}},
		SaveModelOnTermination: true, DeterministicHistogram: new(false),
	}
	got, err := schema(t).Encode(p)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"num_round": "10", "eta": "0.1", "lambda": "0", "max_depth": "0", "objective": "binary:logistic", "tree_method": "hist",
		"eval_metric": "logloss,error@0.7", "monotone_constraints": "(1,0,-1)", "interaction_constraints": "[[1,2],[3]]",
		"save_model_on_termination": "true", "deterministic_histogram": "false",
	}
	if diff := cmp.Diff(want, got.Params); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	v, err := xgboost.Latest.Facts()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.Validate(got.Params); err != nil {
		t.Error(err)
	}
	var back xgboost.Params
	if err := schema(t).Decode(&back, got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(p, back); diff != "" {
		t.Errorf("read back (-want +got):\n%s", diff)
	}
}

// A field that can be 0 with effect is a pointer exactly where 0 is not the default already.
func TestZeroRule(t *testing.T) {
	t.Parallel()
	useless := map[string]bool{"eta": true, "max_bin": true, "aft_loss_distribution_scale": true} // see the package comment
	v, err := xgboost.Latest.Facts()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range schema(t).Fields {
		h, ok := v.Hyperparameter(f.Name)
		if !ok || f.Kind != value.Int && f.Kind != value.Float || useless[f.Name] {
			continue
		}
		_, err := v.Validate(map[string]string{"num_round": "1", f.Name: "0"})
		if accepted := err == nil; f.Optional != (accepted && h.Default != "0") && f.Name != "num_round" {
			t.Errorf("%s: pointer %v, 0 accepted %v, default %q", f.Path, f.Optional, accepted, h.Default)
		}
	}
}

func TestVersions(t *testing.T) {
	t.Parallel()
	for _, v := range []xgboost.Version{xgboost.Latest, xgboost.V0_90_2, xgboost.V1_7_1, xgboost.V3_0_5, xgboost.V3_2_0} {
		facts, err := v.Facts()
		if err != nil || facts.Tag != v.Tag() || len(facts.Hyperparameters) == 0 {
			t.Errorf("%s: %+v, %v", v, facts.Tag, err)
		}
	}
	if xgboost.Latest != "3.0-5" {
		t.Errorf("Latest is %s", xgboost.Latest)
	}
	if _, err := xgboost.Version("4").Facts(); err == nil || !strings.Contains(err.Error(), "3.0-5") {
		t.Errorf("version 4: %v", err)
	}
}

func TestSignsOfOneColumn(t *testing.T) {
	t.Parallel()
	text, _ := xgboost.Signs{-1}.MarshalText()
	var back xgboost.Signs
	if err := back.UnmarshalText(text); err != nil || string(text) != "(-1,)" || !cmp.Equal(back, xgboost.Signs{-1}) {
		t.Errorf("%s, %v, %v", text, back, err)
	}
	if err := back.UnmarshalText([]byte("(up)")); err == nil {
		t.Error("(up) was read")
	}
}
