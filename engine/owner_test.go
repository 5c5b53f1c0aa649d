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
