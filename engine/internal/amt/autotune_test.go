package amt

import (
	"encoding/json"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/google/go-cmp/cmp"

	"github.com/sagefly/sagefly/tuner"
)

const xgboostImage = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"

func definitionOf(image string) *types.HyperParameterTrainingJobDefinition {
	return &types.HyperParameterTrainingJobDefinition{
		AlgorithmSpecification: &types.HyperParameterAlgorithmSpecification{TrainingImage: &image},
		StaticHyperParameters:  map[string]string{"num_round": "10"},
	}
}

// AWS recommends eta in 0.1–0.5 and max_depth in 0–10 (developer guide, Tune an XGBoost Model).
func TestHintedRanges(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		image, name, hint string
		want              tuner.Parameter
	}{
		{xgboostImage, "eta", "0.3", tuner.Parameter{Min: 0.1, Max: 0.5}},
		{xgboostImage, "eta", "0.05", tuner.Parameter{Min: 0.05, Max: 0.5}},
		{xgboostImage, "max_depth", "12", tuner.Parameter{Kind: tuner.Integer, Min: 0, Max: 12}},
		{"own", "rate", "0.01", tuner.Parameter{Min: 0.001, Max: 0.1}},
		{"own", "rate", "-2.5", tuner.Parameter{Min: -25, Max: -0.25}},
		{"own", "rate", "0", tuner.Parameter{Kind: tuner.Integer, Min: 0, Max: 1}},
		{"own", "layers", "15", tuner.Parameter{Kind: tuner.Integer, Min: 1, Max: 150}},
		{"own", "verbose", "true", tuner.Parameter{Kind: tuner.Categorical, Values: []string{"true", "false"}}},
		{"own", "kernel", "rbf", tuner.Parameter{Kind: tuner.Categorical, Values: []string{"rbf"}}},
	} {
		tt.want.Name = tt.name
		if diff := cmp.Diff(tt.want, hinted(definitionOf(tt.image), tt.name, tt.hint)); diff != "" {
			t.Errorf("%s %s=%s (-want +got):\n%s", tt.image, tt.name, tt.hint, diff)
		}
	}
}

func TestRecommendedRangesLeaveOutWhatIsStatic(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for _, p := range recommended(definitionOf(xgboostImage)) {
		names[p.Name] = true
	}
	if names["num_round"] || !names["eta"] || !names["alpha"] || names["objective"] {
		t.Errorf("recommended: %v", names)
	}
	if list := recommended(definitionOf("own")); list != nil {
		t.Errorf("of an image of one's own: %v", list)
	}
}

func TestAutotuneFillsInWhatIsNotSaid(t *testing.T) {
	t.Parallel()
	for request, want := range map[string]string{
		`{"HyperParameterTuningJobConfig":{"Strategy":"Bayesian","ResourceLimits":{"MaxParallelTrainingJobs":2}}}`: `{"HyperParameterTuningJobConfig":{"Strategy":"Bayesian","ResourceLimits":{"MaxParallelTrainingJobs":2}}}`,
		`{"Autotune":{"Mode":"Enabled"},"TrainingJobDefinition":{},"HyperParameterTuningJobConfig":{"Strategy":"Bayesian","ResourceLimits":{"MaxParallelTrainingJobs":2}}}`: `{"Autotune":{"Mode":"Enabled"},"TrainingJobDefinition":{},"HyperParameterTuningJobConfig":{"Strategy":"Bayesian","ResourceLimits":{"MaxParallelTrainingJobs":2,"MaxNumberOfTrainingJobs":20},
			"TrainingJobEarlyStoppingType":"Auto","TuningJobCompletionCriteria":{"ConvergenceDetected":{"CompleteOnConvergence":"Enabled"}}}}`,
		`{"Autotune":{"Mode":"Enabled"},"TrainingJobDefinition":{},"HyperParameterTuningJobConfig":{"Strategy":"Grid","ResourceLimits":{"MaxParallelTrainingJobs":2},
			"TrainingJobEarlyStoppingType":"Off","TuningJobCompletionCriteria":{"ConvergenceDetected":{"CompleteOnConvergence":"Disabled"}}}}`: `{"Autotune":{"Mode":"Enabled"},"TrainingJobDefinition":{},"HyperParameterTuningJobConfig":{"Strategy":"Grid","ResourceLimits":{"MaxParallelTrainingJobs":2},
			"TrainingJobEarlyStoppingType":"Off","TuningJobCompletionCriteria":{"ConvergenceDetected":{"CompleteOnConvergence":"Disabled"}}}}`,
	} {
		before := tree(t, request)
		got := plain(t, autotune(before))
		if diff := cmp.Diff(tree(t, want), tree(t, got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", request, diff)
		}
		if diff := cmp.Diff(tree(t, request), before); diff != "" {
			t.Errorf("the request itself changed:\n%s", diff)
		}
	}
}

func tree(t *testing.T, text string) (v map[string]any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func plain(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
