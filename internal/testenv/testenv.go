// Package testenv finds the outside tools that tests drive: Python interpreters with pinned packages, moto's server, and the
// sagefly program itself, built once.
//
//	python := testenv.Python(t)
//	out, err := exec.Command(python, "script.py").CombinedOutput()
//
// A test that needs a tool which is not there says what it skipped and how to get it. Where the variable CI is set to "true",
// it fails instead: a complete run skips nothing.
package testenv

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// rootModule is how the go.mod at the top of the repository begins.
const rootModule = "module github.com/sagefly/sagefly\n"

// Require lets the test go on when ok, skips it when not, and fails it when not and CI is "true". The message names what is
// missing and how to install it.
func Require(t testing.TB, ok bool, missing, install string) {
	t.Helper()
	switch {
	case ok:
	case os.Getenv("CI") == "true":
		t.Fatalf("%s is missing, and CI skips nothing; get it by: %s", missing, install)
	default:
		t.Skipf("needs %s; get it by: %s", missing, install)
	}
}

// Root returns the top folder of the repository.
func Root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && strings.HasPrefix(string(text), rootModule) {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("find the repository: no go.mod of the root module above the working directory")
		}
		dir = parent
	}
}

// Python returns the interpreter that has everything in e2e/requirements.txt: boto3, the AWS CLI, the SageMaker SDK 2, nbclient,
// ipykernel and xgboost-cpu 3.0.5. SAGEFLY_TEST_PYTHON names another.
func Python(t testing.TB) string {
	t.Helper()
	return tool(t, "SAGEFLY_TEST_PYTHON", ".cache/venv/bin/python")
}

// Python174 returns an interpreter with the xgboost 1.7.4 package, the library behind image tag 1.7-1.
// SAGEFLY_TEST_PYTHON_174 names another.
func Python174(t testing.TB) string {
	t.Helper()
	if path := os.Getenv("SAGEFLY_TEST_PYTHON_174"); path == "" && exists("/usr/lib/python3/dist-packages/xgboost/VERSION") {
		return "/usr/bin/python3"
	}
	return tool(t, "SAGEFLY_TEST_PYTHON_174", ".cache/venv174/bin/python")
}

// PythonSDK3 returns the interpreter that has everything in e2e/requirements-sdk3.txt: the SageMaker SDK 3.
// SAGEFLY_TEST_PYTHON_SDK3 names another.
func PythonSDK3(t testing.TB) string {
	t.Helper()
	return tool(t, "SAGEFLY_TEST_PYTHON_SDK3", ".cache/venv3/bin/python")
}

// Moto returns the moto_server program. SAGEFLY_TEST_MOTO names another.
func Moto(t testing.TB) string {
	t.Helper()
	return tool(t, "SAGEFLY_TEST_MOTO", ".cache/venv/bin/moto_server")
}

// Wheels returns a folder for pip's --find-links with the wheel of the library behind the default image tag, so that what fetches it can
// be tested without a network. SAGEFLY_TEST_WHEELS names another.
func Wheels(t testing.TB) string {
	t.Helper()
	return tool(t, "SAGEFLY_TEST_WHEELS", ".cache/wheels")
}

// Chromium returns a Chromium browser. SAGEFLY_TEST_CHROMIUM names one, else the one on PATH is taken.
func Chromium(t testing.TB) string {
	t.Helper()
	program := os.Getenv("SAGEFLY_TEST_CHROMIUM")
	if program == "" {
		program, _ = exec.LookPath("chromium")
	}
	Require(t, program != "" && exists(program), "a Chromium browser (SAGEFLY_TEST_CHROMIUM)", "installing chromium (Debian: apt-get install chromium)")
	return program
}

// tool is the file or folder named by the variable, or the one that `make setup` lays below the root.
func tool(t testing.TB, variable, path string) string {
	t.Helper()
	program := os.Getenv(variable)
	if program == "" {
		program = filepath.Join(Root(t), path)
	}
	Require(t, exists(program), program, "make setup")
	return program
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
