package algorithm

// xgboost is the SageMaker XGBoost algorithm.
func xgboost() Algorithm {
	return Algorithm{
		Name:       "xgboost",
		Title:      "XGBoost",
		Summary:    "Gradient boosted trees for regression, classification, ranking and survival analysis on tables.",
		DefaultTag: "3.0-5",
		Versions:   xgboostVersions(),
	}
}

// xgboostChannels are the same in every version.
func xgboostChannels() []Channel {
	files := []string{
		"csv", "libsvm", "parquet", "recordio-protobuf", "text/csv", "text/libsvm", "text/x-libsvm", "application/x-parquet",
		"application/x-recordio-protobuf",
	}
	pipes := []string{
		"csv", "parquet", "recordio-protobuf", "text/csv", "application/x-parquet", "application/x-recordio-protobuf",
	}
	either := []string{"FullyReplicated", "ShardedByS3Key"}
	data := []ChannelRule{
		{TrainingInputMode: "File", ContentTypes: files, S3DistributionTypes: either},
		{TrainingInputMode: "Pipe", ContentTypes: pipes, S3DistributionTypes: either},
	}
	code := []ChannelRule{
		{TrainingInputMode: "File", ContentTypes: []string{"text/python"}, S3DistributionTypes: either[:1]},
	}
	return []Channel{
		{Name: "train", Required: true, Accepts: data, Description: "The rows to learn from. CSV has no header and the label first."},
		{Name: "validation", Accepts: data, Description: "Rows for the metrics and for early stopping, read as the train channel is."},
		{Name: "code", Accepts: code, Description: "A Python program; ignored unless the job also names it as its entry point."},
	}
}

// xgboostMetrics is the list of 1.5-1 and later. The container computes those it names itself, in place of the library's.
func xgboostMetrics() []Metric {
	return metrics(
		[]string{
			"accuracy", "auc", "aucpr", "balanced_accuracy", "f1", "f1_binary", "f1_macro", "map", "ndcg", "precision", "r2",
			"recall", "precision_macro", "precision_micro", "recall_macro", "recall_micro",
		},
		[]string{
			"aft-nloglik", "cox-nloglik", "error", "gamma-deviance", "gamma-nloglik", "interval-regression-accuracy", "logloss",
			"mae", "mape", "merror", "mlogloss", "mphe", "mse", "poisson-nloglik", "rmse", "rmsle", "tweedie-nloglik",
		},
		[]string{
			"accuracy", "balanced_accuracy", "f1", "f1_binary", "f1_macro", "mse", "rmse", "mae", "precision", "precision_macro",
			"precision_micro", "r2", "recall", "recall_macro", "recall_micro",
		},
	)
}
