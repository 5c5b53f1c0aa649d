package xgboost

import (
	"slices"
	"strings"

	"github.com/sagefly/sagefly/algorithm"
)

// metricPlan says which metrics are computed by whom, and which one decides about early stopping.
type metricPlan struct {
	native []string // passed to the library as eval_metric
	own    []string // computed here, as the container does with scikit-learn
	stop   string   // "" = nothing to stop early by
}

// planMetrics merges the tuner's metric and eval_metric as the container does: both given, the union sorted; else as listed. Where the
// container's own metrics are in play it puts the library's into an order that differs from run to run; here they keep their order.
func planMetrics(v algorithm.Version, tuning string, eval []string) metricPlan {
	var objective []string
	if _, name, ok := strings.Cut(tuning, ":"); ok {
		objective = strings.Split(name, ",")
	}
	union := slices.Concat(objective, eval)
	if len(objective) > 0 && len(eval) > 0 {
		slices.Sort(union)
		union = slices.Compact(union)
	}
	var plan metricPlan
	for _, name := range union {
		if m, ok := v.Metric(name); ok && m.By == "container" {
			plan.own = append(plan.own, name)
		} else {
			plan.native = append(plan.native, name)
		}
	}
	if len(objective) > 0 {
		plan.stop = objective[len(objective)-1]
	} else if len(eval) > 0 {
		plan.stop = eval[len(eval)-1]
	}
	return plan
}

// maximized reports whether early stopping takes a higher value for a better one. The container compares exact names, so it minimises
// ndcg@5 and map@5.
func maximized(v algorithm.Version, name string) bool {
	for _, m := range v.Metrics {
		if m.Name == name {
			return m.Direction == "Maximize"
		}
	}
	return false
}

func isClassMetric(name string) bool {
	return !slices.Contains([]string{"mse", "rmse", "mae", "r2"}, name)
}
