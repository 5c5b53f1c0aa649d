package algorithm

import "slices"

// xgboostVersions lists the tags from oldest to newest. Each list of hyperparameters is the next newer one with what that tag lacks
// or has besides, so the differences can be read here.
//
// 1.7-1 and later follow the container's source. Of the older ones, which sagefly does not train, these are inferences: that 1.5-1 still has
// grow_local_histmaker, that 1.3-1 has mape, which metrics the containers 1.3-1 and 1.5-1 compute themselves, and the order of
// metrics within 1.0-1 to 1.2-2, which only shows in messages.
func xgboostVersions() []Version {
	newest := xgboostHyperparameters()
	base3 := edit(newest).change("base_score", func(h *Hyperparameter) { h.Default = "" }).
		change("max_depth", func(h *Hyperparameter) { h.Description = "Depth of a tree at most; 0 means no limit." })
	until17 := edit(newest).change("objective", func(h *Hyperparameter) { h.Range = without(h.Range, "reg:absoluteerror") })
	with15 := until17.change("updater", localHistmaker(localUpdaters())).with(Hyperparameter{
		Name: "single_precision_histogram", Type: Categorical, Range: choice("true", "false"), Default: "false",
		Description: "hist: build histograms in single precision.",
	})
	with12 := with15.without("use_dask_gpu_training")
	first12 := with12.without("_kfold", "_num_cv_round").with(Hyperparameter{
		Name: "_nfold", Type: Integer, Range: interval("[2, +inf)"), Hidden: true,
		Description: "After training, also cross-validate with this many folds and print one line.",
	})
	with10 := first12.without("_nfold", "single_precision_histogram", "deterministic_histogram", "sampling_method", "prob_buffer_row",
		"aft_loss_distribution", "aft_loss_distribution_scale").
		with(silent()).change("objective", objectives10).change("tree_method", cpuOnly("auto", "exact", "approx", "hist")).
		change("predictor", cpuOnly("cpu_predictor")).change("eval_metric", onlyAUC)
	with090 := with10.without("monotone_constraints", "interaction_constraints", "save_model_on_termination").
		change("objective", func(h *Hyperparameter) { h.Range = without(h.Range, "reg:squaredlogerror") }).
		change("updater", localHistmaker(oldestUpdaters()))
	plain := with090
	for _, name := range []string{"eta", "gamma", "lambda", "alpha"} {
		plain = plain.change(name, func(h *Hyperparameter) { h.Aliases = nil })
	}
	return []Version{
		{Algorithm: "xgboost", Tag: "1", Library: "XGBoost", LibraryVersion: "0.72", Note: "The first image, also called latest; its container is not open."},
		xgboostVersion("0.90-1", "0.90", plain, xgboostMetrics090()),
		xgboostVersion("0.90-2", "0.90", with090, xgboostMetrics090()),
		xgboostVersion("1.0-1", "1.0.0", with10, xgboostMetrics10()),
		xgboostVersion("1.2-1", "1.2.0", first12, xgboostMetrics121()),
		xgboostVersion("1.2-2", "1.2.0", with12, xgboostMetrics122()),
		xgboostVersion("1.3-1", "1.3.3", with12, xgboostMetrics()),
		xgboostVersion("1.5-1", "1.5.2", with15, xgboostMetrics()),
		trainable(xgboostVersion("1.7-1", "1.7.4", newest, xgboostMetrics()),
			"Means the image as rebuilt in 2025 (1.7-1-1), which accepts reg:absoluteerror; the first build of 2023 refused it."),
		trainable(xgboostVersion("3.0-5", "3.0.5", base3, xgboostMetrics()), "The base_score is estimated from the labels."),
		xgboostVersion("3.2-0", "3.2.0", base3, xgboostMetrics()),
	}
}

func xgboostVersion(tag, library string, parameters hyperparameters, list []Metric) Version {
	names := make([]string, len(list))
	objectives := make([]string, len(list))
	for i, m := range list {
		names[i], objectives[i] = m.Name, m.ObjectiveName()
	}
	parameters = parameters.
		change("eval_metric", func(h *Hyperparameter) { h.Range = choice(names...) }).
		change("_tuning_objective_metric", func(h *Hyperparameter) { h.Range = choice(objectives...) })
	return Version{
		Algorithm: "xgboost", Tag: tag, Library: "XGBoost", LibraryVersion: library,
		Hyperparameters: parameters, Metrics: list, Channels: xgboostChannels(), DefaultContentType: "text/libsvm",
		traps: xgboostTraps,
	}
}

