package algorithm

import (
	"slices"
	"strings"
)

// xgboostTraps are settings that the container accepts and that do not do what they say.
func xgboostTraps(v Version, p Params) []Finding {
	var found []Finding
	add := func(name, why, fix string) {
		value, _ := p.Get(name)
		found = append(found, Finding{Name: name, Value: strings.Join(textOf(value), ","), Why: why, Fix: fix})
	}
	asked, _ := p.Get("eval_metric")
	objective, _ := p.Get("objective")
	if _, stops := p.Get("early_stopping_rounds"); stops && len(asked.Strings()) == 0 {
		if _, tuned := p.Get("_tuning_objective_metric"); !tuned {
			add("early_stopping_rounds", "it does nothing without eval_metric", "set eval_metric; its last metric decides")
		}
	}
	if _, set := p.Get("interaction_constraints"); set && v.namesNeeded() {
		add("interaction_constraints", "the library of this version refuses it, because training data has no column names",
			"remove it")
		found[len(found)-1].Fatal = true
	}
	if strings.HasPrefix(v.Tag, "3.") && (objective.String() == "binary:logistic" || objective.String() == "multi:softmax") {
		for _, metric := range asked.Strings() {
			if slices.Contains(classMetrics(), metric) {
				add("eval_metric", "this version computes "+metric+" wrongly for "+objective.String()+
					": every probability or class above 0 counts as class 1", "use error, merror, auc or logloss")
				break
			}
		}
	}
	if _, stops := p.Get("early_stopping_rounds"); stops {
		if last := lastOf(asked.Strings()); strings.HasPrefix(last, "ndcg@") || strings.HasPrefix(last, "map@") {
			add("eval_metric", "early stopping minimises "+last+", although higher is better", "use "+last[:strings.Index(last, "@")]+" last")
		}
	}
	return found
}

// namesNeeded reports whether the version's Python code resolves constraints by column names: from 1.7-1 on.
func (v Version) namesNeeded() bool {
	return slices.Contains([]string{"1.7-1", "3.0-5", "3.2-0"}, v.Tag)
}

func classMetrics() []string {
	return []string{
		"accuracy", "balanced_accuracy", "f1", "f1_binary", "f1_macro", "precision", "precision_macro", "precision_micro", "recall",
		"recall_macro", "recall_micro",
	}
}

func lastOf(all []string) string {
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1]
}

// textOf is a list's elements, or the one value.
func textOf(v Value) []string {
	if v.Kind() == ListValue && len(v.Strings()) == len(v.Items()) {
		return v.Strings()
	}
	return []string{v.String()}
}
