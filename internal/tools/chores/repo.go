package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// rootModule is the first line of the go.mod that marks the top of the repository.
const rootModule = "module github.com/sagefly/sagefly\n"

// repo is the checkout that chores work on, and what each command they start gets in its environment.
type repo struct {
	root   string
	env    []string
	docker bool // a daemon for tests is up
}

// findRepo walks up from the working directory to the root module.
func findRepo() (*repo, error) {
	dir, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	for {
		text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && strings.HasPrefix(string(text), rootModule) {
			return &repo{root: dir, env: append(os.Environ(), "CGO_ENABLED=0")}, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return nil, errors.New("not inside the sagefly repository: no go.mod of the root module above the working directory")
		}
		dir = parent
	}
}

func (r *repo) path(elem ...string) string {
	return filepath.Join(append([]string{r.root}, elem...)...)
}

// run starts a command in dir (relative to the root) with its output on ours.
func (r *repo) run(dir string, argv ...string) error {
	cmd := r.command(dir, argv...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w", strings.Join(argv, " "), err)
	}
	return nil
}

// output is run for a command whose standard output is wanted.
func (r *repo) output(dir string, argv ...string) (string, error) {
	cmd := r.command(dir, argv...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return string(out), fmt.Errorf("%s: %w", strings.Join(argv, " "), err)
	}
	return string(out), nil
}

func (r *repo) command(dir string, argv ...string) *exec.Cmd {
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Dir = r.path(dir)
	cmd.Env = r.env
	return cmd
}

// files calls visit with the slash-separated path of every file that belongs to the repository: what git would not ignore.
func (r *repo) files(visit func(path string) error) error {
	skip := []string{".git", ".cache", "bin", "dist", "__pycache__", ".ipynb_checkpoints"}
	return filepath.WalkDir(r.root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(r.root, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			top := !strings.Contains(rel, "/") || strings.HasPrefix(d.Name(), "__") || strings.HasPrefix(d.Name(), ".")
			if top && slices.Contains(skip, d.Name()) {
				return filepath.SkipDir
			}
			return nil
		}
		if !d.Type().IsRegular() {
			return nil
		}
		return visit(filepath.ToSlash(rel))
	})
}

// modules lists the folders of all Go modules in the repository, "." first.
func (r *repo) modules() ([]string, error) {
	var dirs []string
	err := r.files(func(path string) error {
		if filepath.Base(path) == "go.mod" && !strings.Contains(path, "testdata/") {
			dirs = append(dirs, filepath.Dir(path))
		}
		return nil
	})
	slices.Sort(dirs)
	return dirs, err
}
