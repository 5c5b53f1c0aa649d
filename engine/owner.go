package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/sagefly/sagefly/internal/atomicfile"
)

// OwnedError says that another process owns the data directory.
type OwnedError struct {
	Dir  string
	PID  int    // 0 when the owner has not said within two seconds
	Addr string // where it listens; "" when it does not (yet)
}

func (e *OwnedError) Error() string {
	return fmt.Sprintf("data directory %s is owned by process %d, which listens at %q", e.Dir, e.PID, e.Addr)
}

// ownership is the lock on a data directory. The lock is the kernel's: it goes with the process, however that ends.
type ownership struct {
	dir  string
	file *os.File
}

// owner is what owner.json says about the process that holds the lock.
type owner struct {
	PID  int    `json:"pid"`
	Addr string `json:"addr"`
}

// dead reports whether no process has the owner's number any more.
func (o owner) dead() bool { return errors.Is(syscall.Kill(o.PID, 0), syscall.ESRCH) }

func own(dir string) (*ownership, error) {
	f, err := os.OpenFile(filepath.Join(dir, "owner.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock data directory: %w", err)
	}
	err = lock(dir, f)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		o, _ := readOwner(dir) // an owner that is just starting has not written it yet
		return nil, errors.Join(&OwnedError{Dir: dir, PID: o.PID, Addr: o.Addr}, f.Close())
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock data directory %s: %w", dir, err), f.Close())
	}
	o := &ownership{dir: dir, file: f}
	if err := o.announce(""); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return o, nil
}

// linger bounds how long lock waits for what is left of an owner that has ended.
const linger = 2 * time.Second

// lock takes the lock or returns EWOULDBLOCK. A child that an owner forked just before it was killed holds the lock too,
// until it becomes another program milliseconds later; so the lock of an owner that is dead is waited for. An owner that has not said
// who it is will say so in a moment.
func lock(dir string, f *os.File) error {
	for deadline := time.Now().Add(linger); ; time.Sleep(5 * time.Millisecond) {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EWOULDBLOCK) || time.Now().After(deadline) {
			return err
		}
		o, readErr := readOwner(dir)
		unsaid := errors.Is(readErr, fs.ErrNotExist)
		dead := readErr == nil && o.dead()
		if !unsaid && !dead {
			return err
		}
	}
}

// announce tells other processes where this one listens.
func (o *ownership) announce(addr string) error {
	data, err := json.Marshal(owner{PID: os.Getpid(), Addr: addr})
	if err != nil {
		return err
	}
	return atomicfile.WriteFile(filepath.Join(o.dir, "owner.json"), data, 0o600)
}

func (o *ownership) release() error {
	_ = os.Remove(filepath.Join(o.dir, "owner.json")) // a stale one is harmless: the lock decides
	// Closing alone would leave the lock to a child that was forked a moment ago.
	return errors.Join(syscall.Flock(int(o.file.Fd()), syscall.LOCK_UN), o.file.Close())
}

// Owner is where the living owner of a data directory says it listens; "" when there is none, or it has not said. Another directory's engine may
// have the address of one that has ended.
func Owner(dir string) string {
	o, err := readOwner(dir)
	if err != nil || o.dead() {
		return ""
	}
	return o.Addr
}

func readOwner(dir string) (owner, error) {
	var o owner
	data, err := os.ReadFile(filepath.Join(dir, "owner.json"))
	if err != nil {
		return o, err
	}
	return o, json.Unmarshal(data, &o)
}
