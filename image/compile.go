package image

import (
	"bytes"
	"context"
	"debug/buildinfo"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

// builder compiles one package for a job's machines.
type builder struct {
	pkg  string   // "." or an import path
	dir  string   // where go runs; "" = here
	tags []string // besides taskTag
}

const taskTag = "sagefly_task"

// program builds to a folder of its own. subject is what messages call the package.
func (b *builder) program(ctx context.Context, subject string) (p Program, err error) {
	dir, err := os.MkdirTemp("", "sagefly-program-")
	if err != nil {
		return Program{}, fmt.Errorf("build %s: %w", subject, err)
	}
	p = Program{Path: filepath.Join(dir, "program"), Temp: true}
	err = b.run(ctx, p.Path)
	if err == nil {
		err = portable(p.Path)
	}
	if err == nil {
		p.Name, err = commandName(p.Path)
	}
	if err != nil {
		return Program{}, errors.Join(fmt.Errorf("build %s for linux/amd64: %w", subject, err), p.Remove())
	}
	return p, nil
}

// run builds with the tag, and without it where the package calls what the tag leaves out.
func (b *builder) run(ctx context.Context, out string) error {
	err := b.compile(ctx, out, append(b.tags, taskTag))
	if err == nil || ctx.Err() != nil {
		return err
	}
	if b.compile(ctx, out, b.tags) == nil {
		return nil
	}
	return err
}

// compile leaves out what is not the program's: the folder that the sources lie in, and the commit that is checked out there.
func (b *builder) compile(ctx context.Context, out string, tags []string) error {
	args := []string{"build", "-trimpath", "-buildvcs=false", "-o", out}
	if len(tags) > 0 {
		args = append(args, "-tags="+strings.Join(tags, ","))
	}
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

var majorVersion = regexp.MustCompile(`^v[0-9]+$`)

// commandName is what the go command calls the program of a package: the end of its import path, whatever folder it lies in.
func commandName(program string) (string, error) {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return "", err
	}
	pkg := info.Path
	if majorVersion.MatchString(path.Base(pkg)) && strings.Contains(pkg, "/") {
		pkg = path.Dir(pkg)
	}
	return programName(pkg), nil
}

func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
