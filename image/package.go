package image

import (
	"context"
	"fmt"
	"path/filepath"
)

// FromPackage builds the main package at path, a folder, for a job's machines: CGO_ENABLED=0, -trimpath, -buildvcs=false and the tag
// sagefly_task, without the tag where the package does not compile with it. Where the folder lies, and which commit is checked out
// there, makes no difference to the program or its name. Remove the result when it is not needed any more.
func FromPackage(ctx context.Context, path string) (Program, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return Program{}, fmt.Errorf("build %s: %w", path, err)
	}
	b := &builder{pkg: ".", dir: abs}
	return b.program(ctx, path)
}

// buildPackage builds a main package by its import path, as the module in the working directory knows it.
func buildPackage(ctx context.Context, pkg string) (Program, error) {
	b := &builder{pkg: pkg}
	return b.program(ctx, pkg)
}
