package xgboost

import (
	"os"
	"testing"
)

// asProgram makes the test binary be the training program, for tests that need a process of their own.
const asProgram = "SAGEFLY_TEST_TRAINER"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		os.Exit(Main(os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}
