package image

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// FromPackage builds the main package at path, a folder, for a job's machines: CGO_ENABLED=0, -trimpath and the tag sagefly_task, without
// the tag where the package does not compile with it. Remove the result when it is not needed any more.
func FromPackage(ctx context.Context, path string) (Program, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return Program{}, fmt.Errorf("build %s: %w", path, err)
	}
	b := &builder{pkg: ".", dir: abs}
	return b.program(ctx, path, programName(abs))
}

// buildPackage builds a main package by its import path, as the module in the working directory knows it.
func buildPackage(ctx context.Context, pkg string) (Program, error) {
	b := &builder{pkg: pkg}
	return b.program(ctx, pkg, programName(pkg))
}

// program builds to a folder of its own. subject is what messages call the package.
func (b *builder) program(ctx context.Context, subject, name string) (Program, error) {
	dir, err := os.MkdirTemp("", "sagefly-program-")
	if err != nil {
		return Program{}, fmt.Errorf("build %s: %w", subject, err)
	}
	p := Program{Path: filepath.Join(dir, "program"), Name: name, Temp: true}
	err = b.run(ctx, p.Path)
	if err == nil {
		err = portable(p.Path)
	}
	if err != nil {
		return Program{}, errors.Join(fmt.Errorf("build %s for linux/amd64: %w", subject, err), p.Remove())
	}
	return p, nil
}
