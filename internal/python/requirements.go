package python

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Request asks for an environment with what a requirements.txt lists.
type Request struct {
	File   string               // requirements.txt, in the folder that relative paths in it are relative to
	Env    []string             // pip's environment; its own settings (PIP_*, pip.conf) are in it
	Output io.Writer            // gets what pip prints
	Note   func(string)         // gets one line on what is done and how long it took
	Attrs  *syscall.SysProcAttr // of pip's process; nil = none
}

// PipError is an end of pip other than success.
type PipError struct {
	Command []string
	Code    int // exit code; −n when ended by signal n
}

// Error implements error.
func (e *PipError) Error() string { return fmt.Sprintf("pip ended with exit code %d", e.Code) }

// Requirements returns the environment for r.File in the folder of shared environments, built when it is not there yet. The
// file's text and the interpreter are its key. Whoever comes second waits for the first builder; what a builder left unfinished is
// removed. Error: *PipError when pip could not install.
func (p Interpreter) Requirements(ctx context.Context, folder string, r Request) (Interpreter, error) {
	text, err := os.ReadFile(r.File)
	if err != nil {
		return Interpreter{}, err
	}
	sum := sha256.Sum256(append([]byte(p.identity()+"\n"), text...))
	dir := filepath.Join(folder, hex.EncodeToString(sum[:12]))
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return Interpreter{}, fmt.Errorf("folder of Python environments: %w", err)
	}
	unlock, err := lock(ctx, dir+".lock")
	if err != nil {
		return Interpreter{}, fmt.Errorf("lock Python environment %s: %w", dir, err)
	}
	defer unlock()
	stamp := filepath.Join(dir, "complete")
	if _, err := os.Stat(stamp); err == nil {
		r.Note(fmt.Sprintf("requirements.txt: environment %s is reused", dir))
		return p.Layer(dir)
	}
	return p.build(ctx, dir, stamp, r)
}

func (p Interpreter) build(ctx context.Context, dir, stamp string, r Request) (Interpreter, error) {
	start := time.Now()
	if err := os.RemoveAll(dir); err != nil {
		return Interpreter{}, err
	}
	lay, err := p.Layer(dir)
	if err != nil {
		return Interpreter{}, err
	}
	r.Note(fmt.Sprintf("requirements.txt: installing into the new environment %s over %s", dir, p))
	if err := lay.Pip(ctx, r, "install", "-r", r.File); err != nil {
		return Interpreter{}, err
	}
	if err := os.WriteFile(stamp, nil, 0o644); err != nil {
		return Interpreter{}, err
	}
	r.Note(fmt.Sprintf("requirements.txt: installed in %.1f s; unchanged, it is reused next time", time.Since(start).Seconds()))
	return lay, nil
}

// ensurePip puts a pip into an environment over an interpreter that has none. Of an interpreter that was not asked nothing is known.
func (p Interpreter) ensurePip(ctx context.Context, r Request) error {
	if p.HasPip || p.Prefix == "" {
		return nil
	}
	if err := p.run(ctx, r, "-m", "ensurepip"); err != nil {
		return fmt.Errorf("%s has neither pip nor ensurepip (Debian: apt-get install python3-pip): %w", p.Base, err)
	}
	return nil
}

// Pip runs pip on the environment. Error: *PipError when it did not succeed.
func (p Interpreter) Pip(ctx context.Context, r Request, args ...string) error {
	if err := p.ensurePip(ctx, r); err != nil {
		return err
	}
	return p.run(ctx, r, append([]string{"-m", "pip"}, args...)...)
}

func (p Interpreter) run(ctx context.Context, r Request, args ...string) error {
	cmd := exec.CommandContext(ctx, p.Path, args...)
	cmd.Env, cmd.Stdout, cmd.Stderr, cmd.Dir, cmd.SysProcAttr = r.Env, r.Output, r.Output, filepath.Dir(r.File), r.Attrs
	cmd.WaitDelay = 2 * time.Second
	err := cmd.Run()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return &PipError{Command: cmd.Args, Code: code(exit.ProcessState)}
	}
	return err
}

func code(s *os.ProcessState) int {
	if w, ok := s.Sys().(syscall.WaitStatus); ok && w.Signaled() {
		return -int(w.Signal())
	}
	return s.ExitCode()
}

// lock takes the file as a lock that ends with this process at the latest.
func lock(ctx context.Context, name string) (unlock func(), err error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	for wait := 5 * time.Millisecond; ; wait = min(2*wait, 500*time.Millisecond) {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case err == nil:
			return func() { _ = f.Close() }, nil
		case !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, fs.ErrPermission):
			return nil, errors.Join(err, f.Close())
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return nil, errors.Join(context.Cause(ctx), f.Close())
		}
	}
}

// Shareable says that the text of a requirements.txt alone says what is installed. Other files, folders and options make it
// mean something else elsewhere.
func Shareable(text string) bool {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch {
		case line == "", strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "--index-url"), strings.HasPrefix(line, "--extra-index-url"), strings.HasPrefix(line, "--hash"):
		case strings.HasPrefix(line, "-"), strings.HasPrefix(line, "."), strings.HasPrefix(line, "/"), strings.Contains(line, "file:"):
			return false
		}
	}
	return true
}
