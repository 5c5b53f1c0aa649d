package algorithm

// xgboostHyperparameters returns the list of the tags 1.7-1 (as rebuilt in 2025), 3.0-5 and 3.2-0 in the container's order. Other
// tags are this list with the changes of xgboost_version.go.
func xgboostHyperparameters() []Hyperparameter {
	var all []Hyperparameter
	all = append(all, xgboostRunParameters()...)
	all = append(all, xgboostTreeParameters()...)
	all = append(all, xgboostConstraintParameters()...)
	all = append(all, xgboostDartParameters()...)
	return append(all, xgboostTaskParameters()...)
}

// xgboostRunParameters steer the run as a whole.
func xgboostRunParameters() []Hyperparameter {
	return []Hyperparameter{
		{
			Name: "num_round", Type: Integer, Range: interval("[1, +inf)"), Recommended: linear(1, 4000), Required: true,
			Description: "How many boosting rounds to run; each adds one tree, or one per class.",
		},
		{
			Name: "csv_weights", Type: Integer, Range: interval("[0, 1]"), Default: "0",
			Description: "1: the second column of CSV input, after the label, is the row's weight. It holds for the validation channel too.",
		},
		{
			Name: "early_stopping_rounds", Type: Integer, Range: interval("[1, +inf)"),
			Description: "Stop when the last validation metric has not improved for this many rounds, and keep the best round's model. " +
				"Needs a validation channel and an eval_metric; without either it does nothing.",
		},
		{
			Name: "booster", Type: Categorical, Range: choice("gbtree", "gblinear", "dart"), Default: "gbtree",
			Description: "The kind of model: trees, a linear model, or trees with dropout.",
		},
		{
			Name: "verbosity", Type: Integer, Range: interval("[0, 3]"), Default: "1",
			Description: "How much the library says: 0 nothing, 1 warnings, 2 information, 3 debugging.",
		},
		{
			Name: "nthread", Type: Integer, Range: interval("[1, +inf)"),
			Description: "Threads to train with; every core when unset.",
		},
	}
}

// xgboostTreeParameters shape trees and their growth.
func xgboostTreeParameters() []Hyperparameter {
	return []Hyperparameter{
		{
			Name: "eta", Aliases: []string{"learning_rate"}, Type: Continuous, Range: interval("[0, 1]"),
			Recommended: linear(0.1, 0.5), Default: "0.3",
			Description: "Learning rate: each tree's contribution is scaled by it. Smaller needs more rounds and overfits less.",
		},
		{
			Name: "gamma", Aliases: []string{"min_split_loss"}, Type: Continuous, Range: interval("[0, +inf)"),
			Recommended: linear(0, 5), Default: "0",
			Description: "The least gain for which a leaf is split further.",
		},
		{
			Name: "max_depth", Type: Integer, Range: interval("[0, +inf)"), Recommended: linear(0, 10), Default: "6",
			Description: "Depth of a tree at most; 0 means no limit, except with tree_method exact.",
		},
		{
			Name: "min_child_weight", Type: Continuous, Range: interval("[0, +inf)"), Recommended: linear(0, 120), Default: "1",
			Description: "A split is kept only when each side has at least this sum of second derivatives (for squared error: rows).",
		},
		{
			Name: "max_delta_step", Type: Continuous, Range: interval("[0, +inf)"), Recommended: linear(0, 10), Default: "0",
			Description: "Bound on a leaf's output; 0 means none. Helps logistic regression with very uneven classes.",
		},
		{
			Name: "subsample", Type: Continuous, Range: interval("(0, 1]"), Recommended: linear(0.5, 1), Default: "1",
			Description: "Share of rows drawn at random for each round.",
		},
		{
			Name: "colsample_bytree", Type: Continuous, Range: interval("(0, 1]"), Recommended: linear(0.5, 1), Default: "1",
			Description: "Share of columns drawn at random for each tree.",
		},
		{
			Name: "colsample_bylevel", Type: Continuous, Range: interval("(0, 1]"), Recommended: linear(0.1, 1), Default: "1",
			Description: "Share of the tree's columns drawn at random for each level.",
		},
		{
			Name: "colsample_bynode", Type: Continuous, Range: interval("(0, 1]"), Recommended: linear(0.1, 1), Default: "1",
			Description: "Share of the level's columns drawn at random for each split.",
		},
		{
			Name: "lambda", Aliases: []string{"reg_lambda"}, Type: Continuous, Range: interval("[0, +inf)"),
			Recommended: linear(0, 1000), Default: "1",
			Description: "L2 penalty on leaf outputs (on weights, for gblinear).",
		},
		{
			Name: "alpha", Aliases: []string{"reg_alpha"}, Type: Continuous, Range: interval("[0, +inf)"),
			Recommended: linear(0, 1000), Default: "0",
			Description: "L1 penalty on leaf outputs (on weights, for gblinear).",
		},
		{
			Name: "tree_method", Type: Categorical, Range: choice("auto", "exact", "approx", "hist", "gpu_hist"), Default: "auto",
			Description: "How splits are searched: all values, quantile sketches, or histograms.",
		},
		{
			Name: "sketch_eps", Type: Continuous, Range: interval("(0, 1)"), Default: "0.03",
			Description: "Precision of approx in old library versions; 1.7 and later warn that it is not used.",
		},
		{
			Name: "scale_pos_weight", Type: Continuous, Range: interval("(0, +inf)"), Default: "1",
			Description: "Weight of positive rows against negative ones; for uneven classes often negatives divided by positives.",
		},
		{
			Name: "updater", Type: List, Range: choice("grow_colmaker", "distcol", "grow_histmaker", "grow_skmaker", "sync", "refresh",
				"prune", "grow_colmaker", "distcol", "grow_histmaker", "grow_colmaker", "shotgun", "coord_descent", "refresh", "prune"),
			DependsOn:  []string{"booster", "process_type"},
			Dependency: "gblinear takes one of shotgun and coord_descent; process_type update takes refresh and prune; else at most one tree grower.",
			Description: "The steps that build and change trees, with commas between them; overrides tree_method. " +
				"Rarely needed.",
			depends: checkUpdater(treeUpdaters()),
		},
		{
			Name: "dsplit", Type: Categorical, Range: choice("row", "col"),
			Description: "How old library versions split data over hosts; 1.7 and later warn that it is not used.",
		},
		{
			Name: "refresh_leaf", Type: Integer, Range: interval("[0, 1]"), Default: "1",
			Description: "With the refresh updater: 1 renews leaf outputs too, 0 only node statistics.",
		},
		{
			Name: "process_type", Type: Categorical, Range: choice("default", "update"), Default: "default",
			Description: "default builds new trees; update changes the trees of an existing model.",
		},
		{
			Name: "grow_policy", Type: Categorical, Range: choice("depthwise", "lossguide"), Default: "depthwise",
			Description: "Where to split next: nearest the root, or where the loss falls most. Needs tree_method hist or approx.",
		},
		{
			Name: "max_leaves", Type: Integer, Range: interval("[0, +inf)"), Default: "0",
			Description: "Leaves of a tree at most; 0 means no limit.",
		},
		{
			Name: "max_bin", Type: Integer, Range: interval("[0, +inf)"), Default: "256",
			Description: "Histogram bins per column. The library itself refuses 0 and 1.",
		},
		{
			Name: "predictor", Type: Categorical, Range: choice("auto", "cpu_predictor", "gpu_predictor"), Default: "auto",
			Description: "Which processor predicts; 2.0 and later warn that it is not used.",
		},
	}
}

