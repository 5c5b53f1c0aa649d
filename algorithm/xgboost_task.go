package algorithm

// xgboostTaskParameters say what is learned and how it is judged.
func xgboostTaskParameters() []Hyperparameter {
	return []Hyperparameter{
		{
			Name: "tweedie_variance_power", Type: Continuous, Range: interval("(1, 2)"), Default: "1.5",
			Description: "reg:tweedie: towards 2 the distribution is like gamma, towards 1 like Poisson.",
		},
		{
			Name: "objective", Type: Categorical, Range: choice(xgboostObjectives()...), Default: "reg:squarederror",
			DependsOn: []string{"num_class"}, Dependency: "multi:softmax and multi:softprob need num_class.",
			Description: "What is learned: the loss, and with it the form of the labels and of the predictions.",
			depends:     checkObjective,
		},
		{
			Name: "num_class", Type: Integer, Range: interval("[2, +inf)"),
			Description: "Number of classes for multi:softmax and multi:softprob; labels run from 0 to one less.",
		},
		{
			Name: "base_score", Type: Continuous, Range: interval("[0, +inf)"), Default: "0.5",
			Description: "The prediction before the first tree.",
		},
		{
			Name: "_kfold", Type: Integer, Range: interval("[2, +inf)"), Hidden: true,
			Description: "Train this many models by cross-validation instead of one.",
		},
		{
			Name: "_num_cv_round", Type: Integer, Range: interval("[1, +inf)"), Hidden: true, Default: "1",
			Description: "How many times the cross-validation of _kfold is repeated.",
		},
		{
			Name: "_tuning_objective_metric", Type: Categorical, Hidden: true,
			Description: "The metric that a tuning job optimises, as validation:<metric>. The service sets it.",
		},
		{
			Name: "eval_metric", Type: List, DependsOn: []string{"objective"},
			Dependency: "objective must be set; auc needs a binary: or rank: objective, aft-nloglik needs survival:aft.",
			Description: "Metrics printed after each round, with commas between them; error, ndcg and map also with a threshold, as in " +
				"error@0.7. The last one decides early stopping. Without it the objective's own metric is printed.",
			contains: evalMetric, depends: checkEvalMetric,
		},
		{
			Name: "seed", Type: Integer, Range: interval("(-2147483648, 2147483647)"), Default: "0",
			Description: "Start of the random number generator that draws rows and columns.",
		},
		{
			Name: "num_parallel_tree", Type: Integer, Range: interval("[1, +inf)"), Default: "1",
			Description: "Trees per round; more than one with subsample below 1 makes boosted random forests.",
		},
		{
			Name: "save_model_on_termination", Type: Categorical, Range: choice("true", "false"), Default: "false",
			Description: "true: the model is saved after every round, so that a stopped job has one.",
		},
		{
			Name: "aft_loss_distribution", Type: Categorical, Range: choice("normal", "logistic", "extreme"), Default: "normal",
			Description: "survival:aft and aft-nloglik: the distribution of the noise.",
		},
		{
			Name: "aft_loss_distribution_scale", Type: Continuous, Range: interval("[0, +inf)"), Default: "1",
			Description: "survival:aft and aft-nloglik: the scale of the noise.",
		},
		{
			Name: "deterministic_histogram", Type: Categorical, Range: choice("true", "false"), Default: "true",
			Description: "gpu_hist: the same histogram on every run; 1.7 and later warn that it is not used.",
		},
		{
			Name: "sampling_method", Type: Categorical, Range: choice("uniform", "gradient_based"), Default: "uniform",
			Description: "How subsample draws rows; gradient_based needs a GPU.",
		},
		{
			Name: "prob_buffer_row", Type: Integer, Range: interval("(1.0, +inf)"),
			Description: "Has no effect: 1.7 and later warn that it is not used.",
		},
		{
			Name: "use_dask_gpu_training", Type: Categorical, Range: choice("true", "false"), Default: "false",
			Description: "true: train on several GPUs with Dask. Needs tree_method gpu_hist, File mode and CSV or Parquet.",
		},
	}
}

// xgboostObjectives is the list of 1.7-1 and later. The original 1.7-1 image of 2023 refused reg:absoluteerror; the tag has been
// rebuilt since with it (aws/sagemaker-xgboost-container#395). aft_loss_distribution is in the container's list although it is no
// objective.
func xgboostObjectives() []string {
	return []string{
		"aft_loss_distribution", "binary:logistic", "binary:logitraw", "binary:hinge", "count:poisson", "multi:softmax",
		"multi:softprob", "rank:pairwise", "rank:ndcg", "rank:map", "reg:linear", "reg:squarederror", "reg:logistic", "reg:gamma",
		"reg:pseudohubererror", "reg:squaredlogerror", "reg:absoluteerror", "reg:tweedie", "survival:aft", "survival:cox",
	}
}
