package xgboost

import (
	"errors"
	"os"
	"strconv"
	"strings"

	"github.com/sagefly/sagefly/algorithm"
	"github.com/sagefly/sagefly/trainer/xgboost/internal/capi"
)

// trainAndSave is the container's train_job.
func (j *job) trainAndSave() error {
	j.log.info("Single node training.")
	if j.profile.debugLines {
		j.log.info("TRAIN_JOB_DEBUG: Received is_master=True")
		j.log.print("TRAIN_JOB_DEBUG: Received is_master=True")
	}
	tuning := j.text("_tuning_objective_metric")
	if _, name, ok := strings.Cut(tuning, ":"); ok {
		j.log.info("Setting up HPO optimized metric to be : %s", name)
	}
	j.metrics = planMetrics(j.version, tuning, j.list("eval_metric"))
	if err := j.logSizes(); err != nil {
		return err
	}
	if err := j.advise(); err != nil {
		return err
	}
	if err := os.MkdirAll(j.layout.Model(), 0o777); err != nil {
		return platformError("%v", err)
	}
	if j.rounds.folds > 0 {
		return j.crossValidate()
	}
	b, _, err := j.fit(j.train, -1)
	if err != nil {
		return trainError(err)
	}
	if j.profile.debugLines {
		for _, line := range []string{
			"FINAL_MODEL_DEBUG: is_master=True, model_dir=" + j.layout.Model(), "FINAL_MODEL_SAVE: Saving final model as master",
		} {
			j.log.info("%s", line)
			j.log.print(line)
		}
	}
	return b.Save(j.modelPath(modelName))
}

func (j *job) logSizes() error {
	rows, err := j.train.Rows()
	if err != nil {
		return err
	}
	columns, err := j.train.Columns()
	if err != nil {
		return err
	}
	j.log.info("Train matrix has %d rows and %d columns", rows, columns)
	if j.validation == nil {
		return nil
	}
	if rows, err = j.validation.Rows(); err != nil {
		return err
	}
	j.log.info("Validation matrix has %d rows", rows)
	others, err := j.validation.Columns()
	if err != nil {
		return err
	}
	if others != columns {
		j.log.warn("The training data has %d feature columns and the validation data has %d, which XGBoost may refuse."+
			" A column that is empty in every row at the end of the lines does not count.", columns, others)
	}
	return nil
}

// datasets are what is evaluated each round: the channels, with folds too.
func (j *job) datasets() ([]dataset, error) {
	sets := []dataset{{name: "train", matrix: j.train}}
	if j.validation != nil {
		sets = append(sets, dataset{name: "validation", matrix: j.validation})
	}
	if len(j.metrics.own) == 0 {
		return sets, nil
	}
	for i := range sets {
		labels, err := sets[i].matrix.Floats("label")
		if err != nil {
			return nil, err
		}
		sets[i].labels = labels
	}
	return sets, nil
}

// fit is Python's xgboost.train with the container's callbacks. fold is -1 without cross validation. The scores are the last round's.
func (j *job) fit(train *capi.Matrix, fold int) (*capi.Booster, scores, error) {
	sets, err := j.datasets()
	if err != nil {
		return nil, scores{}, err
	}
	cache := []*capi.Matrix{train}
	for _, s := range sets {
		cache = append(cache, s.matrix)
	}
	b, err := j.booster(cache)
	if err != nil {
		return nil, scores{}, err
	}
	calls, err := j.callbacks(fold)
	if err != nil {
		return nil, scores{}, err
	}
	if fold >= 0 {
		j.log.info("Train cross validation fold %d", fold%j.rounds.folds+1)
	}
	evaluation := j.evaluation(sets)
	done, last := 0, scores{}
	for round := range j.rounds.total {
		if err := b.Update(round, train); err != nil {
			return nil, scores{}, err
		}
		done++
		last, err = evaluation.after(b, round)
		if err != nil {
			return nil, scores{}, err
		}
		stop, err := calls.after(b, round, last)
		if err != nil {
			return nil, scores{}, err
		}
		if stop {
			break
		}
	}
	b, err = j.finish(b, calls.early, done)
	return b, last, err
}

// booster makes a booster with the job's parameters: all of them as Python prints them, then the metrics one by one.
func (j *job) booster(cache []*capi.Matrix) (*capi.Booster, error) {
	b, err := j.lib.NewBooster(cache)
	if err != nil {
		return nil, err
	}
	for name, value := range j.params.All() {
		switch name {
		case "num_round", "early_stopping_rounds", "save_model_on_termination", "_tuning_objective_metric", "_kfold", "_num_cv_round",
			"use_dask_gpu_training", "eval_metric":
			continue
		case "interaction_constraints":
			// Python's package translates feature names here, and the container's matrices have none.
			return nil, errors.New("Constrained features are not a subset of training data feature names")
		}
		text := value.String()
		if name == "updater" {
			text = strings.Join(value.Strings(), ",")
		}
		if err := b.SetParam(name, text); err != nil {
			return nil, err
		}
	}
	if err := b.SetParam("validate_parameters", "True"); err != nil {
		return nil, err
	}
	for _, name := range j.metrics.native {
		if err := b.SetParam("eval_metric", name); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// finish gives the model the attributes that this version of Python's package leaves in it.
func (j *job) finish(b *capi.Booster, early *earlyStopping, done int) (*capi.Booster, error) {
	if early != nil {
		part, err := b.Slice(0, early.bestRound+1)
		if err != nil {
			return nil, errors.New("`save_best` is not applicable to the current booster")
		}
		b, done = part, early.bestRound+1
	}
	var err error
	switch {
	case !j.profile.scoreAttribute:
		trees := j.number("num_parallel_tree", 1)
		if j.text("booster") == "gblinear" {
			trees = 0
		}
		err = errors.Join(b.SetAttr("best_iteration", strconv.Itoa(done-1)), b.SetAttr("best_ntree_limit", strconv.Itoa(done*trees)))
	case early != nil:
		err = errors.Join(b.SetAttr("best_iteration", strconv.Itoa(early.bestRound)), b.SetAttr("best_score", algorithm.ReprFloat(early.best)))
	}
	if err != nil {
		return nil, err
	}
	if j.profile.copyModel {
		return b.Copy()
	}
	return b, nil
}
