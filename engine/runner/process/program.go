package process

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/sagefly/sagefly/engine/internal/log"
)

// startProgram starts the program in a process group of its own and connects its output to the pump.
func (o *order) startProgram(pump *log.Pump) (pid int, err error) {
	spec := o.Spec
	name := spec.Command[0]
	path, err := lookup(name, spec.Env["PATH"])
	if err != nil {
		return 0, fmt.Errorf("start %q: %w", name, err)
	}
	if info, err := os.Stat(spec.WorkDir); err != nil || !info.IsDir() {
		return 0, fmt.Errorf("start %q: working directory %s: not a directory", name, spec.WorkDir)
	}
	null, err := os.Open(os.DevNull)
	if err != nil {
		return 0, err
	}
	defer null.Close()
	fds := []uintptr{null.Fd()}
	for _, s := range []log.Stream{log.Stdout, log.Stderr} {
		r, w, err := os.Pipe()
		if err != nil {
			return 0, err
		}
		defer w.Close()
		pump.Add(s, r)
		fds = append(fds, w.Fd())
	}
	pid, err = forkExec(o.Group, path, spec.Command, &syscall.ProcAttr{
		Dir: spec.WorkDir, Env: environ(spec.Env), Files: fds, Sys: programAttributes(),
	})
	if err != nil {
		return 0, fmt.Errorf("start %q: %w", name, err)
	}
	return pid, nil
}

// lookup finds a program as execvp does, in the PATH that the program will have.
func lookup(name, path string) (string, error) {
	if strings.Contains(name, "/") {
		return name, nil
	}
	err := error(fs.ErrNotExist)
	for _, dir := range filepath.SplitList(path) {
		file := filepath.Join(dir, name)
		info, statErr := os.Stat(file)
		switch {
		case statErr != nil || info.IsDir():
		case info.Mode()&0o111 == 0:
			err = fs.ErrPermission
		default:
			return file, nil
		}
	}
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("executable file not found in PATH %q: %w", path, err)
	}
	return "", err
}

// notStarted is the exit code that shells and container runtimes give a program that could not be started.
func notStarted(err error) int {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return 127
	}
	return 126
}

func environ(env map[string]string) []string {
	list := make([]string, 0, len(env))
	for _, name := range slices.Sorted(maps.Keys(env)) {
		list = append(list, name+"="+env[name])
	}
	return list
}
