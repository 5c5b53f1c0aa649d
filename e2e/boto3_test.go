package e2e

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sagefly/sagefly/internal/testenv"
)

// An unmodified boto3 trains: bucket, upload, create with the image of the region, waiter, describe, logs, download; the xgboost
// package loads the model and predicts as the job said it would. The script checks that no answer lacks a required member.
func TestBoto3Trains(t *testing.T) {
	t.Parallel()
	e := serve(t)
	var got struct {
		RMSE   float64
		Rounds int
	}
	out := e.python(t, "boto3_train.py", e.settings["AWS_REGION"], image(t, e, "3.0-5"))
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	if got.Rounds != 30 || got.RMSE <= 0 || got.RMSE >= 2.5 {
		t.Errorf("got %+v, want 30 rounds and an error below 2.5 rings", got)
	}
}

// image is the XGBoost image of the engine's region, as the SageMaker SDK knows it.
func image(t *testing.T, e *engine, tag string) string {
	t.Helper()
	const ask = "import sys; from sagemaker import image_uris; print(image_uris.retrieve('xgboost', sys.argv[1], sys.argv[2]))"
	cmd := exec.Command(testenv.Python(t), "-c", ask, e.settings["AWS_REGION"], tag)
	cmd.Env = e.client(t)
	lines := strings.Fields(result(t, cmd)) // the SDK logs to standard output before it answers
	return lines[len(lines)-1]
}

// abaloneFile is the data set as its owners published it.
func abaloneFile(t *testing.T) string {
	t.Helper()
	return filepath.Join(testenv.Root(t), "examples/abalone/abalone.csv")
}
