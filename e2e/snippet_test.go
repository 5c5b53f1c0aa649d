package e2e

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sagefly/sagefly/internal/testenv"
)

// snippet is a fenced code block whose info string ends in "run", as in:  ```python run
type snippet struct {
	where    string // file:line
	language string
	text     string
}

// Every snippet that says it runs does, in a fresh folder that holds abalone.csv, with the program on PATH and
// an engine up. What a snippet lets pip fetch comes from a folder. A Go snippet is a program with one task, which is run
// as a job, or searched with where there is a search around it.
func TestSnippets(t *testing.T) {
	t.Parallel()
	found := snippets(t, documents(t))
	if len(found) == 0 {
		t.Fatal("no document has a snippet that runs; README.md must have one")
	}
	e := serve(t)
	wheels := testenv.Wheels(t)
	bin := t.TempDir()
	if err := os.Symlink(e.program, filepath.Join(bin, "sagefly")); err != nil {
		t.Fatal(err)
	}
	for _, s := range found {
		t.Run(s.where, func(t *testing.T) {
			t.Parallel()
			cmd := s.command(t)
			cmd.Dir = t.TempDir()
			copyFile(t, abaloneFile(t), filepath.Join(cmd.Dir, "abalone.csv"))
			path := bin + ":" + filepath.Dir(testenv.Python(t)) + ":" + os.Getenv("PATH")
			cmd.Env = append(e.client(t), "PATH="+path, "SAGEFLY_DATA="+e.data, "PIP_NO_INDEX=1", "PIP_FIND_LINKS="+wheels)
			result(t, cmd)
		})
	}
}

// The Go fragments of README.md are parts of one program, whose definitions hold when it starts.
func TestReadmeProgram(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(testenv.Root(t), "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	const head = `package main

import (
	"context"

	"github.com/sagefly/sagefly"
	"github.com/sagefly/sagefly/cli"
)

func fit(context.Context, Input) (o Output, err error) { return o, nil }
`
	program := head
	for _, part := range strings.Split(string(text), "```go\n")[1:] {
		fragment, _, _ := strings.Cut(part, "```")
		program += fragment
	}
	program = strings.Replace(program, "cli.Main(Digits)", "cli.Main(Digits, Search)", 1)
	if out := result(t, exec.Command(buildSnippet(t, program), "tune", "--help")); !strings.Contains(out, "--train") {
		t.Errorf("%s", out)
	}
}

func (s snippet) command(t *testing.T) *exec.Cmd {
	t.Helper()
	switch s.language {
	case "sh", "bash", "console":
		return exec.Command("bash", "-euo", "pipefail", "-c", s.text)
	case "python":
		return exec.Command(testenv.Python(t), "-c", s.text)
	case "go":
		verb := "run"
		if strings.Contains(s.text, "sagefly.NewTuning(") {
			verb = "tune"
		}
		return exec.Command(buildSnippet(t, s.text), verb, "--json")
	}
	t.Fatalf("%s: no way to run language %q", s.where, s.language)
	return nil
}

// buildSnippet compiles a program inside this module, so that it finds the module's packages.
func buildSnippet(t *testing.T, text string) string {
	t.Helper()
	root := testenv.Root(t)
	dir, err := os.MkdirTemp(filepath.Join(root, ".cache"), "snippet-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(t.TempDir(), "snippet")
	cmd := exec.Command("go", "build", "-o", program, dir)
	cmd.Dir = root
	result(t, cmd)
	return program
}

// documents are README.md and everything in docs.
func documents(t *testing.T) []string {
	t.Helper()
	root := testenv.Root(t)
	found := []string{filepath.Join(root, "README.md")}
	err := filepath.WalkDir(filepath.Join(root, "docs"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".md") {
			found = append(found, path)
		}
		return err
	})
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return found
}

func snippets(t *testing.T, paths []string) []snippet {
	t.Helper()
	var found []snippet
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, fenced(filepath.Base(path), string(text))...)
	}
	return found
}

// fenced returns the runnable blocks of one document. In a console block, only what stands after "$ " is a command.
func fenced(name, text string) []snippet {
	var found []snippet
	var open *snippet
	for i, line := range strings.Split(text, "\n") {
		info, isFence := strings.CutPrefix(line, "```")
		switch {
		case isFence && open != nil:
			found = append(found, *open)
			open = nil
		case isFence:
			if words := strings.Fields(info); len(words) == 2 && words[1] == "run" {
				open = &snippet{where: fmt.Sprintf("%s:%d", name, i+2), language: words[0]}
			}
		case open != nil && open.language == "console":
			if command, ok := strings.CutPrefix(line, "$ "); ok {
				open.text += command + "\n"
			}
		case open != nil:
			open.text += line + "\n"
		}
	}
	return found
}

func TestFenced(t *testing.T) {
	t.Parallel()
	got := fenced("a.md", "# x\n```sh\nno\n```\n```console run\n$ sagefly version\nsagefly 1\n```\n```python run\nimport os\n```\n")
	want := []snippet{{"a.md:6", "console", "sagefly version\n"}, {"a.md:10", "python", "import os\n"}}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
