package e2e

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/sagefly/sagefly/internal/testenv"
)

// SageMaker SDK 3's HyperparameterTuner and its tuning job resource.
func TestSDK3Tunes(t *testing.T) {
	t.Parallel()
	e := serve(t)
	cmd := exec.Command(testenv.PythonSDK3(t), filepath.Join(testenv.Root(t), "e2e/testdata/tuning_sdk3.py"), image(t, e, "3.0-5"))
	cmd.Env, cmd.Dir = append(e.client(t), "ABALONE="+abaloneFile(t)), t.TempDir()
	result(t, cmd)
}
