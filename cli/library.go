//go:build !sagefly_task

package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/sagefly/sagefly/algorithm"
	"github.com/sagefly/sagefly/internal/libxgboost"
)

// library is a version of the XGBoost library and the image tag that asks for it.
type library struct{ version, tag string }

// libraryState is what is known of a library on this machine.
type libraryState int

const (
	libraryMissing libraryState = iota
	libraryUnknown              // there are files whose version only loading them would tell, and nobody can load them here
	libraryFound
)

// surelyHas reports whether a library is known to be of the version without loading it, or named by the user.
func (a *app) surelyHas(version string) bool {
	return slices.ContainsFunc(libxgboost.Candidates(libxgboost.Search{Env: a.io.Env}, version), func(c libxgboost.Candidate) bool {
		return c.Version == version || c.Source == libxgboost.Variable
	})
}

// hasLibrary looks for the library. A file of unknown version is loaded by the training program, which says what it is.
func (a *app) hasLibrary(ctx context.Context, l library) libraryState {
	switch {
	case a.surelyHas(l.version):
		return libraryFound
	case len(libxgboost.Candidates(libxgboost.Search{Env: a.io.Env}, l.version)) == 0:
		return libraryMissing
	}
	program := a.trainer()
	if program == "" {
		return libraryUnknown
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	err := exec.CommandContext(ctx, program, "trainer", "xgboost", "--tag", l.tag, "--check").Run()
	const noLibrary = 3 // the trainer's exit code
	if failed, ok := errors.AsType[*exec.ExitError](err); ok && failed.ExitCode() == noLibrary {
		return libraryMissing
	}
	if err != nil {
		return libraryUnknown
	}
	return libraryFound
}

// trainer is the program that trains built-in algorithms, "" when it is not found: SAGEFLY_TRAINER, this program, the
// one beside it, or the one in PATH.
func (a *app) trainer() string {
	if p := a.io.Env("SAGEFLY_TRAINER"); p != "" {
		return p
	}
	if self, err := os.Executable(); err == nil {
		beside := filepath.Join(filepath.Dir(self), "sagefly")
		if _, err := os.Stat(beside); err == nil {
			return beside
		}
	}
	p, _ := exec.LookPath("sagefly")
	return p
}

// preflight checks what the request needs of the target's machine. Nothing was uploaded when it refuses.
func (a *app) preflight(ctx context.Context, t *target, l *library) error {
	if !t.local || l == nil || a.hasLibrary(ctx, *l) != libraryMissing {
		return nil
	}
	p := refused(fmt.Sprintf("XGBoost %s is not installed", l.version), "no library of this version is in the usual places; sagefly doctor lists what is there",
		"get it:  sagefly xgboost install "+l.version)
	if pin, err := libxgboost.Describe(l.version); err == nil {
		p.Fix[0] += fmt.Sprintf("   (%s, through your pip)", pin)
	}
	return p
}

// libraryFinding is doctor's line about a version's library.
func (a *app) libraryFinding(ctx context.Context, v algorithm.Version, required bool) finding {
	f := finding{Name: v.Algorithm + ":" + v.Tag, State: "ok"}
	search := libxgboost.Search{Env: a.io.Env}
	state := a.hasLibrary(ctx, library{v.LibraryVersion, v.Tag})
	if state != libraryMissing {
		var paths []string
		for _, c := range libxgboost.Candidates(search, v.LibraryVersion) {
			if len(paths) == 0 || c.Version == "" {
				paths = append(paths, fmt.Sprintf("%s (%s)", c.Path, c.Source))
			}
		}
		f.Text = strings.Join(paths, ", ")
		if state == libraryUnknown {
			f.State, f.Text = "note", f.Text+"; its version could not be found out"
		}
		return f
	}
	f.State = choose(required, "missing", "note")
	f.Text = fmt.Sprintf("no XGBoost %s in %d places: system libraries, the active Python, the cache in %s", v.LibraryVersion,
		len(libxgboost.Places(search, v.LibraryVersion)), filepath.Dir(libxgboost.CacheDir(a.io.Env, v.LibraryVersion)))
	f.Fix = "sagefly xgboost install " + v.LibraryVersion
	if pin, err := libxgboost.Describe(v.LibraryVersion); err == nil {
		f.Fix += fmt.Sprintf("   (%s)", pin)
	}
	return f
}
