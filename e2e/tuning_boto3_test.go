package e2e

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/sagefly/sagefly/internal/testenv"
)

// An unmodified boto3 tunes: every operation, strategy, criterion and refusal, by cases that are written in Python. Each answer is
// checked against the service's model, unknown members and enumerations included.
func TestBoto3Tunes(t *testing.T) {
	t.Parallel()
	for _, script := range []string{"tuning_lists.py", "tuning_life.py", "tuning_kinds.py", "tuning_warm.py"} {
		t.Run(script, func(t *testing.T) {
			t.Parallel()
			serve(t).python(t, script)
		})
	}
}

// boto3 searches a built-in algorithm's hyperparameters on real data; the best model is what the xgboost package trains with them.
func TestBoto3TunesXGBoost(t *testing.T) {
	t.Parallel()
	e := serve(t)
	e.python(t, "tuning_search.py", image(t, e, "3.0-5"))
}

// The search of the old Flyte plugin's example, with the library behind its image's nearest successor.
func TestLegacyPluginTunes(t *testing.T) {
	t.Parallel()
	e := serve(t, "SAGEFLY_LIBXGBOOST="+library174(t))
	e.python(t, "tuning_legacy.py", image(t, e, "1.7-1"))
}

// library174 is the file of XGBoost 1.7.4.
func library174(t *testing.T) string {
	t.Helper()
	out := result(t, exec.Command(testenv.Python174(t), "-c", "import xgboost.libpath as l; print(l.find_lib_path()[0])"))
	return strings.TrimSpace(out)
}
