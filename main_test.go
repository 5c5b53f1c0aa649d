package sagefly_test

import (
	"os"
	"slices"
	"testing"

	"github.com/sagefly/sagefly"
	"github.com/sagefly/sagefly/engine"
)

// TestMain makes the test binary a program with tasks: started again with SAGEFLY_TASK, it is what runs in a job.
func TestMain(m *testing.M) {
	engine.Init()
	sagefly.Serve(slices.Concat(jobTasks(), launchTasks(), tuningTasks())...)
	os.Exit(m.Run())
}
