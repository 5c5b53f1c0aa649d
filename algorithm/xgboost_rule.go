package algorithm

import (
	"slices"
	"strings"
)

// updaters are the names that the updater check of a version knows.
type updaters struct {
	tree    []string // all that may stand in a list for trees
	growers []string // at most one of these
	offered string   // the list in the message
	options string   // the growers in the message
}

// treeUpdaters is the check of 1.7-1 and later. grow_quantile_histmaker is known here but not in the range, so it never gets here;
// grow_skmaker is offered but not counted as a grower. Both are the container's.
func treeUpdaters() updaters {
	return updaters{
		tree: []string{
			"grow_colmaker", "distcol", "grow_histmaker", "grow_skmaker", "sync", "refresh", "prune", "grow_quantile_histmaker",
		},
		growers: []string{"grow_colmaker", "distcol", "grow_histmaker", "grow_quantile_histmaker"},
		offered: "'grow_colmaker', 'distcol', 'grow_histmaker', 'grow_skmaker', 'grow_quantile_histmaker', 'sync', 'refresh', 'prune', " +
			"'shortgun', 'coord_descent'",
		options: "'grow_colmaker', 'distcol', 'grow_histmaker', 'grow_skmaker'",
	}
}

// localUpdaters is the check up to 1.5-1, which has grow_local_histmaker.
func localUpdaters() updaters {
	u := treeUpdaters()
	u.tree = append(u.tree, "grow_local_histmaker")
	u.growers = append(u.growers, "grow_local_histmaker")
	u.offered = strings.Replace(u.offered, "'grow_skmaker'", "'grow_local_histmaker', 'grow_skmaker'", 1)
	u.options = strings.Replace(u.options, "'grow_skmaker'", "'grow_local_histmaker', 'grow_skmaker'", 1)
	return u
}

// oldestUpdaters is the check of 0.90, which does not know grow_quantile_histmaker.
func oldestUpdaters() updaters {
	u := localUpdaters()
	unknown := func(name string) bool { return name == "grow_quantile_histmaker" }
	u.tree = slices.DeleteFunc(u.tree, unknown)
	u.growers = slices.DeleteFunc(u.growers, unknown)
	u.offered = strings.Replace(u.offered, "'grow_quantile_histmaker', ", "", 1)
	return u
}

func checkUpdater(known updaters) func(Value, map[string]Value) error {
	return func(value Value, others map[string]Value) error {
		names := value.Strings()
		switch {
		case others["booster"].text == "gblinear":
			if len(names) != 1 || names[0] != "shotgun" && names[0] != "coord_descent" {
				// The container prints a Python generator with its address here; the names are what it means.
				return userErrorf("Linear updater should be one of these options: 'shotgun', 'coord_descent'.")
			}
		case others["process_type"].text == "update":
			if !subset(names, []string{"refresh", "prune"}) {
				return userErrorf("process_type 'update' can only be used with updater 'refresh' and 'prune'")
			}
		case !subset(names, known.tree):
			return userErrorf("Tree updater should be selected from these options: %s.", known.offered)
		case count(names, known.growers) > 1:
			return userErrorf("Only one tree grow plugin can be selected. Choose one from thefollowing: %s", known.options)
		}
		return nil
	}
}

func subset(names, of []string) bool {
	return count(names, of) == len(names)
}

func count(names, of []string) (n int) {
	for _, name := range names {
		if slices.Contains(of, name) {
			n++
		}
	}
	return n
}

func checkObjective(value Value, others map[string]Value) error {
	_, set := others["num_class"]
	if (value.text == "multi:softmax" || value.text == "multi:softprob") && !set {
		return userErrorf("Require input for parameter 'num_class' for multi-classification")
	}
	return nil
}

// checkTreeMethod makes a check that tree_method is set to one of the methods.
func checkTreeMethod(message string, methods ...string) func(Value, map[string]Value) error {
	return func(value Value, others map[string]Value) error {
		if value.kind != NoneValue && !slices.Contains(methods, others["tree_method"].text) {
			return &UserError{Message: message}
		}
		return nil
	}
}

// evalMetric is the membership test of eval_metric's elements.
func evalMetric(r Range, metric string) (bool, error) {
	if strings.Contains(metric, "<function") {
		return false, userErrorf("User defined evaluation metric %s is not supported yet.", metric)
	}
	if !strings.Contains(metric, "@") {
		return slices.Contains(r.Values, metric), nil
	}
	parts := strings.Split(metric, "@")
	name := strings.TrimSpace(parts[0])
	if name != "error" && name != "ndcg" && name != "map" {
		return false, userErrorf("Metric '%s' is not supported. Parameter 'eval_metric' with customized threshold should "+
			"be one of these options: 'error', 'ndcg', 'map'.", metric)
	}
	if _, ok := parsePythonFloat(parts[1]); !ok {
		return false, userErrorf("Threshold value 't' in '%s@t' expects float input.", name)
	}
	return true, nil
}

// checkEvalMetric is the check from 1.2-1 on, which fails on any eval_metric without an objective.
func checkEvalMetric(value Value, others map[string]Value) error {
	objective, set := others["objective"]
	if !set {
		return &PythonError{Class: "KeyError", Message: "'objective'"}
	}
	if err := checkAUC(value, others); err != nil {
		return err
	}
	if slices.Contains(value.Strings(), "aft-nloglik") && objective.text != "survival:aft" {
		return userErrorf("Metric 'aft-nloglik' can only be applied for 'survival:aft' objective.")
	}
	return nil
}

// checkAUC is the whole check of 0.90 and 1.0.
func checkAUC(value Value, others map[string]Value) error {
	if !slices.Contains(value.Strings(), "auc") {
		return nil
	}
	objective, set := others["objective"]
	if !set {
		return &PythonError{Class: "KeyError", Message: "'objective'"}
	}
	if !strings.HasPrefix(objective.text, "binary:") && !strings.HasPrefix(objective.text, "rank:") {
		return userErrorf("Metric 'auc' can only be applied for classification and ranking problems.")
	}
	return nil
}

// refuseGPU is the membership test of 0.90 and 1.0, whose images cannot use a GPU.
func refuseGPU(r Range, value string) (bool, error) {
	if strings.Contains(value, "gpu") {
		return false, userErrorf("GPU training is not supported yet.")
	}
	return slices.Contains(r.Values, value), nil
}
