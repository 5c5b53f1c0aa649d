// Package algorithm is the catalogue of Amazon SageMaker's built-in algorithms: what each is called, which versions (image tags)
// exist, which hyperparameters, channels and metrics a version has, and which image URI means it in which region.
//
//	xgb, _ := algorithm.Lookup("xgboost")
//	v, _ := xgb.Version("")                              // the default tag, 3.0-5
//	params, err := v.Validate(map[string]string{"num_round": "10", "eta": "0.2"})
//
// It is data plus the checks that the algorithm's own container makes, with the container's texts, so that a training program, an
// engine and a command line agree on what a request means. Nothing here touches a network, a file or another package of this
// module.
//
// Where the facts come from: hyperparameters, ranges, channels, metrics and messages of XGBoost are those of the open container
// aws/sagemaker-xgboost-container (xgboost_version.go says what is inferred for old tags); registry accounts are those of the SageMaker Python SDK (Apache-2.0),
// kept as an extract under data/; the metric definitions that the service adds to a job are the ones seen in public Describe
// outputs (see [Version.MetricDefinitions]).
//
// XGBoost is the only algorithm in the catalogue today. A second one is one more file beside xgboost.go and one line
// where the catalogue is built, in algorithm.go.
package algorithm
