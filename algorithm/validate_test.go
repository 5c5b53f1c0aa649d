package algorithm

import (
	"errors"
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func version(t testing.TB, tag string) Version {
	t.Helper()
	a, ok := Lookup("xgboost")
	if !ok {
		t.Fatal("xgboost is not in the catalogue")
	}
	v, err := a.Version(tag)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// with adds to the one required hyperparameter.
func with(pairs ...string) map[string]string {
	raw := map[string]string{"num_round": "5"}
	for i := 0; i < len(pairs); i += 2 {
		raw[pairs[i]] = pairs[i+1]
	}
	return raw
}

const (
	metricNames = `['accuracy', 'auc', 'aucpr', 'balanced_accuracy', 'f1', 'f1_binary', 'f1_macro', 'map', 'ndcg', 'precision', 'r2', ` +
		`'recall', 'precision_macro', 'precision_micro', 'recall_macro', 'recall_micro', 'aft-nloglik', 'cox-nloglik', 'error', ` +
		`'gamma-deviance', 'gamma-nloglik', 'interval-regression-accuracy', 'logloss', 'mae', 'mape', 'merror', 'mlogloss', 'mphe', ` +
		`'mse', 'poisson-nloglik', 'rmse', 'rmsle', 'tweedie-nloglik']`
	updaterNames = `['grow_colmaker', 'distcol', 'grow_histmaker', 'grow_skmaker', 'sync', 'refresh', 'prune', 'grow_colmaker', ` +
		`'distcol', 'grow_histmaker', 'grow_colmaker', 'shotgun', 'coord_descent', 'refresh', 'prune']`
)

// The messages are those of the containers 1.7-1 and 3.0-5, which share this code. Each was seen in a run of the container or
// follows from the format strings of its source.
func TestMessages(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		raw  map[string]string
		want string
	}{
		"missing":        {map[string]string{"eta": "0.1"}, "Missing required hyperparameter: num_round"},
		"missing first":  {map[string]string{"foo": "1"}, "Missing required hyperparameter: num_round"},
		"unknown":        {with("foo", "1"), "Extraneous hyperparameter found: foo"},
		"undocumented":   {with("single_precision_histogram", "true"), "Extraneous hyperparameter found: single_precision_histogram"},
		"device":         {with("device", "cpu"), "Extraneous hyperparameter found: device"},
		"silent":         {with("silent", "1"), "Extraneous hyperparameter found: silent"},
		"int text":       {map[string]string{"num_round": "5.0"}, "Hyperparameter num_round: could not parse value (caused by ValueError)"},
		"float text":     {with("eta", "fast"), "Hyperparameter eta: could not parse value (caused by ValueError)"},
		"empty":          {with("eta", ""), "Hyperparameter eta: could not parse value (caused by ValueError)"},
		"range":          {with("eta", "1.5"), "Hyperparameter eta: 1.5 is not in [0, 1]"},
		"alias":          {with("learning_rate", "1.5"), "Hyperparameter eta: 1.5 is not in [0, 1]"},
		"open range":     {with("subsample", "0"), "Hyperparameter subsample: 0.0 is not in (0, 1]"},
		"no bound":       {map[string]string{"num_round": "0"}, "Hyperparameter num_round: 0 is not in [1, +inf)"},
		"huge":           {with("seed", "99999999999999999999"), "Hyperparameter seed: 99999999999999999999 is not in (-2147483648, 2147483647)"},
		"float bound":    {with("prob_buffer_row", "1"), "Hyperparameter prob_buffer_row: 1 is not in (1.0, +inf)"},
		"infinite":       {with("eta", "1e999"), "Hyperparameter eta: inf is not in [0, 1]"},
		"small":          {with("tweedie_variance_power", "1e-5"), "Hyperparameter tweedie_variance_power: 1e-05 is not in (1, 2)"},
		"choice":         {with("booster", "x"), "Hyperparameter booster: x is not in ['gbtree', 'gblinear', 'dart']"},
		"empty choice":   {with("booster", ""), "Hyperparameter booster:  is not in ['gbtree', 'gblinear', 'dart']"},
		"metric":         {with("eval_metric", "foo"), "Hyperparameter eval_metric: value ['foo'] not in range " + metricNames},
		"metric space":   {with("eval_metric", "auc, rmse"), "Hyperparameter eval_metric: value ['auc', ' rmse'] not in range " + metricNames},
		"updater":        {with("updater", "grow_quantile_histmaker"), "Hyperparameter updater: value ['grow_quantile_histmaker'] not in range " + updaterNames},
		"function":       {with("eval_metric", "<function f>"), "User defined evaluation metric <function f> is not supported yet."},
		"threshold":      {with("eval_metric", "error@t"), "Threshold value 't' in 'error@t' expects float input."},
		"threshold name": {with("eval_metric", "ndcg@a"), "Threshold value 't' in 'ndcg@t' expects float input."},
		"no threshold": {with("eval_metric", "foo@0.5"), "Metric 'foo@0.5' is not supported. Parameter 'eval_metric' with customized " +
			"threshold should be one of these options: 'error', 'ndcg', 'map'."},
		"threshold before range": {with("eval_metric", "foo,bar@1"), "Metric 'bar@1' is not supported. Parameter 'eval_metric' with customized " +
			"threshold should be one of these options: 'error', 'ndcg', 'map'."},
		"num_class": {with("objective", "multi:softmax"), "Require input for parameter 'num_class' for multi-classification"},
		"auc":       {with("objective", "reg:squarederror", "eval_metric", "auc"), "Metric 'auc' can only be applied for classification and ranking problems."},
		"multi auc": {
			with("objective", "multi:softprob", "num_class", "3", "eval_metric", "auc"),
			"Metric 'auc' can only be applied for classification and ranking problems.",
		},
		"aft": {with("objective", "reg:squarederror", "eval_metric", "aft-nloglik"), "Metric 'aft-nloglik' can only be applied for 'survival:aft' objective."},
		"monotone": {with("monotone_constraints", "(1,0)"), "monotone_constraints can be used only when the tree_method parameter is set to " +
			"either 'exact' or 'hist'."},
		"interaction": {
			with("interaction_constraints", "[[1,2]]", "tree_method", "auto"),
			"interaction_constraints can be used only when the tree_method parameter is set to either 'exact', 'hist' or 'approx'.",
		},
		"monotone range": {
			with("monotone_constraints", "(1,2)", "tree_method", "hist"),
			"Hyperparameter monotone_constraints: value (1, 2) not in range [-1, 0, 1]",
		},
		"feature 0": {
			with("interaction_constraints", "[[0,1]]", "tree_method", "hist"),
			"Hyperparameter interaction_constraints: value [[0, 1]] not in range [1, +inf)",
		},
		"no literal": {with("interaction_constraints", "foo"), "Hyperparameter interaction_constraints: could not parse value (caused by ValueError)"},
		"update": {
			with("process_type", "update", "updater", "grow_colmaker"),
			"process_type 'update' can only be used with updater 'refresh' and 'prune'",
		},
		"growers": {
			with("updater", "grow_colmaker,grow_histmaker"),
			"Only one tree grow plugin can be selected. Choose one from thefollowing: 'grow_colmaker', 'distcol', 'grow_histmaker', 'grow_skmaker'",
		},
		"linear in tree": {
			with("updater", "shotgun"),
			"Tree updater should be selected from these options: 'grow_colmaker', 'distcol', 'grow_histmaker', 'grow_skmaker', " +
				"'grow_quantile_histmaker', 'sync', 'refresh', 'prune', 'shortgun', 'coord_descent'.",
		},
		"parse before range": {with("eta", "9", "zeta", "1"), "Extraneous hyperparameter found: zeta"},
		"range before rules": {with("objective", "multi:softmax", "subsample", "7"), "Hyperparameter subsample: 7.0 is not in (0, 1]"},
		"objective":          {with("_tuning_objective_metric", "train:auc"), "Hyperparameter _tuning_objective_metric: train:auc is not in " + objectiveNames(t)},
		"whole objectives": {with("objective", "x"), "Hyperparameter objective: x is not in ['aft_loss_distribution', 'binary:logistic', " +
			"'binary:logitraw', 'binary:hinge', 'count:poisson', 'multi:softmax', 'multi:softprob', 'rank:pairwise', 'rank:ndcg', " +
			"'rank:map', 'reg:linear', 'reg:squarederror', 'reg:logistic', 'reg:gamma', 'reg:pseudohubererror', " +
			"'reg:squaredlogerror', 'reg:absoluteerror', 'reg:tweedie', 'survival:aft', 'survival:cox']"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, tag := range []string{"1.7-1", "3.0-5"} {
				_, err := version(t, tag).Validate(test.raw)
				user, ok := errors.AsType[*UserError](err)
				if !ok {
					t.Fatalf("%s: got %T %v, want a UserError", tag, err, err)
				}
				if diff := cmp.Diff(test.want, user.Message); diff != "" {
					t.Errorf("%s (-want +got):\n%s", tag, diff)
				}
			}
		})
	}
}

