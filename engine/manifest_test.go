package engine_test

import (
	"os/exec"
	"testing"

	"github.com/sagefly/sagefly/engine"
	"github.com/sagefly/sagefly/internal/testenv"
)

// Real programs read channels that a manifest names; boto3 sends the requests.
func TestManifestByBoto3(t *testing.T) {
	t.Parallel()
	s := start(t, engine.Config{Slots: 4})
	out, err := exec.CommandContext(t.Context(), testenv.Python(t), "testdata/manifest.py", "http://"+s.Addr()).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}
