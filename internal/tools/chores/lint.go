package main

import (
	"fmt"
	"os"
	"strings"
)

// lint checks format, vet and staticcheck. The tools are pinned by this module's go.mod.
func lint(r *repo, _ []string) error {
	if err := r.installTools(); err != nil {
		return err
	}
	mods, err := r.modules()
	if err != nil {
		return err
	}
	if err := r.format(); err != nil {
		return err
	}
	for _, dir := range mods {
		if err := r.run(dir, "go", "vet", "./..."); err != nil {
			return err
		}
		if err := r.run(dir, r.path(".cache/bin/staticcheck"), "./..."); err != nil {
			return err
		}
	}
	return nil
}

// installTools is quick when nothing changed: go leaves an up-to-date program alone.
func (r *repo) installTools() error {
	if err := os.MkdirAll(r.path(".cache/bin"), 0o755); err != nil {
		return err
	}
	return r.run("internal/tools", "go", "build", "-o", r.path(".cache/bin")+"/", "mvdan.cc/gofumpt", "honnef.co/go/tools/cmd/staticcheck")
}

// format fails when gofumpt would write a file otherwise.
func (r *repo) format() error {
	out, err := r.gofumpt("-l")
	if err != nil {
		return err
	}
	if out != "" {
		return fmt.Errorf("not formatted, make fmt mends it:\n%s", out)
	}
	return nil
}

// reformat writes every file as gofumpt wants it.
func reformat(r *repo, _ []string) error {
	if err := r.installTools(); err != nil {
		return err
	}
	_, err := r.gofumpt("-w")
	return err
}

// gofumpt runs over the Go files of all modules.
func (r *repo) gofumpt(mode string) (string, error) {
	argv := []string{r.path(".cache/bin/gofumpt"), mode}
	err := r.files(func(path string) error {
		if strings.HasSuffix(path, ".go") {
			argv = append(argv, path)
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	return r.output(".", argv...)
}