func objectiveNames(t *testing.T) string {
	var names []string
	for _, m := range version(t, "").Metrics {
		names = append(names, "validation:"+m.Name)
	}
	return reprStrings(names)
}

// Where the container raises something else than a UserError.
func TestStumbles(t *testing.T) {
	t.Parallel()
	v := version(t, "1.7-1")
	_, err := v.Validate(with("eval_metric", "rmse"))
	if p, ok := errors.AsType[*PythonError](err); !ok || p.Class != "KeyError" || p.Error() != "'objective'" {
		t.Errorf("eval_metric without objective: got %T %v, want KeyError 'objective'", err, err)
	}
	_, err = v.Validate(with("interaction_constraints", "[[1,2"))
	if p, ok := errors.AsType[*PythonError](err); !ok || p.Class != "SyntaxError" {
		t.Errorf("unfinished list: got %T %v, want SyntaxError", err, err)
	}
	for name, want := range map[string]string{
		"monotone_constraints":    "Hyperparameter monotone_constraints: unexpected failure when validating 1 (caused by TypeError)",
		"interaction_constraints": "Hyperparameter interaction_constraints: unexpected failure when validating 1 (caused by TypeError)",
	} {
		_, err = v.Validate(with(name, "1", "tree_method", "hist"))
		if a, ok := errors.AsType[*AlgorithmError](err); !ok || a.Message != want {
			t.Errorf("%s: got %T %v, want AlgorithmError %s", name, err, err, want)
		}
	}
}

