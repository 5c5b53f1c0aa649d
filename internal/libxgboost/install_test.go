package libxgboost

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPins(t *testing.T) {
	t.Parallel()
	for _, p := range Pins() {
		if len(p.SHA256) != 64 || p.Size == 0 || !strings.HasPrefix(p.File, strings.ReplaceAll(p.Package, "-", "_")+"-"+p.Version+"-") {
			t.Errorf("odd pin %+v", p)
		}
	}
	for _, c := range []struct{ version, os, arch, want string }{
		{"3.0.5", "linux", "amd64", "xgboost-cpu 3.0.5, 5.0 MB"},
		{"1.7.4", "linux", "amd64", "xgboost 1.7.4, 193.6 MB"},
		{"3.0.5", "darwin", "arm64", "xgboost 3.0.5, 2.0 MB"},
	} {
		pins, err := pinsFor(c.version, c.os, c.arch)
		if err != nil || pins[0].String() != c.want {
			t.Errorf("%s on %s/%s: %v, %v, want %q", c.version, c.os, c.arch, pins, err, c.want)
		}
	}
	if _, err := pinsFor("2.0.0", "linux", "amd64"); err == nil || !strings.Contains(err.Error(), "3.0.5, 1.7.4") {
		t.Errorf("unknown version: %v", err)
	}
	if _, err := pinsFor("3.0.5", "plan9", "amd64"); err == nil || !strings.Contains(err.Error(), Variable) {
		t.Errorf("unknown platform: %v", err)
	}
}

// makeWheel writes a zip file of the given entries.
func makeWheel(t testing.TB, file string, entries map[string]string) {
	t.Helper()
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	w := zip.NewWriter(f)
	for name, content := range entries {
		e, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
}

// fakePython is a program that is called as pip is and runs a shell script with the download folder in $DIR and the requirements in
// $REQ.
func fakePython(t testing.TB, script string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "python3")
	text := "#!/bin/sh\nwhile [ $# -gt 0 ]; do case $1 in -d) DIR=$2;; -r) REQ=$2;; esac; shift; done\nmkdir -p \"$DIR\"\n" + script + "\n"
	if err := os.WriteFile(file, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	return file
}

func library() string { return "xgboost/lib/" + fileName() }

func TestInstall(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	wheel := filepath.Join(dir, "x.whl")
	makeWheel(t, wheel, map[string]string{
		library(): "library", "xgboost/VERSION": "3.0.5", "xgboost/core.py": "python", "xgboost_cpu.libs/libgomp-1.so.1.0.0": "openmp",
		"xgboost_cpu-3.0.5.dist-info/LICENSE": "licence",
	})
	python := fakePython(t, fmt.Sprintf("cp %q \"$DIR/x.whl\"; grep -q 'xgboost.*==3.0.5 --hash=sha256:' \"$REQ\" || exit 9", wheel))
	var said strings.Builder
	env := envOf(map[string]string{"XDG_CACHE_HOME": dir})
	path, err := Install(context.Background(), "", Options{Python: python, Env: env, Progress: &said})
	if err != nil {
		t.Fatal(err)
	}
	cache := filepath.Join(dir, "sagefly/xgboost/3.0.5")
	for name, want := range map[string]bool{
		library(): true, "xgboost/VERSION": true, "xgboost_cpu.libs/libgomp-1.so.1.0.0": true, "xgboost_cpu-3.0.5.dist-info/LICENSE": true, "xgboost/core.py": false,
	} {
		if _, err := os.Stat(filepath.Join(cache, name)); (err == nil) != want {
			t.Errorf("%s unpacked: %v, want %v", name, err == nil, want)
		}
	}
	if want := filepath.Join(cache, library()); path != want {
		t.Errorf("path %q, want %q", path, want)
	}
	if !strings.Contains(said.String(), " MB with pip") {
		t.Errorf("the size is not said: %q", said.String())
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "sagefly/xgboost/.*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	// The second time nothing is started.
	if _, err := Install(context.Background(), "3.0.5", Options{Python: "/nowhere/python3", Env: env}); err != nil {
		t.Errorf("again: %v", err)
	}
}

func TestInstallErrors(t *testing.T) {
	t.Parallel()
	empty := filepath.Join(t.TempDir(), "e.whl")
	makeWheel(t, empty, map[string]string{"xgboost/core.py": "python"})
	escape := filepath.Join(t.TempDir(), "z.whl")
	makeWheel(t, escape, map[string]string{"../../evil.so": "x"})
	for name, c := range map[string]struct{ python, want string }{
		"no Python":     {"/nowhere/python3", "is not on PATH"},
		"wrong hash":    {fakePython(t, "echo 'ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.'; exit 1"), "another content than the pinned one"},
		"no pip":        {fakePython(t, "echo \"$0: No module named pip\"; exit 1"), "this Python has no pip"},
		"no network":    {fakePython(t, "echo 'ERROR: No matching distribution found for xgboost-cpu==3.0.5'; exit 1"), "check the network"},
		"silent":        {fakePython(t, "exit 3"), "exit status 3"},
		"no wheel":      {fakePython(t, ":"), "pip left 0 wheels"},
		"empty wheel":   {fakePython(t, fmt.Sprintf("cp %q \"$DIR/e.whl\"", empty)), "has no xgboost/lib/"},
		"escaping path": {fakePython(t, fmt.Sprintf("cp %q \"$DIR/z.whl\"", escape)), "is not a plain file inside the wheel"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			_, err := Install(context.Background(), "3.0.5", Options{Python: c.python, Env: envOf(map[string]string{"XDG_CACHE_HOME": dir})})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
			if left, _ := filepath.Glob(filepath.Join(dir, "sagefly/xgboost/*")); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}
