package image

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
)

// SourceError says that the running program cannot be built again: it was not built from a package, or there are no sources or no
// Go toolchain.
type SourceError struct {
	Package string // import path; "command-line-arguments" of a program that was built from files
	Err     error
}

func (e *SourceError) Error() string {
	return fmt.Sprintf("build %s for linux/amd64: %v\nin the folder of its module, or on a machine with Go, run\n"+
		"  CGO_ENABLED=0 GOOS=linux GOARCH=amd64 go build -trimpath -o program %s\nand start that program instead", e.Package, e.Err, e.argument())
}

func (e *SourceError) Unwrap() error { return e.Err }

// argument is the package as it would be typed.
func (e *SourceError) argument() string {
	if !isPackage(e.Package) {
		return "./PACKAGE"
	}
	return e.Package
}

// FromRunning builds the running program's main package from its sources as they are now, with the build tags that the program
// has. The result is that of [FromPackage] for the package's folder, wherever the running program and the working directory are. The
// sources are where the program was compiled, else those that the module around the working directory or the executable has.
// Without them, or without a Go toolchain, the error is a [*SourceError].
func FromRunning(ctx context.Context) (Program, error) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return Program{}, &SourceError{"", errors.New("it does not say what it was built from")}
	}
	return again(ctx, info, sourceDirs())
}

// again builds a program's package as one of the folders' modules has it.
func again(ctx context.Context, info *debug.BuildInfo, dirs []string) (Program, error) {
	if !isPackage(info.Path) {
		return Program{}, &SourceError{info.Path, errors.New("it was not built from a package: start it by its package (go run ./PACKAGE), or build that and start the file")}
	}
	if _, err := exec.LookPath("go"); err != nil {
		return Program{}, &SourceError{info.Path, errors.New("there is no Go toolchain")}
	}
	i := slices.IndexFunc(dirs, func(dir string) bool { return hasPackage(ctx, dir, info.Path) })
	if i < 0 {
		return Program{}, &SourceError{info.Path, errors.New("its sources are not in the module of any of these folders: " + strings.Join(dirs, ", "))}
	}
	b := &builder{pkg: info.Path, dir: dirs[i], tags: buildTags(info)}
	return b.program(ctx, info.Path)
}

// isPackage tells packages from what go run and go test build.
func isPackage(path string) bool {
	return path != "" && path != "command-line-arguments" && !strings.HasSuffix(path, ".test")
}

// hasPackage reports whether the module around a folder has a package, which need not be without faults.
func hasPackage(ctx context.Context, dir, pkg string) bool {
	cmd := exec.CommandContext(ctx, "go", "list", "-e", "-f", "{{.Dir}}", pkg)
	cmd.Dir = dir
	out, err := cmd.Output()
	return err == nil && len(bytes.TrimSpace(out)) > 0
}

func buildTags(info *debug.BuildInfo) []string {
	for _, s := range info.Settings {
		if s.Key == "-tags" && s.Value != "" {
			return strings.Split(s.Value, ",")
		}
	}
	return nil
}

// sourceDirs are folders whose modules may have the running program's sources, the likeliest first.
func sourceDirs() (dirs []string) {
	if dir := mainDir(); dir != "" {
		dirs = append(dirs, dir)
	}
	if dir, err := os.Getwd(); err == nil {
		dirs = append(dirs, dir)
	}
	if path, err := os.Executable(); err == nil {
		dirs = append(dirs, filepath.Dir(path))
	}
	return dirs
}

// mainDir is the folder that main, which has called us, was compiled in; "" when it was with -trimpath, or in a goroutine.
func mainDir() string {
	pcs := make([]uintptr, 256)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(0, pcs)])
	for {
		f, more := frames.Next()
		if f.Function == "main.main" && filepath.IsAbs(f.File) {
			return filepath.Dir(f.File)
		}
		if !more {
			return ""
		}
	}
}