func TestAccepted(t *testing.T) {
	t.Parallel()
	params, err := version(t, "").Validate(map[string]string{
		"num_round": " 1_0 ", "learning_rate": "1e-5", "max_depth": "+5", "gamma": "5", "min_child_weight": "nan", "alpha": "inf",
		"objective": "multi:softprob", "num_class": "3", "eval_metric": "mlogloss,error@.5", "updater": "grow_colmaker,prune",
		"monotone_constraints": "[1, -1,0]", "interaction_constraints": "[[1,2],[3]]", "tree_method": "hist",
		"save_model_on_termination": "true", "booster": "dart", "_tuning_objective_metric": "validation:mlogloss",
	})
	if err != nil {
		t.Fatal(err)
	}
	type pair struct{ Name, Value string }
	var got []pair
	for name, value := range params.All() {
		got = append(got, pair{name, value.String()})
	}
	// By name, except that a hyperparameter comes after those it depends on.
	want := []pair{
		{"_tuning_objective_metric", "validation:mlogloss"},
		{"alpha", "inf"},
		{"booster", "dart"},
		{"eta", "1e-05"},
		{"num_class", "3"},
		{"objective", "multi:softprob"},
		{"eval_metric", "['mlogloss', 'error@.5']"},
		{"gamma", "5.0"},
		{"tree_method", "hist"},
		{"interaction_constraints", "[[1, 2], [3]]"},
		{"max_depth", "5"},
		{"min_child_weight", "nan"},
		{"monotone_constraints", "[1, -1, 0]"},
		{"num_round", "10"},
		{"save_model_on_termination", "true"},
		{"updater", "['grow_colmaker', 'prune']"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("parameters (-want +got):\n%s", diff)
	}
	if n, ok := mustGet(t, params, "num_round").Int(); !ok || n != 10 {
		t.Errorf("num_round is %d, %v", n, ok)
	}
	if f, ok := mustGet(t, params, "eta").Float(); !ok || f != 1e-5 {
		t.Errorf("eta is %v, %v", f, ok)
	}
	if diff := cmp.Diff([]string{"mlogloss", "error@.5"}, mustGet(t, params, "eval_metric").Strings()); diff != "" {
		t.Errorf("eval_metric (-want +got):\n%s", diff)
	}
}

func mustGet(t *testing.T, p Params, name string) Value {
	t.Helper()
	v, ok := p.Get(name)
	if !ok {
		t.Fatalf("%s is not set", name)
	}
	return v
}

func TestAliasWins(t *testing.T) {
	t.Parallel()
	params, err := version(t, "").Validate(with("eta", "0.1", "learning_rate", "0.2"))
	if err != nil {
		t.Fatal(err)
	}
	if got := mustGet(t, params, "eta").String(); got != "0.2" {
		t.Errorf("eta is %s, want that of learning_rate", got)
	}
}

func TestTagDifferences(t *testing.T) {
	t.Parallel()
	tests := []struct {
		tag  string
		raw  map[string]string
		want string // "" is accepted
	}{
		{"0.90-1", with("learning_rate", "0.1"), "Extraneous hyperparameter found: learning_rate"},
		{"0.90-2", with("learning_rate", "0.1"), ""},
		{"0.90-2", with("save_model_on_termination", "true"), "Extraneous hyperparameter found: save_model_on_termination"},
		{"0.90-2", with("tree_method", "gpu_hist"), "GPU training is not supported yet."},
		{"0.90-2", with("predictor", "auto"), "Hyperparameter predictor: auto is not in ['cpu_predictor']"},
		{"0.90-2", with("silent", "1"), ""},
		{"0.90-2", with("eval_metric", "rmse"), ""},
		{"0.90-2", with("eval_metric", "rmsle", "objective", "reg:linear"), "Hyperparameter eval_metric: value ['rmsle'] not in range " +
			"['accuracy', 'auc', 'aucpr', 'cox-nloglik', 'f1', 'gamma-nloglik', 'map', 'ndcg', 'poisson-nloglik', 'tweedie-nloglik', " +
			"'error', 'gamma-deviance', 'logloss', 'mae', 'merror', 'mlogloss', 'mse', 'rmse']"},
		{"1.0-1", with("objective", "reg:squaredlogerror"), ""},
		{"1.0-1", with("objective", "survival:aft"), "Hyperparameter objective: survival:aft is not in ['binary:logistic', 'binary:logitraw', " +
			"'binary:hinge', 'count:poisson', 'multi:softmax', 'multi:softprob', 'rank:pairwise', 'rank:ndcg', 'rank:map', 'reg:linear', " +
			"'reg:squarederror', 'reg:logistic', 'reg:gamma', 'reg:squaredlogerror', 'reg:tweedie', 'survival:cox']"},
		{"1.2-1", with("_nfold", "3"), ""},
		{"1.2-1", with("_kfold", "3"), "Extraneous hyperparameter found: _kfold"},
		{"1.2-2", with("_kfold", "3"), ""},
		{"1.2-2", with("silent", "1"), "Extraneous hyperparameter found: silent"},
		{"1.3-1", with("use_dask_gpu_training", "true"), "Extraneous hyperparameter found: use_dask_gpu_training"},
		{"1.5-1", with("use_dask_gpu_training", "true"), ""},
		{"1.5-1", with("updater", "grow_local_histmaker"), ""},
		{"1.5-1", with("single_precision_histogram", "true"), ""},
		{"1.5-1", with("objective", "reg:absoluteerror"), "Hyperparameter objective: reg:absoluteerror is not in ['aft_loss_distribution', " +
			"'binary:logistic', 'binary:logitraw', 'binary:hinge', 'count:poisson', 'multi:softmax', 'multi:softprob', 'rank:pairwise', " +
			"'rank:ndcg', 'rank:map', 'reg:linear', 'reg:squarederror', 'reg:logistic', 'reg:gamma', 'reg:pseudohubererror', " +
			"'reg:squaredlogerror', 'reg:tweedie', 'survival:aft', 'survival:cox']"},
		{"1.7-1", with("objective", "reg:absoluteerror"), ""},
		{"3.2-0", with("objective", "reg:absoluteerror"), ""},
	}
	for _, test := range tests {
		_, err := version(t, test.tag).Validate(maps.Clone(test.raw))
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%s %v: got %q, want %q", test.tag, test.raw, got, test.want)
		}
	}
	if _, err := version(t, "latest").Validate(with()); err == nil {
		t.Error("the closed container 1 validates")
	}
}

func FuzzValidate(f *testing.F) {
	for _, text := range []string{"1", "0.5", "nan", "(1,0,-1)", "[[1,2],[3]]", "((((", "auc,error@1", "'a", "1_0", "٣"} {
		f.Add("monotone_constraints", text)
		f.Add("num_round", text)
	}
	f.Fuzz(func(t *testing.T, name, text string) {
		raw := with("tree_method", "hist", "objective", "binary:logistic", name, text)
		for _, tag := range []string{"0.90-1", "3.0-5"} {
			v := version(t, tag)
			first, err := v.Validate(raw)
			second, again := v.Validate(raw)
			if (err == nil) != (again == nil) || err != nil && err.Error() != again.Error() {
				t.Fatalf("%v, then %v", err, again)
			}
			if first.Len() != second.Len() || err == nil && first.Len() == 0 {
				t.Fatalf("%d parameters, then %d", first.Len(), second.Len())
			}
			for name, value := range first.All() {
				if value.Kind() == "" {
					t.Fatalf("%s has no kind", name)
				}
			}
			v.Advise(raw)
		}
	})
}
