package engine_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagefly/sagefly/engine"
	"github.com/sagefly/sagefly/engine/runner/fake"
)

// A host that is still starting must not look at the state that another host's start changes; the race detector sees it.
func TestHostsStartSideBySide(t *testing.T) {
	t.Parallel()
	s := start(t, engine.Config{Runner: scripted(fake.Script{})})
	s.put(t, "data/a.csv", "1,2\n") // makes the bucket
	s.create(t, hosts(8, request("many")))
	if d := s.await(t, "many", over); d.TrainingJobStatus != types.TrainingJobStatusCompleted {
		t.Errorf("%s: %v", d.TrainingJobStatus, d.FailureReason)
	}
}
