package python

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/sagefly/sagefly/internal/testenv"
)

func probed(t *testing.T, path string) Interpreter {
	t.Helper()
	if _, err := exec.LookPath(path); err != nil {
		t.Fatalf("these tests start %s: %v", path, err)
	}
	p, err := Probe(t.Context(), path, os.Environ())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (p Interpreter) prints(t *testing.T, program string) string {
	t.Helper()
	out, err := exec.Command(p.Path, "-c", program).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return strings.TrimSpace(string(out))
}

// module puts a module into the environment's own packages.
func (p Interpreter) module(t *testing.T, name, value string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(p.Packages[0], name+".py"), []byte("value = "+value+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}

// An environment is one to Python itself; it sees what is below it, nearest first, also when the interpreter is an environment.
func TestLayer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	base := probed(t, "python3")
	venv, err := base.Layer(filepath.Join(dir, "user's \"venv\"")) // stands for the user's own environment
	if err != nil {
		t.Fatal(err)
	}
	venv.module(t, "theirs", "1")
	venv.module(t, "both", "1")
	user := probed(t, venv.Path)
	shared, err := user.Layer(filepath.Join(dir, "shared"))
	if err != nil {
		t.Fatal(err)
	}
	shared.module(t, "both", "2")
	own, err := user.Layer(filepath.Join(dir, "own"), shared)
	if err != nil {
		t.Fatal(err)
	}
	if got := own.prints(t, "import both, theirs; print(both.value, theirs.value)"); got != "2 1" {
		t.Errorf("the modules are %s", got)
	}
	if got := own.prints(t, "import sys, sysconfig; print(sys.prefix != sys.base_prefix, sysconfig.get_path('purelib'))"); got != "True "+own.Packages[0] {
		t.Errorf("Python says %s of the environment", got)
	}
	if base.HasPip {
		out, err := exec.Command(filepath.Join(own.Prefix, "bin/pip"), "--version").CombinedOutput()
		if err != nil || !strings.HasPrefix(string(out), "pip ") {
			t.Errorf("pip: %v\n%s", err, out)
		}
	}
}

func wheel(t *testing.T, dir, name string) {
	t.Helper()
	f, err := os.Create(filepath.Join(dir, name+"-1.0-py3-none-any.whl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := zip.NewWriter(f)
	info := name + "-1.0.dist-info/"
	for member, text := range map[string]string{
		name + ".py": "value = 1\n", info + "RECORD": "", info + "METADATA": "Metadata-Version: 2.1\nName: " + name + "\nVersion: 1.0\n",
		info + "WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
	} {
		m, err := w.Create(member)
		if err == nil {
			_, err = m.Write([]byte(text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

// notes are what Requirements says, of several goroutines.
type notes struct {
	mu   sync.Mutex
	text []string
}

func (n *notes) add(text string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.text = append(n.text, text)
}

func (n *notes) count(part string) (found int) {
	for _, line := range n.text {
		if strings.Contains(line, part) {
			found++
		}
	}
	return found
}

// Several jobs at a time, one build; what a builder left unfinished is never used; a failure is pip's, and the next one tries again.
func TestRequirements(t *testing.T) {
	t.Parallel()
	dir, folder, wheels := t.TempDir(), t.TempDir(), t.TempDir()
	base := probed(t, testenv.Python(t))
	file := filepath.Join(dir, "requirements.txt")
	if err := os.WriteFile(file, []byte("tinymodule==1.0\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	var said notes
	r := Request{
		File: file, Env: append(os.Environ(), "PIP_NO_INDEX=1", "PIP_FIND_LINKS="+wheels), Output: new(bytes.Buffer), Note: said.add,
	}
	if _, err := base.Requirements(t.Context(), folder, r); !errors.As(err, new(*PipError)) { // there is no such wheel yet
		t.Fatalf("without the wheel: %v, want pip's failure", err)
	}
	wheel(t, wheels, "tinymodule")
	var group sync.WaitGroup
	for range 3 {
		group.Go(func() {
			r := r
			r.Output = new(bytes.Buffer)
			p, err := base.Requirements(t.Context(), folder, r)
			if err != nil {
				t.Errorf("%v\n%s", err, r.Output)
				return
			}
			if got := p.prints(t, "import tinymodule; print(tinymodule.value)"); got != "1" {
				t.Errorf("the module is %s", got)
			}
		})
	}
	group.Wait()
	if said.count("installing into") != 2 || said.count("requirements.txt: environment ") != 2 { // the failed one, and one of three
		t.Errorf("said %q", said.text)
	}
}

// Whoever waits for another's build can be stopped.
func TestLockEndsWithContext(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "lock")
	unlock, err := lock(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	cause := errors.New("stopped")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	if _, err := lock(ctx, name); !errors.Is(err, cause) {
		t.Errorf("second lock: %v", err)
	}
	unlock()
	if unlock, err = lock(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	unlock()
}

func TestShareable(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"scikit-learn==1.9.1\n# comment\n\n": true, "--index-url https://example.com/simple\nx": true, "x==1 --hash=sha256:00\n": true, "": true,
		"-r other.txt": false, "x\n-e .": false, "./wheel.whl": false, "/opt/x.whl": false, "x @ file:///x": false, "-c limits.txt\nx": false,
	} {
		if got := Shareable(text); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func TestProbeOfSomethingElse(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"/nowhere/python", "/bin/true", "/bin/false"} {
		if p, err := Probe(t.Context(), name, nil); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s is taken as %v", name, p)
		}
	}
}
