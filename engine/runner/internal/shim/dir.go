package shim

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"github.com/sagefly/sagefly/engine/runner"
	"github.com/sagefly/sagefly/internal/atomicfile"
)

// Dir is a host's directory (Spec.Dir), seen from the files in it.
type Dir string

// Path is a file of the runner's in the directory.
func (d Dir) Path(name string) string { return filepath.Join(string(d), "run", name) }

// Run is where the runner's files are.
func (d Dir) Run() string { return filepath.Join(string(d), "run") }

// ML is the host's /opt/ml.
func (d Dir) ML() string { return filepath.Join(string(d), "ml") }

func (d Dir) spec() string   { return d.Path("spec.json") }
func (d Dir) lock() string   { return d.Path("lock") }
func (d Dir) shim() string   { return d.Path("shim.json") }
func (d Dir) exit() string   { return d.Path("exit.json") }
func (d Dir) errors() string { return d.Path("shim.err") }

// order is spec.json: what the shim has to do.
type order struct {
	Version int
	Spec    runner.Spec
	More    json.RawMessage // of this kind of shim
}

// shimInfo is shim.json. It exists before the program starts. The process is only trusted while the lock is held.
type shimInfo struct {
	Version int    `json:"version"`
	Pid     int    `json:"pid"`             // as the starting engine's PID namespace numbers it
	Start   string `json:"start,omitempty"` // boot and start time of the process, where the system tells
}

func readJSON(name string, v any) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, v); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// writeNote writes a small file in one step, but does not wait for the disk: it speaks of a process, and no process
// survives a power cut.
func writeNote(name string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	tmp := name + ".tmp"
	if err := os.WriteFile(tmp, data, 0o600); err != nil {
		return err
	}
	return os.Rename(tmp, name)
}

func (d Dir) writeExit(e runner.Exit) error {
	data, err := json.Marshal(e)
	if err != nil {
		return err
	}
	return atomicfile.WriteFile(d.exit(), data, 0o600)
}

// acquire takes the lock for a shim to be. ok is false when another shim (or its starter) has it.
func (d Dir) acquire() (f *os.File, ok bool, err error) {
	f, err = os.OpenFile(d.lock(), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, false, err
	}
	ok, err = tryLock(f, syscall.LOCK_EX)
	if err != nil || !ok {
		f.Close()
		return nil, false, err
	}
	return f, true, nil
}

// held tells whether a shim lives. Looking takes a shared lock for a moment, so lookers do not see each other.
func (d Dir) held() (bool, error) {
	f, err := os.Open(d.lock())
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer f.Close()
	free, err := tryLock(f, syscall.LOCK_SH)
	return !free, err
}

func tryLock(f *os.File, how int) (bool, error) {
	for {
		err := syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB)
		switch {
		case errors.Is(err, syscall.EINTR):
		case errors.Is(err, syscall.EWOULDBLOCK):
			return false, nil
		case err != nil:
			return false, &os.PathError{Op: "lock", Path: f.Name(), Err: err}
		default:
			return true, nil
		}
	}
}

// Key is a short name for a path, for what must be named outside the file system.
func Key(path string) string {
	sum := sha256.Sum256([]byte(path))
	return hex.EncodeToString(sum[:8])
}
