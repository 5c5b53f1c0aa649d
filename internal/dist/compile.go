package main

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"github.com/sagefly/sagefly/internal/version"
)

// programs is what a release carries.
type programs struct {
	sagefly []byte // for the release's platform
	host    []byte // sagefly-host, which sagefly looks for beside itself
	entry   []byte // sagefly-train, which image append puts into images: always for linux/amd64, as jobs are
}

func compileAll(p platform) (b programs, err error) {
	if b.sagefly, err = compile(p, "./cmd/sagefly"); err != nil {
		return b, err
	}
	if b.host, err = compile(p, "./cmd/sagefly-host"); err != nil {
		return b, err
	}
	if p.os == "linux" {
		if err := errors.Join(checkFloor(b.sagefly), checkFloor(b.host)); err != nil {
			return b, err
		}
	}
	b.entry, err = compile(platform{os: "linux", arch: "amd64"}, "./cmd/sagefly-train")
	return b, err
}

// compile builds a package for the platform and returns the program's bytes. Paths are trimmed and symbols stripped, so that neither
// the machine nor the folder it was built in shows.
func compile(p platform, pkg string) ([]byte, error) {
	dir, err := os.MkdirTemp("", "sagefly-dist-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "program")
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w -X "+version.StampVariable+"="+version.Version, "-o", path, pkg)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+p.os, "GOARCH="+p.arch)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("go build %s: %w", pkg, err)
	}
	return os.ReadFile(path)
}

// checkFloor refuses a Linux program that would need a newer glibc than its wheel's tags promise: one that asks for a versioned
// symbol, or for a library beyond the three that every glibc has.
func checkFloor(program []byte) error {
	f, err := elf.NewFile(bytes.NewReader(program))
	if err != nil {
		return err
	}
	symbols, err := f.ImportedSymbols()
	if err != nil {
		return err
	}
	for _, s := range symbols {
		if s.Version != "" {
			return fmt.Errorf("the program needs %s of version %s, so its wheel's platform tags are wrong", s.Name, s.Version)
		}
	}
	libs, err := f.ImportedLibraries()
	if err != nil {
		return err
	}
	for _, lib := range libs {
		if !slices.Contains([]string{"libc.so.6", "libdl.so.2", "libpthread.so.0"}, lib) {
			return fmt.Errorf("the program needs %s, which a plain glibc system may not have", lib)
		}
	}
	return nil
}
