package s3_test

import (
	"net/http/httptest"
	"os/exec"
	"testing"

	"github.com/sagefly/sagefly/engine/internal/aws/s3"
	"github.com/sagefly/sagefly/internal/testenv"
)

// TestBoto3 runs testdata/client.py, which drives the face with boto3.
func TestBoto3(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(verified(face(t, s3.Config{})))
	t.Cleanup(srv.Close)
	out, err := exec.CommandContext(t.Context(), testenv.Python(t), "testdata/client.py", srv.URL, account).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}
