package process

import (
	"fmt"
	"os"
	"syscall"
	"time"

	"github.com/sagefly/sagefly/engine/internal/log"
	"github.com/sagefly/sagefly/engine/runner"
)

// Descriptors of a shim, as launch passes them.
const (
	lockFd   = 3
	statusFd = 4
)

// outputGrace is how long the end of the program's output is waited for after its end, when some process that could not
// be ended still holds the pipe.
const outputGrace = 2 * time.Second

// shimMain is the life of a shim. Its result is the shim's exit status, which nobody reads.
func shimMain(d runDir) int {
	syscall.CloseOnExec(lockFd) // held until this process ends, and by nobody else
	syscall.CloseOnExec(statusFd)
	status := os.NewFile(statusFd, "status")
	signals := catchSignals()
	var o order
	h, err := prepare(d, &o)
	if err != nil {
		fmt.Fprint(status, err)
		return 1
	}
	exit := h.run(o.Spec, signals, func() {
		status.WriteString(statusRuns)
		status.Close()
	})
	if err := h.record(exit); err != nil {
		fmt.Fprintln(os.Stderr, "record exit:", err)
		return 1
	}
	return 0
}

// hostShim is a shim whose surroundings are made.
type hostShim struct {
	dir runDir
	log *log.Writer
}

// prepare makes everything that can go wrong on the platform's side.
func prepare(d runDir, o *order) (*hostShim, error) {
	if err := readJSON(d.spec(), o); err != nil {
		return nil, err
	}
	info := shimInfo{Version: 1, Pid: outerPid()}
	info.Start = startIdentity(info.Pid)
	w, err := log.Create(o.Spec.Log)
	if err != nil {
		return nil, err
	}
	if o.Mode == runner.ModeOptML {
		err = enter(d, o)
	} else {
		err = enterBaseDir(d, &o.Spec)
	}
	if err != nil {
		return nil, err
	}
	syscall.Umask(0o022) // what containers have
	if err := writeNote(d.shim(), info); err != nil {
		return nil, err
	}
	return &hostShim{dir: d, log: w}, nil
}

// record closes the log and writes the exit, in this order: who sees the exit has the whole log. A full disk may have
// room again soon.
func (h *hostShim) record(e runner.Exit) (err error) {
	if err := h.log.Close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	for range 20 {
		if err = h.dir.writeExit(e); err == nil {
			return nil
		}
		time.Sleep(500 * time.Millisecond)
	}
	return err
}
