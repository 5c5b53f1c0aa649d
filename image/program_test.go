package image

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
)

func goBuild(t *testing.T, env []string, source string, flags ...string) string {
	t.Helper()
	dir := write(t, t.TempDir(), map[string]string{"go.mod": "module example.com/hello\n\ngo 1.26\n", "main.go": source})
	out := filepath.Join(dir, "hello.bin")
	cmd := exec.Command("go", append([]string{"build", "-o", out}, flags...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return out
}

const hello = "package main\n\nfunc main() { println(\"hello\") }\n"

func TestPortable(t *testing.T) {
	t.Parallel()
	if err := portable(goBuild(t, []string{"CGO_ENABLED=0", "GOOS=linux", "GOARCH=amd64"}, hello)); err != nil {
		t.Errorf("static linux/amd64: %v", err)
	}
	for name, test := range map[string]struct{ path, want string }{
		"arm64":   {goBuild(t, []string{"CGO_ENABLED=0", "GOOS=linux", "GOARCH=arm64"}, hello), "built for EM_AARCH64"},
		"darwin":  {goBuild(t, []string{"CGO_ENABLED=0", "GOOS=darwin", "GOARCH=arm64"}, hello), "not a Linux program"},
		"dynamic": {"/bin/sh", "linked dynamically"},
	} {
		if err := portable(test.path); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %s", name, err, test.want)
		}
	}
}

func TestProgramName(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"/x/digits": "digits", "/tmp/go-build1/b001/exe/digits": "digits", "a b;rm": "a-b-rm", "x.py": "x", ".hidden": "program",
		"-flag": "program", "pkg.test": "pkg.test", "/x/ü": "program", "digits.exe": "digits",
	} {
		if got := programName(path); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}

// A program that go run started, and whose file is gone, still finds itself.
func TestDeletedProgram(t *testing.T) {
	t.Parallel()
	if os.Getenv("SAGEFLY_TEST_DELETED") != "" {
		self, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(self); err != nil {
			t.Fatal(err)
		}
		p, err := FindProgram(t.Context(), true)
		if err != nil {
			t.Fatal(err)
		}
		dst := filepath.Join(t.TempDir(), "out.tar.gz")
		if _, err := p.Bundle(t.Context(), dst); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(dst)
		if err != nil {
			t.Fatal(err)
		}
		entry := contents(t, data)["copy.test"]
		if !strings.HasPrefix(entry, "-rwxr-xr-x \x7fELF") {
			t.Fatalf("the bundle holds %.20q", entry)
		}
		return
	}
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Skip("needs /proc")
	}
	path := filepath.Join(t.TempDir(), "copy.test")
	if err := os.WriteFile(path, self, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "-test.run", "^TestDeletedProgram$")
	cmd.Env = append(os.Environ(), "SAGEFLY_TEST_DELETED=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestBuild(t *testing.T) {
	t.Parallel()
	p, err := buildMain(t.Context(), &debug.BuildInfo{Path: "github.com/sagefly/sagefly/cmd/sagefly-nothing"})
	for _, part := range []string{"build github.com/sagefly/sagefly/cmd/sagefly-nothing for linux/amd64", "CGO_ENABLED=0 GOOS=linux GOARCH=amd64 go build -trimpath"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%+v, %v, want %q", p, err, part)
		}
	}
	if _, err := buildMain(t.Context(), &debug.BuildInfo{Path: "command-line-arguments"}); err == nil || !strings.Contains(err.Error(), "go run ./PACKAGE") {
		t.Errorf("%v", err)
	}
	p, err = buildMain(t.Context(), &debug.BuildInfo{Path: "github.com/sagefly/sagefly/internal/gen/images"})
	if err != nil {
		t.Fatal(err)
	}
	if err := portable(p.Path); err != nil || p.Name != "images" {
		t.Errorf("%+v: %v", p, err)
	}
	if err := p.Remove(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Dir(p.Path)); !os.IsNotExist(err) {
		t.Errorf("after Remove: %v", err)
	}
}

// The tag is dropped where a package needs what it leaves out.
func TestBuildWithoutTag(t *testing.T) {
	t.Parallel()
	dir := write(t, t.TempDir(), map[string]string{
		"go.mod": "module example.com/m\n\ngo 1.26\n", "main.go": "package main\n\nfunc main() { launch() }\n",
		"launch.go": "//go:build !sagefly_task\n\npackage main\n\nfunc launch() {}\n",
	})
	out := filepath.Join(t.TempDir(), "p")
	if err := (&builder{pkg: "./" + filepath.Base(dir), dir: filepath.Dir(dir)}).run(t.Context(), out); err == nil {
		t.Error("a package outside of any module is built")
	}
	if err := (&builder{pkg: ".", dir: dir}).run(t.Context(), out); err != nil {
		t.Error(err)
	}
	if err := portable(out); err != nil {
		t.Error(err)
	}
}
