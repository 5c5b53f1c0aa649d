package image

import (
	"context"
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
)

// Program is an executable that runs on the job's machines.
type Program struct {
	Path  string // its content; of a running program that was deleted, as go run does, /proc/self/exe
	Name  string // what it is called in a bundle or image: letters, digits, "-", "_" and "."
	Stays bool   // its jobs run on this machine
	Temp  bool   // the caller removes the folder that Path is in; see [Program.Remove]
}

// Remove removes a program that was built for this launch.
func (p Program) Remove() error {
	if !p.Temp {
		return nil
	}
	return os.RemoveAll(filepath.Dir(p.Path))
}

// FindProgram is the program that travels in a bundle: the running executable when local is set or when it is a static linux/amd64
// file, else the one of [FromRunning]. Without a Go toolchain the error has the command to run elsewhere.
func FindProgram(ctx context.Context, local bool) (Program, error) {
	path, err := executable()
	if err != nil {
		return Program{}, fmt.Errorf("find program: %w", err)
	}
	name, err := os.Executable() // which cuts " (deleted)" off
	if err != nil {
		return Program{}, fmt.Errorf("find program: %w", err)
	}
	if local || portable(path) == nil {
		return Program{Path: path, Name: programName(name), Stays: local}, nil
	}
	return FromRunning(ctx)
}

// executable is a path that holds the running program. Its file may have been deleted, or replaced by a newer one.
func executable() (string, error) {
	path, err := os.Executable()
	if err != nil || runtime.GOOS != "linux" {
		return path, err
	}
	const self = "/proc/self/exe"
	there, err := os.Stat(path)
	running, err2 := os.Stat(self)
	if err2 != nil || err == nil && os.SameFile(there, running) {
		return path, nil
	}
	return self, nil
}

// portable says why a file does not run in every Linux container on amd64; nil when it does.
func portable(path string) error {
	f, err := elf.Open(path)
	if err != nil {
		return fmt.Errorf("not a Linux program: %w", err)
	}
	defer f.Close()
	if f.Machine != elf.EM_X86_64 {
		return fmt.Errorf("built for %s, not amd64", f.Machine)
	}
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			return errors.New("linked dynamically")
		}
	}
	return nil
}

var notInNames = regexp.MustCompile(`[^A-Za-z0-9._-]+`)

// programName is a base name that a shell takes as it is, and the training toolkit for neither Python nor a package.
func programName(path string) string {
	name := notInNames.ReplaceAllString(filepath.Base(path), "-")
	switch filepath.Ext(name) {
	case ".py", ".sh", ".exe":
		name = name[:len(name)-len(filepath.Ext(name))]
	}
	if name == "" || name[0] == '.' || name[0] == '-' {
		return "program"
	}
	return name
}
