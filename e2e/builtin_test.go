package e2e

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/sagefly/sagefly"
	"github.com/sagefly/sagefly/algorithm/xgboost"
	"github.com/sagefly/sagefly/examples/abalone"
)

var rings = sagefly.NewBuiltin("rings", xgboost.Latest, sagefly.TrainingConfig{})

// target is the engine as a Go program's target.
func (e *engine) target() sagefly.Target {
	return sagefly.Target{Local: true, AWS: aws.Config{
		Region:       e.settings["AWS_DEFAULT_REGION"],
		BaseEndpoint: new(e.settings["AWS_ENDPOINT_URL_SAGEMAKER"]),
		Credentials:  credentials.NewStaticCredentialsProvider(e.settings["AWS_ACCESS_KEY_ID"], e.settings["AWS_SECRET_ACCESS_KEY"], ""),
	}}
}

// ringsFile is a part of the Abalone data as the algorithm wants it: the label first, no text.
func ringsFile(t *testing.T, from, to int) string {
	t.Helper()
	var b strings.Builder
	for _, row := range strings.Split(strings.TrimSpace(abalone.CSV()), "\n")[from:to] {
		fields := strings.Split(strings.TrimSpace(row), ",")
		b.WriteString(strings.Join(append(fields[8:9], fields[1:8]...), ",") + "\n")
	}
	path := filepath.Join(t.TempDir(), "rings.csv")
	if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// A built-in algorithm as a typed task: parameters by struct, a local file as the channel, model and metrics come back.
func TestBuiltinTask(t *testing.T) {
	t.Parallel()
	e := serve(t)
	target := e.target()
	in := sagefly.BuiltinInput[xgboost.Params]{
		Params: xgboost.Params{NumRound: 30, Objective: "reg:squarederror", EvalMetric: xgboost.Names{"mae", "rmse"}, MaxDepth: new(4), Lambda: new(0.0)},
		Train:  sagefly.Dir(ringsFile(t, 0, 3000)), Validation: sagefly.Dir(ringsFile(t, 3000, 4177)),
	}
	result, err := rings.Run(t.Context(), target, in)
	if err != nil {
		t.Fatal(err)
	}
	if rmse := result.Output.Metrics["validation:rmse"]; rmse <= 1 || rmse >= 3 {
		t.Errorf("validation:rmse is %v, want 1 to 3 rings; metrics are %v", rmse, result.Output.Metrics)
	}
	if result.Describe.HyperParameters["lambda"] != "0" || result.Describe.HyperParameters["eval_metric"] != "mae,rmse" {
		t.Errorf("hyperparameters are %v", result.Describe.HyperParameters)
	}
	model := filepath.Join(t.TempDir(), "model")
	if err := sagefly.Fetch(t.Context(), target, string(result.Output.Model), model); err != nil {
		t.Fatal(err)
	}
	trees := e.python(t, "count_trees.py", model)
	if n, err := strconv.Atoi(strings.TrimSpace(trees)); err != nil || n != 30 {
		t.Errorf("%s has %q trees by Python's library, want 30", result.Output.Model, trees)
	}
}
