// Package python asks a Python interpreter what it is and lays environments over it. An environment sees every package of the
// interpreter below it, and whatever is installed into it stays in its own folder: the interpreter's packages are never
// touched, also when it is itself a virtual environment.
//
//	p, err := python.Probe(ctx, "python3", env)
//	private, err := p.Layer(dir)                   // for one job
//	shared, err := p.Requirements(ctx, folder, r)  // installed once for every job with the same requirements.txt
//
// It needs the standard library only: the program that runs inside job containers links it.
package python

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

// Interpreter is what an interpreter says of itself.
type Interpreter struct {
	Path     string   // absolute path by which it calls itself
	Base     string   // the interpreter behind a virtual environment; Path when it is none
	Version  string   // such as 3.11.7
	Prefix   string   // folder of its environment
	Packages []string // folders that its packages are in, in the order in which they are searched
	Library  string   // lib or lib64: where an environment has its packages
	HasPip   bool
}

// probe prints what Interpreter holds. Packages are the folders of sys.path that hold installed packages; the folder of
// the script and PYTHONPATH are not among them.
const probe = `import importlib.util, json, os, sys
print(json.dumps({
    "Path": sys.executable, "Base": getattr(sys, "_base_executable", None) or sys.executable, "Version": sys.version.split()[0],
    "Prefix": sys.prefix, "Library": getattr(sys, "platlibdir", "lib"), "HasPip": importlib.util.find_spec("pip") is not None,
    "Packages": [p for p in sys.path if os.path.basename(p) in ("site-packages", "dist-packages")],
}))`

// Probe starts the interpreter, a path or a name that env's PATH has, and asks it. It takes as long as Python takes to start.
func Probe(ctx context.Context, interpreter string, env []string) (Interpreter, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, 30*time.Second, errors.New("no answer in 30 s"))
	defer cancel()
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, interpreter, "-c", probe)
	cmd.Env, cmd.Stderr = env, &stderr
	out, err := cmd.Output()
	if err != nil {
		return Interpreter{}, fmt.Errorf("ask Python interpreter %s: %w %s", interpreter, err, strings.TrimSpace(stderr.String()))
	}
	var p Interpreter
	if err := json.Unmarshal(out, &p); err != nil || p.Path == "" {
		return Interpreter{}, fmt.Errorf("ask Python interpreter %s: it answered %.60q", interpreter, strings.TrimSpace(string(out)))
	}
	if p.Base == "" {
		p.Base = p.Path
	}
	return p, nil
}

// String is the interpreter as people name it: path and version.
func (p Interpreter) String() string { return p.Path + " (Python " + p.Version + ")" }

// identity is equal for interpreters whose environments can be shared.
func (p Interpreter) identity() string {
	sum := sha256.New()
	fmt.Fprintf(sum, "%q %q %q %q", p.Base, p.Version, p.Prefix, p.Packages)
	if info, err := os.Stat(p.Base); err == nil { // another build at the same place
		fmt.Fprintf(sum, " %d %d", info.Size(), info.ModTime().UnixNano())
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// minor is the version that names folders, such as 3.11.
func (p Interpreter) minor() string {
	parts := strings.SplitN(p.Version, ".", 3)
	return strings.Join(parts[:min(2, len(parts))], ".")
}
