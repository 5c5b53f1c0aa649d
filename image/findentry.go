package image

import (
	"context"
	"debug/buildinfo"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// EnvEntry names the variable with the path of sagefly-train for images.
const EnvEntry = "SAGEFLY_ENTRY"

const entryPackage = "github.com/sagefly/sagefly/cmd/sagefly-train"

// FindEntry finds the program sagefly-train for images: a static linux/amd64 file, whatever this machine is. It is the one that
// the variable SAGEFLY_ENTRY names, or lies beside this program (in an archive) or in ../share/sagefly (in a Python wheel), or is on
// PATH; else it is built, where a Go toolchain and a module with sagefly are. It does not come inside of this program, for it
// is made from the same packages. Remove the result when it is not needed any more.
func FindEntry(ctx context.Context, env func(string) string) (Program, error) {
	if path := env(EnvEntry); path != "" {
		if err := isEntry(path); err != nil {
			return Program{}, fmt.Errorf("%s=%s: %w", EnvEntry, path, err)
		}
		return Program{Path: path, Name: "sagefly-train"}, nil
	}
	var tried []string
	for _, path := range entryPlaces() {
		err := isEntry(path)
		if err == nil {
			return Program{Path: path, Name: "sagefly-train"}, nil
		}
		if !errors.Is(err, os.ErrNotExist) {
			tried = append(tried, fmt.Sprintf("%s: %v", path, err))
		}
	}
	p, err := buildPackage(ctx, entryPackage)
	if err != nil {
		tried = append(tried, err.Error())
		return Program{}, &EntryError{tried}
	}
	return p, nil
}

// EntryError says that there is no sagefly-train, and what was looked at.
type EntryError struct{ Tried []string }

func (e *EntryError) Error() string {
	return "no sagefly-train for linux/amd64: " + strings.Join(e.Tried, "; ")
}

func entryPlaces() []string {
	var places []string
	if self, err := os.Executable(); err == nil {
		if real, err := filepath.EvalSymlinks(self); err == nil {
			self = real
		}
		dir := filepath.Dir(self)
		places = append(places, filepath.Join(dir, "sagefly-train"), filepath.Join(dir, "..", "share", "sagefly", "sagefly-train"))
	}
	if path, err := exec.LookPath("sagefly-train"); err == nil {
		places = append(places, path)
	}
	return places
}

// isEntry says why a file is not sagefly-train for images; nil when it is.
func isEntry(path string) error {
	if err := portable(path); err != nil {
		return err
	}
	info, err := buildinfo.ReadFile(path)
	if err != nil {
		return fmt.Errorf("not a Go program: %w", err)
	}
	if info.Path != entryPackage {
		return fmt.Errorf("it was built from %s", info.Path)
	}
	return nil
}
