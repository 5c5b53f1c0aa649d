package xgboost

import (
	"slices"
	"strings"
)

// advise logs what the image does silently and a user hardly expects. None of it changes the model.
func (j *job) advise() error {
	j.adviseOnMetrics()
	if j.rounds.early > 0 {
		switch {
		case j.validation == nil:
			j.log.warn("early_stopping_rounds has no effect without a validation channel, as in the AWS image.")
		case j.metrics.stop == "":
			j.log.warn("early_stopping_rounds has no effect without eval_metric or a tuning objective, as in the AWS image.")
		}
	}
	if j.contract.CheckpointPath != "" {
		j.log.warn("As in the AWS image, one checkpoint is written after the first round, and no job resumes from it.")
	}
	return j.adviseOnLabels()
}

func (j *job) adviseOnMetrics() {
	objective := j.text("objective")
	if !j.profile.marginMetrics && slices.Contains([]string{"binary:logistic", "reg:logistic", "multi:softmax"}, objective) {
		for _, name := range slices.DeleteFunc(slices.Clone(j.metrics.own), func(name string) bool { return !isClassMetric(name) }) {
			j.log.warn("Metric %s is wrong for objective %s in image %s, and faithfully so here: the image takes every prediction above 0 for"+
				" class 1. Use error, logloss, auc or merror, or another objective (binary:logitraw, multi:softprob).", name, objective, j.profile.tag)
		}
	}
	if base, _, at := strings.Cut(j.metrics.stop, "@"); at && j.rounds.early > 0 && (base == "ndcg" || base == "map") {
		j.log.warn("Early stopping minimises %s, as in the AWS image, although higher is better. Use %s.", j.metrics.stop, base)
	}
}

// adviseOnLabels warns of a classification without a second class. Since XGBoost 2.0, which estimates base_score from the labels, it
// fails with a message about base_score.
func (j *job) adviseOnLabels() error {
	objective := j.text("objective")
	if !strings.HasPrefix(objective, "binary:") && objective != "reg:logistic" {
		return nil
	}
	labels, err := j.train.Floats("label")
	if err != nil {
		return err
	}
	if slices.ContainsFunc(labels, func(y float32) bool { return y != labels[0] }) {
		return nil
	}
	j.log.warn("All %d labels of the training data are %g; objective %s needs both 0 and 1. The label is the first column.", len(labels), labels[0], objective)
	return nil
}