func trainable(v Version, note string) Version {
	v.Trainable, v.Note = true, note
	return v
}

// hyperparameters is a list with edits that leave the original alone.
type hyperparameters []Hyperparameter

func edit(list []Hyperparameter) hyperparameters { return list }

func (l hyperparameters) without(names ...string) hyperparameters {
	return slices.DeleteFunc(slices.Clone(l), func(h Hyperparameter) bool { return slices.Contains(names, h.Name) })
}

func (l hyperparameters) with(h Hyperparameter) hyperparameters {
	return append(slices.Clone(l), h)
}

func (l hyperparameters) change(name string, how func(*Hyperparameter)) hyperparameters {
	l = slices.Clone(l)
	for i := range l {
		if l[i].Name == name {
			how(&l[i])
		}
	}
	return l
}

func without(r Range, values ...string) Range {
	return choice(slices.DeleteFunc(slices.Clone(r.Values), func(v string) bool { return slices.Contains(values, v) })...)
}

// localHistmaker puts grow_local_histmaker into the updaters, where the containers up to 1.5-1 have it.
func localHistmaker(known updaters) func(*Hyperparameter) {
	return func(h *Hyperparameter) {
		h.Range = choice("grow_colmaker", "distcol", "grow_histmaker", "grow_local_histmaker", "grow_skmaker", "sync", "refresh", "prune",
			"grow_colmaker", "distcol", "grow_histmaker", "grow_local_histmaker", "grow_colmaker", "shotgun", "coord_descent",
			"refresh", "prune")
		h.depends = checkUpdater(known)
	}
}

func objectives10(h *Hyperparameter) {
	h.Range = without(h.Range, "aft_loss_distribution", "reg:pseudohubererror", "survival:aft")
}

// cpuOnly is a choice that refuses anything with gpu in it by a message of its own.
func cpuOnly(values ...string) func(*Hyperparameter) {
	return func(h *Hyperparameter) {
		h.Range, h.contains, h.Default = choice(values...), refuseGPU, values[0]
	}
}

func onlyAUC(h *Hyperparameter) {
	h.depends = checkAUC
	h.Dependency = "auc needs a binary: or rank: objective."
}

func silent() Hyperparameter {
	return Hyperparameter{
		Name: "silent", Type: Integer, Range: interval("[0, 1]"), Default: "0",
		Description: "1: the library says nothing; verbosity took its place.",
	}
}

// xgboostMetrics090 has four losses among the metrics to maximise: a fault of the container that tuning jobs see.
func xgboostMetrics090() []Metric {
	return metrics(
		[]string{
			"accuracy", "auc", "aucpr", "cox-nloglik", "f1", "gamma-nloglik", "map", "ndcg", "poisson-nloglik", "tweedie-nloglik",
		},
		[]string{"error", "gamma-deviance", "logloss", "mae", "merror", "mlogloss", "mse", "rmse"},
		[]string{"accuracy", "f1", "mse"},
	)
}

func xgboostMetrics10() []Metric {
	return metrics(
		[]string{"accuracy", "auc", "aucpr", "f1", "map", "ndcg"},
		[]string{
			"cox-nloglik", "error", "gamma-deviance", "gamma-nloglik", "logloss", "mae", "merror", "mlogloss", "mse",
			"poisson-nloglik", "rmse", "rmsle", "tweedie-nloglik",
		},
		[]string{"accuracy", "f1", "mse"},
	)
}

func xgboostMetrics121() []Metric {
	return metrics(
		[]string{"accuracy", "auc", "aucpr", "f1", "map", "ndcg", "r2"},
		metrics12Minimize(),
		[]string{"accuracy", "f1", "mse", "r2"},
	)
}

func xgboostMetrics122() []Metric {
	return metrics(
		[]string{"accuracy", "auc", "aucpr", "f1", "f1_binary", "f1_macro", "map", "ndcg", "r2"},
		metrics12Minimize(),
		[]string{"accuracy", "f1", "f1_binary", "f1_macro", "mse", "r2"},
	)
}

func metrics12Minimize() []string {
	return []string{
		"aft-nloglik", "cox-nloglik", "error", "gamma-deviance", "gamma-nloglik", "interval-regression-accuracy", "logloss", "mae",
		"merror", "mlogloss", "mphe", "mse", "poisson-nloglik", "rmse", "rmsle", "tweedie-nloglik",
	}
}
