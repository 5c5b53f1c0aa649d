package algorithm

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAdvise(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		tag  string
		raw  map[string]string
		want []Finding
	}{
		"nothing": {"", with("eta", "0.2", "objective", "reg:squarederror", "eval_metric", "rmse", "early_stopping_rounds", "5"), nil},
		"several": {"", map[string]string{"max_dpeth": "5", "eta": "2", "booster": "gbtre", "min_child_weight": "500"}, []Finding{
			{
				Fatal: true, Name: "booster", Value: "gbtre", Why: "it is not one of the accepted values", Nearest: []string{"gbtree"},
				Fix: "give one of dart, gblinear, gbtree",
			},
			{Fatal: true, Name: "eta", Value: "2", Why: "it is not in the accepted range", Fix: "give a number in [0, 1]"},
			{
				Fatal: true, Name: "max_dpeth", Value: "5", Why: "xgboost 3.0-5 has no such hyperparameter", Nearest: []string{"max_depth"},
				Fix: "use max_depth, or remove it",
			},
			{Fatal: true, Name: "num_round", Why: "it is required and not set", Fix: "set it to a whole number in [1, +inf)"},
			{
				Name: "min_child_weight", Value: "500", Why: "it is outside the range that AWS recommends for tuning",
				Fix: "consider 0 to 120",
			},
		}},
		"parse": {"", map[string]string{"num_round": "5.0"}, []Finding{{
			Fatal: true, Name: "num_round", Value: "5.0", Why: "it is not a whole number", Fix: "give a whole number in [1, +inf)",
		}}},
		"by alias": {"", with("reg_lambda", "-1"), []Finding{{
			Fatal: true, Name: "reg_lambda", Value: "-1", Why: "it is not in the accepted range", Fix: "give a number in [0, +inf)",
		}}},
		"rule": {"", with("objective", "multi:softmax"), []Finding{{
			Fatal: true, Name: "objective", Value: "multi:softmax", Why: "Require input for parameter 'num_class' for multi-classification",
			Fix: "multi:softmax and multi:softprob need num_class",
		}}},
		"no objective": {"", with("eval_metric", "rmse"), []Finding{{
			Fatal: true, Name: "eval_metric", Value: "rmse", Why: "'objective'",
			Fix: "objective must be set; auc needs a binary: or rank: objective, aft-nloglik needs survival:aft",
		}}},
		"stopping": {"", with("early_stopping_rounds", "5"), []Finding{{
			Name: "early_stopping_rounds", Value: "5", Why: "it does nothing without eval_metric",
			Fix: "set eval_metric; its last metric decides",
		}}},
		"accuracy": {"3.0-5", with("objective", "binary:logistic", "eval_metric", "logloss,accuracy"), []Finding{{
			Name: "eval_metric", Value: "logloss,accuracy",
			Why: "this version computes accuracy wrongly for binary:logistic: every probability or class above 0 counts as class 1",
			Fix: "use error, merror, auc or logloss",
		}}},
		"accuracy of old": {"1.7-1", with("objective", "binary:logistic", "eval_metric", "logloss,accuracy"), nil},
		"cut": {"", with("objective", "rank:ndcg", "eval_metric", "ndcg@5", "early_stopping_rounds", "3"), []Finding{{
			Name: "eval_metric", Value: "ndcg@5", Why: "early stopping minimises ndcg@5, although higher is better", Fix: "use ndcg last",
		}}},
		"interaction": {"1.7-1", with("interaction_constraints", "[[1,2]]", "tree_method", "hist"), []Finding{{
			Fatal: true, Name: "interaction_constraints", Value: "[[1, 2]]",
			Why: "the library of this version refuses it, because training data has no column names", Fix: "remove it",
		}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, version(t, test.tag).Advise(test.raw)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestExplain(t *testing.T) {
	t.Parallel()
	v := version(t, "")
	for name, want := range map[string]string{
		"learning_rate": "eta (also learning_rate): a number in [0, 1]\n" +
			"Learning rate: each tree's contribution is scaled by it. Smaller needs more rounds and overfits less.\n" +
			"Default: 0.3\nFor tuning: 0.1 to 0.5, linear scale\n",
		"num_round": "num_round: a whole number in [1, +inf)\n" +
			"How many boosting rounds to run; each adds one tree, or one per class.\nRequired.\nFor tuning: 1 to 4000, linear scale\n",
		"validation:rmse": "rmse: metric, minimize, computed by the container; as an objective validation:rmse\n",
	} {
		got, ok := v.Explain(name)
		if diff := cmp.Diff(want, got); diff != "" || !ok {
			t.Errorf("%s, %v (-want +got):\n%s", name, ok, diff)
		}
	}
	if text, ok := v.Explain("foo"); ok {
		t.Errorf("foo: %s", text)
	}
}
