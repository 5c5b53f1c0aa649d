package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// venv is one Python environment under .cache, laid from a requirements file that pins everything.
type venv struct {
	name         string
	requirements string
}

// setup lays the environments and is a no-op when they match their requirements files.
func setup(r *repo, _ []string) error {
	if err := r.lay(venv{"venv", "e2e/requirements.txt"}); err != nil {
		return err
	}
	if err := r.lay(venv{"venv3", "e2e/requirements-sdk3.txt"}); err != nil {
		return err
	}
	if err := r.lay(venv{"tuning", "bench/tuning/requirements.txt"}); err != nil { // for the benchmark, which is part of CI
		return err
	}
	if err := r.fetchWheels(); err != nil {
		return err
	}
	if system174() != "" {
		return nil
	}
	fmt.Println("no system Python has xgboost 1.7.4 (Debian: apt-get install python3-xgboost); taking the wheel, about 200 MB")
	return r.lay(venv{"venv174", "e2e/requirements-1.7.4.txt"})
}

// wheels are what tests let programs install without a network: the default XGBoost library, and what examples/sklearn asks for
// besides the packages of .cache/venv.
func wheels() []string {
	return []string{
		"xgboost-cpu==3.0.5", "scikit-learn==1.9.1", "joblib==1.6.0", "narwhals==2.29.0", "threadpoolctl==3.8.0",
	}
}

// fetchWheels puts the wheels that are missing into .cache/wheels.
func (r *repo) fetchWheels() error {
	dir := r.path(".cache/wheels")
	pip := []string{r.path(".cache/venv/bin/python"), "-m", "pip", "download", "--quiet", "--disable-pip-version-check"}
	pip = append(pip, "--no-deps", "--only-binary=:all:", "--dest", dir)
	var missing []string
	for _, name := range wheels() {
		file := strings.NewReplacer("==", "-", "-", "_").Replace(name) // as wheels are named
		found, err := filepath.Glob(filepath.Join(dir, file+"-*.whl"))
		if err != nil {
			return err
		}
		if len(found) == 0 {
			missing = append(missing, name)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return r.run(".", append(pip, missing...)...)
}

// exportTestEnv tells test programs where the tools are; internal/testenv reads these variables.
func (r *repo) exportTestEnv() {
	old := system174()
	if old == "" {
		old = r.path(".cache/venv174/bin/python")
	}
	r.env = append(
		r.env,
		"SAGEFLY_TEST_PYTHON="+r.path(".cache/venv/bin/python"),
		"SAGEFLY_TEST_PYTHON_174="+old,
		"SAGEFLY_TEST_PYTHON_SDK3="+r.path(".cache/venv3/bin/python"),
		"SAGEFLY_TEST_MOTO="+r.path(".cache/venv/bin/moto_server"),
		"SAGEFLY_TEST_WHEELS="+r.path(".cache/wheels"),
		"SAGEFLY_TEST_CHROMIUM="+chromium(),
	)
}

// chromium is the browser that opens reports; "" where none is installed, and then those tests skip or, in CI, fail.
func chromium() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if program, err := exec.LookPath(name); err == nil {
			return program
		}
	}
	return ""
}

// system174 is the interpreter for which Debian packages xgboost, when it has the version behind image tag 1.7-1.
func system174() string {
	const python = "/usr/bin/python3"
	out, err := exec.Command(python, "-c", "import xgboost; print(xgboost.__version__)").Output()
	if err != nil || strings.TrimSpace(string(out)) != "1.7.4" {
		return ""
	}
	return python
}

// lay makes the environment unless its stamp, the hash of the requirements and the interpreter, says that it is there already.
func (r *repo) lay(v venv) error {
	python, version, err := findPython()
	if err != nil {
		return err
	}
	text, err := os.ReadFile(r.path(v.requirements))
	if err != nil {
		return err
	}
	sum := sha256.Sum256(append(text, version...))
	want := hex.EncodeToString(sum[:])
	dir := r.path(".cache", v.name)
	stamp := filepath.Join(dir, "stamp")
	if have, err := os.ReadFile(stamp); err == nil && string(have) == want {
		return nil
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	fmt.Printf("laying .cache/%s from %s with Python %s (about a minute)\n", v.name, v.requirements, version)
	if err := r.run(".", python, "-m", "venv", dir); err != nil {
		return fmt.Errorf("%w (Debian: apt-get install python3-venv)", err)
	}
	pip := []string{filepath.Join(dir, "bin/python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"}
	if err := r.run(".", append(pip, "--no-compile", "--no-deps", "--requirement", v.requirements)...); err != nil {
		return err
	}
	return os.WriteFile(stamp, []byte(want), 0o644)
}

// findPython returns a Python 3.11 or later and its full version, which the stamp holds: an environment dies with its interpreter.
func findPython() (path, version string, err error) {
	const ask = `import sys; print(sys.version.split()[0]); sys.exit(sys.version_info < (3, 11))`
	for _, name := range []string{"python3", "python3.13", "python3.12", "python3.11"} {
		out, err := exec.Command(name, "-c", ask).Output()
		if err == nil {
			return name, strings.TrimSpace(string(out)), nil
		}
	}
	return "", "", errors.New("the tests drive real Python clients and need Python 3.11 or later on PATH as python3")
}
