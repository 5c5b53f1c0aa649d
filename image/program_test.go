package image

import (
	"errors"
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
		entry := contents(t, bundled(t, p))["copy.test"]
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

func TestBuildAgain(t *testing.T) {
	t.Parallel()
	here := []string{t.TempDir(), "."}
	p, err := again(t.Context(), &debug.BuildInfo{Path: "github.com/sagefly/sagefly/cmd/sagefly-nothing"}, here)
	for _, part := range []string{"build github.com/sagefly/sagefly/cmd/sagefly-nothing for linux/amd64", "any of these folders: " + here[0], "CGO_ENABLED=0 GOOS=linux GOARCH=amd64 go build -trimpath"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%+v, %v, want %q", p, err, part)
		}
	}
	for _, pkg := range []string{"", "command-line-arguments", "example.com/m/pkg.test"} {
		_, err := again(t.Context(), &debug.BuildInfo{Path: pkg}, here)
		if _, ok := errors.AsType[*SourceError](err); !ok || !strings.Contains(err.Error(), "go run ./PACKAGE") {
			t.Errorf("%q: %v", pkg, err)
		}
	}
	p, err = again(t.Context(), &debug.BuildInfo{Path: "github.com/sagefly/sagefly/internal/gen/images"}, here)
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

// A package gives the same program in every folder, under every commit, and by whichever way it is found: images of the
// running program and of its package had different digests.
func TestSameProgramAnywhere(t *testing.T) {
	t.Setenv("GOFLAGS", "-buildvcs=auto") // as where nobody forbids the go command to note the commit
	files := map[string]string{"go.mod": "module example.com/team/hello/v2\n\ngo 1.26\n", "main.go": hello}
	one, two := write(t, filepath.Join(t.TempDir(), "one"), files), write(t, filepath.Join(t.TempDir(), "two"), files)
	for _, args := range [][]string{{"init", "--quiet"}, {"add", "."}, {"-c", "user.name=n", "-c", "user.email=e@example.com", "commit", "--quiet", "--message=m"}} {
		cmd := exec.Command("git", args...)
		cmd.Dir = two
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	info := &debug.BuildInfo{Path: "example.com/team/hello/v2"}
	build := map[string]func() (Program, error){
		"folder":         func() (Program, error) { return FromPackage(t.Context(), one) },
		"with a commit":  func() (Program, error) { return FromPackage(t.Context(), two) },
		"running":        func() (Program, error) { return again(t.Context(), info, []string{t.TempDir(), two}) },
		"running, moved": func() (Program, error) { return again(t.Context(), info, []string{"/nowhere", one}) },
	}
	sums := map[string][]string{}
	for way, build := range build {
		p, err := build()
		if err != nil {
			t.Fatalf("%s: %v", way, err)
		}
		sum, err := hashFile(p.Path)
		if err != nil || p.Name != "hello" {
			t.Errorf("%s: the program is called %q, want hello as go build does: %v", way, p.Name, err)
		}
		sums[sum] = append(sums[sum], way)
		if err := p.Remove(); err != nil {
			t.Error(err)
		}
	}
	if len(sums) != 1 {
		t.Errorf("there are %d programs: %v", len(sums), sums)
	}
}

// Build tags of the running program hold for the one that travels, too.
func TestBuildTags(t *testing.T) {
	t.Parallel()
	dir := write(t, t.TempDir(), map[string]string{
		"go.mod": "module example.com/m\n\ngo 1.26\n", "main.go": "package main\n\nfunc main() { chosen() }\n",
		"a.go": "//go:build one && two && sagefly_task\n\npackage main\n\nfunc chosen() {}\n",
	})
	info := &debug.BuildInfo{Path: "example.com/m", Settings: []debug.BuildSetting{{Key: "-tags", Value: "one,two"}}}
	p, err := again(t.Context(), info, []string{dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Remove(); err != nil {
		t.Error(err)
	}
	info.Settings = nil
	if _, err := again(t.Context(), info, []string{dir}); err == nil || !strings.Contains(err.Error(), "undefined: chosen") {
		t.Errorf("without the tags: %v", err)
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
