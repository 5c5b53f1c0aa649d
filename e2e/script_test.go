package e2e

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/sagefly/sagefly/internal/testenv"
)

// offline are the variables by which pip takes packages from a folder.
func offline(t *testing.T) []string {
	t.Helper()
	return []string{"PIP_NO_INDEX=1", "PIP_FIND_LINKS=" + testenv.Wheels(t), "PIP_DISABLE_PIP_VERSION_CHECK=1"}
}

func sklearnExample(t *testing.T) string {
	t.Helper()
	return filepath.Join(testenv.Root(t), "examples/sklearn")
}

// SageMaker SDK 2's estimators for scikit-learn, with a requirements.txt, and for XGBoost's script mode: unmodified, without Docker.
func TestSDK2Scripts(t *testing.T) {
	t.Parallel()
	e := serve(t, offline(t)...)
	out := e.python(t, "sdk2_scripts.py", sklearnExample(t))
	for _, want := range []string{
		"its script train.py runs on this machine with ", "requirements.txt: installed in ", "scikit-learn 1.9.1 on Python 3.",
		"sklearn: validation:accuracy 0.9", "['about.json', 'model.joblib']", "train-rmse:", "xgboost: ['model.ubj']",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("the output lacks %q:\n%s", want, out)
		}
	}
}

// SageMaker SDK 3's ModelTrainer: it asks IAM about the role, sends scripts of its own as the container's entry point, and installs
// requirements by itself; the interpreter that it runs on is left as it was.
func TestSDK3Trains(t *testing.T) {
	t.Parallel()
	e := serve(t, offline(t)...)
	before := packages(t, e)
	cmd := exec.Command(testenv.PythonSDK3(t), filepath.Join(testenv.Root(t), "e2e/testdata/sdk3_train.py"), sklearnExample(t))
	cmd.Env, cmd.Dir = e.client(t), t.TempDir()
	out := result(t, cmd)
	for _, want := range []string{
		`(?m)^digits: Completed s3://.*/output/model\.tar\.gz$`, `(?m)^hosts: Completed s3://.*/output/model\.tar\.gz$`,
	} {
		if !regexp.MustCompile(want).MatchString(out) {
			t.Errorf("the output lacks %s:\n%s", want, out)
		}
	}
	if after := packages(t, e); after != before {
		t.Errorf("the job changed its interpreter's packages from\n%s\nto\n%s", before, after)
	}
}

// packages is what pip says is in the interpreter on which jobs run.
func packages(t *testing.T, e *engine) string {
	t.Helper()
	cmd := exec.Command(testenv.Python(t), "-m", "pip", "freeze", "--all")
	cmd.Env = e.bare(t)
	return result(t, cmd)
}

// The scikit-learn example, sent by boto3 as AWS's documentation describes script mode: metric, model, and the log that names what ran.
func TestBoto3Script(t *testing.T) {
	t.Parallel()
	e := serve(t, offline(t)...)
	out := e.python(t, "boto3_script.py", sklearnExample(t))
	for _, want := range []string{
		"Completed", "accuracy 0.9", "about.json model.joblib", "sagemaker-scikit-learn:1.2-1-cpu-py3 asked for; its script train.py runs on this machine with ",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("the output lacks %q:\n%s", want, out)
		}
	}
}

// The example by the command line: the accuracy is the job's metric, scikit-learn comes from an environment of its own, which a second
// job finds ready.
func TestTrainScript(t *testing.T) {
	t.Parallel()
	e := serve(t, offline(t)...)
	const metric = `validation:accuracy=validation:accuracy=(\S+)`
	for i, want := range []string{"requirements.txt: installed in ", " is reused"} {
		name := []string{"first", "second"}[i]
		out := e.sagefly(t, "train", sklearnExample(t), "--name", name, "--set", "penalty=10", "--metric", metric)
		if !regexp.MustCompile(`(?m)^  validation:accuracy +0\.9`).MatchString(out) {
			t.Errorf("%s: no accuracy in the summary:\n%s", name, out)
		}
		if log := e.sagefly(t, "logs", name); !strings.Contains(log, want) || !strings.Contains(log, "scikit-learn 1.9.1 on Python 3.") {
			t.Errorf("%s: the log lacks %q:\n%s", name, want, log)
		}
	}
}
