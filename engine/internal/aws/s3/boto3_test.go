package s3_test

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"testing"

	"github.com/sagefly/sagefly/engine/internal/aws/s3"
)

// TestBoto3 runs testdata/client.py with the Python that SAGEFLY_TEST_PYTHON names; it needs boto3.
func TestBoto3(t *testing.T) {
	t.Parallel()
	python := os.Getenv("SAGEFLY_TEST_PYTHON")
	if python == "" {
		t.Skip("SAGEFLY_TEST_PYTHON names no Python with boto3")
	}
	srv := httptest.NewServer(verified(face(t, s3.Config{})))
	t.Cleanup(srv.Close)
	out, err := exec.CommandContext(t.Context(), python, "testdata/client.py", srv.URL, account).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}
