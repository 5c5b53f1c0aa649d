package xgboost

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/sagefly/sagefly/internal/libxgboost"
	"github.com/sagefly/sagefly/internal/testenv"
	"github.com/sagefly/sagefly/trainer/xgboost/internal/capi"
)

// pythonVariables name interpreters with the xgboost package of a version; see testdata/oracle.py.
func pythonVariables() map[string]string {
	return map[string]string{"3.0.5": "SAGEFLY_TEST_PYTHON", "1.7.4": "SAGEFLY_TEST_PYTHON_174"}
}

// testSearch finds libraries where a user's program would, and in the environment of the test's Python.
func testSearch(version string) libxgboost.Search {
	python := os.Getenv(pythonVariables()[version])
	return libxgboost.Search{Env: func(name string) string {
		if name == "VIRTUAL_ENV" && python != "" {
			return filepath.Dir(filepath.Dir(python))
		}
		return os.Getenv(name)
	}}
}

// testLibrary loads the library of a version and locks the test to its thread, or skips the test.
func testLibrary(t testing.TB, version string) *capi.Library {
	t.Helper()
	runtime.LockOSThread()
	t.Cleanup(runtime.UnlockOSThread)
	lib, err := open(testSearch(version), version)
	testenv.Require(t, err == nil, "the XGBoost library "+version, "sagefly xgboost install "+version)
	return lib
}
