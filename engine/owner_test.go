package engine

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/sagefly/sagefly/internal/atomicfile"
)

// held is a data directory whose lock somebody holds, with an owner.json that names pid.
func held(t *testing.T, pid int) (dir string, holder *os.File) {
	t.Helper()
	dir = t.TempDir()
	holder, err := os.Create(filepath.Join(dir, "owner.lock"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = holder.Close() })
	data, err := json.Marshal(owner{PID: pid, Addr: "127.0.0.1:1"})
	if err == nil {
		err = errors.Join(os.WriteFile(filepath.Join(dir, "owner.json"), data, 0o600), syscall.Flock(int(holder.Fd()), syscall.LOCK_EX))
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir, holder
}

// A killed owner's lock lives on for a moment in a child that was forked just before: the next owner waits for it.
func TestLockOfADeadOwnerIsWaitedFor(t *testing.T) {
	t.Parallel()
	gone := exec.Command("/bin/true")
	if err := gone.Run(); err != nil {
		t.Fatal(err)
	}
	dir, holder := held(t, gone.Process.Pid)
	time.AfterFunc(50*time.Millisecond, func() { _ = holder.Close() })
	o, err := own(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := o.release(); err != nil {
		t.Error(err)
	}
}

func TestLockOfALivingOwnerIsNot(t *testing.T) {
	t.Parallel()
	dir, _ := held(t, os.Getpid())
	start := time.Now()
	if _, err := own(dir); err == nil {
		t.Fatal("owned twice")
	} else if e, ok := errors.AsType[*OwnedError](err); !ok || e.PID != os.Getpid() || e.Addr != "127.0.0.1:1" {
		t.Errorf("err = %v", err)
	}
	if waited := time.Since(start); waited >= linger {
		t.Errorf("waited %v for an owner that lives", waited)
	}
}

// An owner that closed, and whose forked child still has the lock's file open, leaves the lock.
func TestReleaseFreesTheLockOfChildren(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, err := own(dir)
	if err != nil {
		t.Fatal(err)
	}
	child, err := syscall.Dup(int(first.file.Fd())) // as fork leaves it
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = syscall.Close(child) }()
	if err := first.release(); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	second, err := own(dir)
	if err != nil || time.Since(start) >= linger {
		t.Fatalf("owned after %v: %v", time.Since(start), err)
	}
	if err := second.release(); err != nil {
		t.Error(err)
	}
}

// A lock whose owner has not said who it is yet is waited for, until it does.
func TestLockOfAnUnknownOwnerIsWaitedFor(t *testing.T) {
	t.Parallel()
	dir, _ := held(t, os.Getpid())
	said, err := os.ReadFile(filepath.Join(dir, "owner.json"))
	if err == nil {
		err = os.Remove(filepath.Join(dir, "owner.json"))
	}
	if err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(50*time.Millisecond, func() { _ = atomicfile.WriteFile(filepath.Join(dir, "owner.json"), said, 0o600) })
	_, err = own(dir)
	if e, ok := errors.AsType[*OwnedError](err); !ok || e.PID != os.Getpid() {
		t.Errorf("err = %v", err)
	}
}
