package image

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"github.com/sagefly/sagefly/internal/python"
)

// PythonVariable chooses interpreters as the flag --python does: PATH, or PATTERN=PATH, several with commas.
const PythonVariable = "SAGEFLY_PYTHON"

// Python is an interpreter for the images that a pattern matches: "*" stands for any characters.
type Python struct {
	Pattern string // of whole image names, such as *pytorch-training:2.*; "" = every image
	Path    string // path of the interpreter, or a name in PATH
}

// ParsePython reads PATH or PATTERN=PATH.
func ParsePython(text string) (Python, error) {
	pattern, path, found := strings.Cut(text, "=")
	if !found {
		pattern, path = "", text
	}
	if path == "" {
		return Python{}, fmt.Errorf("interpreter %q: want PATH or PATTERN=PATH", text)
	}
	return Python{pattern, path}, nil
}

func (p Python) matches(image string) bool {
	if p.Pattern == "" {
		return true
	}
	expression := strings.ReplaceAll(regexp.QuoteMeta(p.Pattern), `\*`, ".*")
	ok, err := regexp.MatchString("^(?s:"+expression+")$", image)
	return err == nil && ok
}

// interpreter is the path of the Python for an image: the first whose pattern matches, then the variable's, the active environment's, and
// python3 of PATH.
func (p *Programs) interpreter(image string) (string, error) {
	candidates, err := p.candidates()
	if err != nil {
		return "", err
	}
	for _, c := range candidates {
		if c.matches(image) {
			path, err := exec.LookPath(c.Path)
			if err != nil {
				return "", fmt.Errorf("Python interpreter for it: %w", err) //nolint:staticcheck // a name
			}
			return filepath.Abs(path)
		}
	}
	for _, variable := range []string{"VIRTUAL_ENV", "CONDA_PREFIX"} {
		if dir := os.Getenv(variable); dir != "" {
			if path, err := exec.LookPath(filepath.Join(dir, "bin", "python3")); err == nil {
				return path, nil
			}
		}
	}
	for _, name := range []string{"python3", "python"} {
		if path, err := exec.LookPath(name); err == nil {
			return filepath.Abs(path)
		}
	}
	return "", fmt.Errorf("no python3 in PATH")
}

func (p *Programs) candidates() ([]Python, error) {
	list := p.Pythons
	for text := range strings.SplitSeq(os.Getenv(PythonVariable), ",") {
		if text == "" {
			continue
		}
		one, err := ParsePython(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", PythonVariable, err)
		}
		list = append(list[:len(list):len(list)], one)
	}
	return list, nil
}

// Private lays a Python environment at dir over the interpreter for the image, and returns the variables by which a program that
// calls python3 or pip uses it, over those it has. Without any Python there is nothing to protect, and no variable.
func (p *Programs) Private(ctx context.Context, r Request, dir string) (map[string]string, error) {
	path, err := p.interpreter(r.Image)
	if err != nil {
		return nil, nil
	}
	base, err := p.probes.ask(ctx, path)
	if err != nil {
		return nil, err
	}
	own, err := base.Layer(dir)
	if err != nil {
		return nil, err
	}
	return map[string]string{
		"PATH":        filepath.Dir(own.Path) + string(filepath.ListSeparator) + os.Getenv("PATH"),
		"VIRTUAL_ENV": own.Prefix,
	}, nil
}

// probes remembers what interpreters said of themselves, until their file changes.
type probes struct {
	mu    sync.Mutex
	known map[string]probe
}

type probe struct {
	file  os.FileInfo
	found python.Interpreter
}

func (p *probes) ask(ctx context.Context, path string) (python.Interpreter, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	info, err := os.Stat(path)
	if err != nil {
		return python.Interpreter{}, err
	}
	if k, ok := p.known[path]; ok && os.SameFile(k.file, info) && k.file.ModTime().Equal(info.ModTime()) {
		return k.found, nil
	}
	found, err := python.Probe(ctx, path, os.Environ())
	if err != nil {
		return found, err
	}
	if p.known == nil {
		p.known = map[string]probe{}
	}
	p.known[path] = probe{info, found}
	return found, nil
}
