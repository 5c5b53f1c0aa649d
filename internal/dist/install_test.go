package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/sagefly/sagefly/internal/testenv"
	"github.com/sagefly/sagefly/internal/version"
)

// The wheel of this machine's platform, with the real program, installs with pip alone into an empty environment, and what
// pip then runs is that program.
func TestWheelInstalls(t *testing.T) {
	t.Parallel()
	bin := installWheel(t)
	if got := output(t, nil, filepath.Join(bin, "sagefly"), "version"); !strings.Contains(got, version.Version) {
		t.Errorf("sagefly version = %q, want it to say %s", got, version.Version)
	}
	const where = "import sagefly; print(sagefly.__version__, sagefly.program())"
	want := version.Version + " " + filepath.Join(bin, "sagefly")
	if got := strings.TrimSpace(output(t, nil, filepath.Join(bin, "python"), "-c", where)); got != want {
		t.Errorf("the helper says %q, want %q", got, want)
	}
	listing := output(t, nil, filepath.Join(bin, "python"), "-m", "pip", "show", "--files", "sagefly")
	for _, want := range []string{"License: Apache-2.0", "sagefly/__init__.py", "../../../bin/sagefly", "../../../bin/sagefly-host", "../../../share/sagefly/sagefly-train"} {
		if !strings.Contains(listing, want) {
			t.Errorf("pip show lacks %q:\n%s", want, listing)
		}
	}
}

// What pip installed puts code onto an image without anything else: sagefly finds sagefly-train where the wheel brought it.
func TestWheelAppends(t *testing.T) {
	t.Parallel()
	bin := installWheel(t)
	work := t.TempDir()
	if err := errors.Join(os.Mkdir(filepath.Join(work, "src"), 0o700), os.WriteFile(filepath.Join(work, "src", "train.py"), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	env := []string{"HOME=" + work, "XDG_DATA_HOME=", "SAGEFLY_DATA=", "PATH=" + bin + ":/usr/bin:/bin"} // no Go
	sagefly := filepath.Join(bin, "sagefly")
	base, with := filepath.Join(work, "base.tar"), filepath.Join(work, "with.tar")
	output(t, env, sagefly, "image", "build", filepath.Join(bin, "..", "share", "sagefly", "sagefly-train"), "--output", base)
	output(t, env, sagefly, "image", "append", base, "--src", filepath.Join(work, "src"), "--output", with)
	if got := output(t, env, sagefly, "image", "inspect", with); !strings.Contains(got, "/sagefly-train\n") {
		t.Errorf("the image's entry point is not sagefly-train:\n%s", got)
	}
}

// The first thing a new user does, from the wheel in an empty environment and an empty home: the demo fetches the library by pip and
// ends in a model, and then does so again with nothing to fetch from.
func TestWheelDemo(t *testing.T) {
	t.Parallel()
	bin := installWheel(t)
	env := []string{"HOME=" + t.TempDir(), "XDG_CACHE_HOME=", "XDG_DATA_HOME=", "VIRTUAL_ENV=", "PATH=" + bin + ":/usr/bin:/bin", "PIP_NO_INDEX=1"}
	for _, links := range []string{testenv.Wheels(t), ""} {
		got := output(t, append(env, "PIP_FIND_LINKS="+links), filepath.Join(bin, "sagefly"), "demo")
		for _, want := range []string{"validation:rmse", "Completed"} {
			if !strings.Contains(got, want) {
				t.Errorf("the demo with wheels in %q does not say %q:\n%s", links, want, got)
			}
		}
	}
	if got := output(t, env, filepath.Join(bin, "sagefly"), "doctor"); !strings.Contains(got, filepath.Join(bin, "sagefly-host")) {
		t.Errorf("sagefly does not use the helper that the wheel brought:\n%s", got)
	}
}

// testPrograms are linked with the stamp from what the test program's build left in the cache.
var testPrograms = sync.OnceValues(func() (b programs, err error) {
	if b.entry, err = compile(platform{os: "linux", arch: "amd64"}, "../../cmd/sagefly-train"); err != nil {
		return b, err
	}
	dir, err := os.MkdirTemp("", "sagefly-dist-")
	if err != nil {
		return b, err
	}
	defer os.RemoveAll(dir)
	cmd := exec.Command("go", "build", "-ldflags=-X "+version.StampVariable+"="+version.Version, "-o", dir+"/", "../../cmd/sagefly", "../../cmd/sagefly-host")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return b, fmt.Errorf("go build: %w\n%s", err, out)
	}
	var missing [2]error
	b.sagefly, missing[0] = os.ReadFile(filepath.Join(dir, "sagefly"))
	b.host, missing[1] = os.ReadFile(filepath.Join(dir, "sagefly-host"))
	return b, errors.Join(missing[:]...)
})

// installWheel makes a wheel of the real program, installs it into an empty environment and returns that one's bin folder.
func installWheel(t *testing.T) string {
	t.Helper()
	here, err := choose(runtime.GOOS + "/" + runtime.GOARCH)
	testenv.Require(t, err == nil, "a released platform", "running on one")
	python := testenv.Python(t)
	b, err := testPrograms()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	wheel := filepath.Join(dir, wheelName(version.Version, here[0].tags))
	if err := writeWheel(wheel, wheelContent(version.Version, here[0].tags, b, testSources(t))); err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(dir, "env", "bin")
	output(t, nil, python, "-m", "venv", filepath.Dir(bin))
	output(t, nil, filepath.Join(bin, "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
		"--no-index", "--find-links", dir, "sagefly")
	return bin
}

// output runs a command in an empty folder, with env on top of the process's own, and returns what it printed.
func output(t *testing.T, env []string, argv ...string) string {
	t.Helper()
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Dir = t.TempDir()
	// A PYTHONPATH or a user's own pip settings would hide what the wheel itself brings.
	cmd.Env = append(append(os.Environ(), "PYTHONPATH=", "PIP_CONFIG_FILE="+os.DevNull), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(argv, " "), err, out)
	}
	return string(out)
}
