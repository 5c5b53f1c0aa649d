package e2e

import "testing"

// SageMaker SDK 2's HyperparameterTuner around the XGBoost image: fit and wait, analytics, the best estimator, attach, warm start of
// both kinds, several estimators, instances to choose from, Autotune.
func TestSDK2Tunes(t *testing.T) {
	t.Parallel()
	e := serve(t)
	e.python(t, "tuning_sdk2.py", image(t, e, "3.0-5"))
}

// The same around a script with metrics of its own: Hyperband, early stopping, stop, failure.
func TestSDK2TunesScripts(t *testing.T) {
	t.Parallel()
	serve(t).python(t, "tuning_sdk2_scripts.py")
}