// xgboostConstraintParameters limit what a model may learn.
func xgboostConstraintParameters() []Hyperparameter {
	return []Hyperparameter{
		{
			Name: "monotone_constraints", Type: Tuple, Range: Range{Text: "[-1, 0, 1]", Values: []string{"-1", "0", "1"}},
			DependsOn: []string{"tree_method"}, Dependency: "tree_method must be set to exact or hist.",
			Description: "For each column 1 (output may only rise with it), -1 (only fall) or 0, for instance (1,0,-1).",
			depends: checkTreeMethod("monotone_constraints can be used only when the tree_method parameter is set to either 'exact' or 'hist'.",
				"exact", "hist"),
		},
		{
			Name: "interaction_constraints", Type: NestedList, Range: interval("[1, +inf)"),
			DependsOn: []string{"tree_method"}, Dependency: "tree_method must be set to exact, hist or approx.",
			Description: "Groups of columns that may occur together on one path, for instance [[1,2],[3,4]]. Column 0 is refused, and from " +
				"1.7-1 on the library refuses every such job, because the training data carries no column names.",
			depends: checkTreeMethod("interaction_constraints can be used only when the tree_method parameter is set to either 'exact', 'hist' or 'approx'.",
				"exact", "hist", "approx"),
		},
	}
}

// xgboostDartParameters belong to the boosters dart and gblinear.
func xgboostDartParameters() []Hyperparameter {
	return []Hyperparameter{
		{
			Name: "sample_type", Type: Categorical, Range: choice("uniform", "weighted"), Default: "uniform",
			Description: "dart: whether trees are dropped with equal chance or in proportion to their weight.",
		},
		{
			Name: "normalize_type", Type: Categorical, Range: choice("tree", "forest"), Default: "tree",
			Description: "dart: whether a new tree weighs as each dropped tree or as all of them together.",
		},
		{
			Name: "rate_drop", Type: Continuous, Range: interval("[0, 1]"), Default: "0",
			Description: "dart: share of the earlier trees dropped in a round.",
		},
		{
			Name: "one_drop", Type: Integer, Range: interval("[0, 1]"), Default: "0",
			Description: "dart: 1 drops at least one tree in each round.",
		},
		{
			Name: "skip_drop", Type: Continuous, Range: interval("[0, 1]"), Default: "0",
			Description: "dart: chance that a round drops nothing.",
		},
		{
			Name: "lambda_bias", Type: Continuous, Range: interval("[0, 1]"), Default: "0",
			Description: "gblinear: L2 penalty on the bias in old library versions; 1.7 and later warn that it is not used.",
		},
	}
}

func linear(lower, upper float64) *Recommended {
	return &Recommended{Min: lower, Max: upper, Scale: "Linear"}
}
