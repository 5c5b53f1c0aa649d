package algorithm

import (
	"slices"
	"strings"
)

// MetricDefinitions returns the definitions that the service adds to a training job of this version with these hyperparameters, by
// which it finds metrics in the job's log. The expressions expect log lines in which tabs are written #011.
//
// The service's lists are not documented. Two whole ones are public, in Describe outputs: 0.90-1 in March 2020, and 1.5-1 with
// reg:squarederror in May 2025. They are returned as they stand, in their order. For other objectives of later versions the metrics
// that only those objectives have are added. Last come the metrics that this job will print and that the list lacks, by
// eval_metric or by the objective's default: the service may leave those out.
func (v Version) MetricDefinitions(hyperparameters map[string]string) []MetricDefinition {
	if len(v.Metrics) == 0 {
		return nil
	}
	objective := hyperparameters["objective"]
	names := observed15()
	if strings.HasPrefix(v.Tag, "0.90-") {
		names = observed090()
	} else {
		names = append(names, onlyFor(objective)...)
	}
	printed := []string{v.DefaultMetric(objective)}
	if list := hyperparameters["eval_metric"]; list != "" {
		printed = strings.Split(list, ",")
	}
	for _, metric := range printed {
		for _, data := range []string{"train:", "validation:"} {
			if _, known := v.Metric(metric); known && !slices.Contains(names, data+metric) {
				names = append(names, data+metric)
			}
		}
	}
	return definitions(names)
}

func definitions(names []string) []MetricDefinition {
	list := make([]MetricDefinition, 0, len(names))
	for _, name := range names {
		printed := strings.Replace(name, ":", "-", 1)
		list = append(list, MetricDefinition{
			Name:  name,
			Regex: `.*\[[0-9]+\].*#011` + printed + `:([-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?).*`,
		})
	}
	return list
}

// observed090 is the list of a tuning job with the image 0.90-1, which has reg:linear as objective.
func observed090() []string {
	return []string{
		"train:mae", "validation:aucpr", "train:merror", "train:gamma-nloglik", "validation:mae", "validation:logloss",
		"train:mlogloss", "validation:f1", "train:accuracy", "train:mse", "validation:poisson-nloglik", "train:tweedie-nloglik",
		"train:error", "train:ndcg", "validation:map", "validation:auc", "validation:gamma-deviance", "train:auc",
		"validation:error", "validation:merror", "train:poisson-nloglik", "train:rmse", "train:logloss", "validation:accuracy",
		"train:aucpr", "validation:tweedie-nloglik", "validation:rmse", "train:gamma-deviance", "validation:mse",
		"validation:ndcg", "train:f1", "validation:mlogloss", "train:map", "validation:gamma-nloglik",
	}
}

// observed15 is the list of a training job with the image 1.5-1 and reg:squarederror.
func observed15() []string {
	return []string{
		"train:mae", "train:gamma-nloglik", "validation:mae", "validation:logloss", "train:cox-nloglik", "validation:f1",
		"validation:cox-nloglik", "train:accuracy", "train:mse", "validation:poisson-nloglik", "train:error", "train:ndcg",
		"validation:map", "validation:gamma-deviance", "validation:error", "train:poisson-nloglik", "train:rmse",
		"train:logloss", "validation:accuracy", "validation:rmse", "train:gamma-deviance", "validation:mse", "validation:ndcg",
		"train:f1", "validation:r2", "train:map", "validation:gamma-nloglik",
	}
}

// onlyFor returns the metrics that only make sense for a family of objectives and that observed15 lacks for that reason. For
// binary objectives a list kept from a tuning job with them names the same.
func onlyFor(objective string) []string {
	switch {
	case strings.HasPrefix(objective, "binary:"):
		return []string{
			"train:auc", "validation:auc", "train:aucpr", "validation:aucpr", "validation:f1_binary", "validation:precision",
			"validation:recall",
		}
	case strings.HasPrefix(objective, "multi:"):
		return []string{"train:merror", "validation:merror", "train:mlogloss", "validation:mlogloss"}
	case strings.HasPrefix(objective, "rank:"):
		return []string{"train:auc", "validation:auc"}
	case objective == "reg:tweedie":
		return []string{"train:tweedie-nloglik", "validation:tweedie-nloglik"}
	}
	return nil
}

// DefaultMetric returns the metric that the version's library prints when a job names none; an empty objective is the default one.
// An objective that the version does not have gives "". Rank objectives of 3.0 and later give a name with a cut, such as ndcg@32,
// and reg:tweedie one with its variance power; their values at other settings follow the hyperparameters.
func (v Version) DefaultMetric(objective string) string {
	h, ok := v.Hyperparameter("objective")
	if objective == "" {
		objective = h.Default
	}
	if !ok || !slices.Contains(h.Range.Values, objective) {
		return ""
	}
	before13 := slices.Contains([]string{"0.90-1", "0.90-2", "1.0-1", "1.2-1", "1.2-2"}, v.Tag)
	if before13 {
		if metric, ok := defaultMetricsBefore13()[objective]; ok {
			return metric
		}
	}
	if strings.HasPrefix(v.Tag, "3.") {
		if metric, ok := defaultMetricsFrom3()[objective]; ok {
			return metric
		}
	}
	return defaultMetrics()[objective]
}

func defaultMetrics() map[string]string {
	return map[string]string{
		"binary:logistic": "logloss", "binary:logitraw": "logloss", "binary:hinge": "error", "count:poisson": "poisson-nloglik",
		"multi:softmax": "mlogloss", "multi:softprob": "mlogloss", "rank:pairwise": "map", "rank:ndcg": "map", "rank:map": "map",
		"reg:linear": "rmse", "reg:squarederror": "rmse", "reg:logistic": "rmse", "reg:gamma": "gamma-nloglik",
		"reg:pseudohubererror": "mphe", "reg:squaredlogerror": "rmsle", "reg:absoluteerror": "mae",
		"reg:tweedie": "tweedie-nloglik@1.5", "survival:aft": "aft-nloglik", "survival:cox": "cox-nloglik",
	}
}

func defaultMetricsBefore13() map[string]string {
	return map[string]string{
		"binary:logistic": "error", "binary:logitraw": "auc", "multi:softmax": "merror", "multi:softprob": "merror",
	}
}

func defaultMetricsFrom3() map[string]string {
	return map[string]string{
		"rank:pairwise": "ndcg@32", "rank:ndcg": "ndcg@32", "rank:map": "map@32", "reg:gamma": "gamma-deviance",
	}
}
