package libxgboost

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// Options of [Install]. The zero value uses the python3 on PATH and the process's environment, silently.
type Options struct {
	Python   string                   // program to run pip with; "" = python3 on PATH
	Env      func(name string) string // for HOME and XDG_CACHE_HOME; nil = os.Getenv
	Progress io.Writer                // gets one line per step; nil = nothing
}

// Install fetches the pinned wheel of a version ("" = [Default]) with the user's pip and unpacks the library into [CacheDir]. It
// returns the library's path. When the cache has it already, nothing is started or downloaded.
//
// Pip decides where the wheel comes from: index, proxy, credentials and PIP_NO_INDEX with PIP_FIND_LINKS are the user's. What it
// brings is accepted only with a pinned hash. The folder appears at once or not at all.
func Install(ctx context.Context, version string, o Options) (string, error) {
	version = orDefault(version)
	if o.Env == nil {
		o.Env = os.Getenv
	}
	if o.Progress == nil {
		o.Progress = io.Discard
	}
	pins, err := pinsFor(version, runtime.GOOS, runtime.GOARCH)
	if err != nil {
		return "", err
	}
	dir := CacheDir(o.Env, version)
	library := filepath.Join(dir, "xgboost", "lib", fileName())
	if info, err := os.Stat(library); err == nil && info.Mode().IsRegular() {
		fmt.Fprintf(o.Progress, "xgboost %s is already in %s\n", version, dir)
		return library, nil
	}
	if err := install(ctx, pins, dir, o); err != nil {
		return "", fmt.Errorf("install xgboost %s: %w", version, err)
	}
	fmt.Fprintf(o.Progress, "installed %s\n", library)
	return library, nil
}

// install works in a folder beside dir, so that the last step is one rename.
func install(ctx context.Context, pins []Pin, dir string, o Options) (err error) {
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	work, err := os.MkdirTemp(filepath.Dir(dir), "."+filepath.Base(dir)+"-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()

	fmt.Fprintf(o.Progress, "downloading %s with pip\n", pins[0])
	wheel, err := download(ctx, pins, work, o)
	if err != nil {
		return err
	}
	tree := filepath.Join(work, "tree")
	if err := unpack(wheel, tree); err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(wheel), err)
	}
	if _, err := os.Stat(filepath.Join(tree, "xgboost", "lib", fileName())); err != nil {
		return fmt.Errorf("%s has no xgboost/lib/%s", filepath.Base(wheel), fileName())
	}
	return publish(tree, dir)
}

// publish moves the finished tree to its place. Another process may have been first: its copy has the same hash and stays.
func publish(tree, dir string) error {
	if err := os.Chmod(tree, 0o755); err != nil {
		return err
	}
	err := os.Rename(tree, dir)
	if err == nil {
		return nil
	}
	if _, there := os.Stat(filepath.Join(dir, "xgboost", "lib", fileName())); there == nil {
		return nil
	}
	// A folder without the library is what somebody left half removed.
	return errors.Join(os.RemoveAll(dir), os.Rename(tree, dir))
}

// download lets pip fetch one of the pinned wheels into dir and returns its path.
func download(ctx context.Context, pins []Pin, dir string, o Options) (string, error) {
	python := o.Python
	if python == "" {
		python = "python3"
	}
	program, err := exec.LookPath(python)
	if err != nil {
		return "", fmt.Errorf("%s is not on PATH; pip is needed to fetch the wheel, or set %s to a library you have", python, Variable)
	}
	var line strings.Builder
	fmt.Fprintf(&line, "%s==%s", pins[0].Package, pins[0].Version)
	for _, p := range pins {
		fmt.Fprintf(&line, " --hash=sha256:%s", p.SHA256)
	}
	requirements := filepath.Join(dir, "requirements.txt")
	if err := os.WriteFile(requirements, []byte(line.String()+"\n"), 0o644); err != nil {
		return "", err
	}
	wheels := filepath.Join(dir, "wheels")
	var output bytes.Buffer
	cmd := exec.CommandContext(ctx, program, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input", "--no-deps",
		"--only-binary", ":all:", "--require-hashes", "-d", wheels, "-r", requirements)
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return "", context.Cause(ctx)
		}
		return "", explain(err, output.String())
	}
	found, err := filepath.Glob(filepath.Join(wheels, "*.whl"))
	if err != nil || len(found) != 1 {
		return "", fmt.Errorf("pip left %d wheels instead of one", len(found))
	}
	return found[0], nil
}

// explain puts what went wrong before pip's own words.
func explain(err error, output string) error {
	output = strings.TrimSpace(output)
	hint := "pip download failed"
	switch {
	case strings.Contains(output, "DO NOT MATCH THE HASHES"):
		hint = "the index offered a wheel with another content than the pinned one; it was not used"
	case strings.Contains(output, "No module named pip"):
		hint = "this Python has no pip (Debian: apt-get install python3-pip)"
	case strings.Contains(output, "No matching distribution"), strings.Contains(output, "Could not find a version"):
		hint = "pip found no fitting wheel; check the network, the index settings and pip's age (20.3 or later is needed)"
	case strings.Contains(output, "Connection"), strings.Contains(output, "Max retries"), strings.Contains(output, "Temporary failure"):
		hint = "pip could not reach the index; check the network, or use PIP_NO_INDEX=1 and PIP_FIND_LINKS=folder"
	}
	if output == "" {
		return fmt.Errorf("%s: %w", hint, err)
	}
	return fmt.Errorf("%s:\n%s", hint, output)
}
