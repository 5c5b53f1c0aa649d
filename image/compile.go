package image

import (
	"bytes"
	"context"
	"debug/buildinfo"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
)

// build compiles the main package of the running executable again, for a job's machines.
func build(ctx context.Context, executable string) (Program, error) {
	info, err := buildinfo.ReadFile(executable)
	if err != nil {
		return Program{}, fmt.Errorf("build the program for linux/amd64: read what it was built from: %w", err)
	}
	return buildMain(ctx, info)
}

func buildMain(ctx context.Context, info *debug.BuildInfo) (Program, error) {
	b := &builder{pkg: info.Path}
	if info.Path == "command-line-arguments" || strings.HasSuffix(info.Path, ".test") || info.Path == "" {
		return Program{}, fmt.Errorf("build the program for linux/amd64: it was not built from a package but from %q: "+
			"start it by its package (go run ./PACKAGE), or build it and start the file:  %s", info.Path, b.command("./PACKAGE"))
	}
	if _, err := exec.LookPath("go"); err != nil {
		return Program{}, b.fail(errors.New("there is no Go toolchain"))
	}
	dir, err := os.MkdirTemp("", "sagefly-program-")
	if err != nil {
		return Program{}, b.fail(err)
	}
	p := Program{Path: filepath.Join(dir, "program"), Name: programName(info.Path), Temp: true}
	if err := b.run(ctx, p.Path); err != nil {
		return Program{}, errors.Join(b.fail(err), os.RemoveAll(dir))
	}
	if err := portable(p.Path); err != nil {
		return Program{}, errors.Join(b.fail(err), os.RemoveAll(dir))
	}
	return p, nil
}

// builder compiles one package for a job's machines.
type builder struct {
	pkg string
	dir string // where go runs; "" = here
}

const taskTag = "sagefly_task"

// run builds with the tag, and without it where the package calls what the tag leaves out.
func (b *builder) run(ctx context.Context, out string) error {
	err := b.compile(ctx, out, "-tags="+taskTag)
	if err == nil || ctx.Err() != nil {
		return err
	}
	if b.compile(ctx, out) == nil {
		return nil
	}
	return err
}

func (b *builder) compile(ctx context.Context, out string, flags ...string) error {
	args := append([]string{"build", "-trimpath", "-o", out}, flags...)
	cmd := exec.CommandContext(ctx, "go", append(args, b.pkg)...)
	cmd.Dir = b.dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH=amd64")
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%w: %s", err, lastLines(output.String(), 5))
	}
	return nil
}

// command is what to type where there is a toolchain.
func (b *builder) command(pkg string) string {
	return "CGO_ENABLED=0 GOOS=linux GOARCH=amd64 go build -trimpath -o program " + pkg
}

func (b *builder) fail(cause error) error {
	return fmt.Errorf("build %s for linux/amd64: %w\nin the folder of its module, or on a machine with Go, run\n  %s\nand start that program instead",
		b.pkg, cause, b.command(b.pkg))
}

func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
