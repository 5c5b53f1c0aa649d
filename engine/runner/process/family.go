package process

import (
	"errors"
	"syscall"
	"time"
)

// family is the program and everything it started, as far as this shim is or becomes its parent. All of it is reaped.
type family struct {
	program chan syscall.WaitStatus // gets the program's end
	empty   chan struct{}           // closed when no child is left
}

// watchFamily reaps in the background from now on.
func watchFamily(pid int) *family {
	f := &family{program: make(chan syscall.WaitStatus, 1), empty: make(chan struct{})}
	go f.reap(pid)
	return f
}

func (f *family) reap(program int) {
	defer close(f.empty)
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, 0, nil)
		switch {
		case errors.Is(err, syscall.EINTR):
		case err != nil: // ECHILD: nobody is left
			return
		case pid == program:
			f.program <- status
		}
	}
}

// end kills what is left after the program's own end. Killed parents hand their children to the shim, so it takes some
// rounds; a process that the kernel cannot end (blocked on a device) is given up after a while.
func (f *family) end(program int) {
	timeout := time.After(10 * time.Second)
	syscall.Kill(-program, syscall.SIGKILL)
	for wait := time.Millisecond; ; wait = min(2*wait, 50*time.Millisecond) {
		select {
		case <-f.empty: // nearly always at once
			return
		case <-timeout:
			return
		case <-time.After(wait):
			killChildren()
		}
	}
}
