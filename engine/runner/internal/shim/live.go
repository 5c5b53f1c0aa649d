package shim

import (
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
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

// Shim is the present process while it owns a host.
type Shim struct {
	Dir     Dir
	Spec    runner.Spec
	More    json.RawMessage  // as in the Order
	Log     *log.Writer      // of the host
	Signals <-chan os.Signal // for a Supervision

	status *os.File
}

// Life is what one kind of shim does.
type Life struct {
	// Prepare makes everything that can go wrong on the platform's side: an error means that nothing was started.
	Prepare func(*Shim) error
	// Run runs the program to its end and until nothing of it is left. It calls Started once.
	Run func(*Shim) runner.Exit
}

// Live is the life of a shim. Its result is the shim's exit status, which nobody reads.
func Live(d Dir, life Life) int {
	syscall.CloseOnExec(lockFd) // held until this process ends, and by nobody else
	syscall.CloseOnExec(statusFd)
	s := &Shim{Dir: d, Signals: catchSignals(), status: os.NewFile(statusFd, "status")}
	if err := s.prepare(life); err != nil {
		fmt.Fprint(s.status, err)
		return 1
	}
	exit := life.Run(s)
	if err := s.record(exit); err != nil {
		fmt.Fprintln(os.Stderr, "record exit:", err)
		return 1
	}
	return 0
}

func (s *Shim) prepare(life Life) error {
	var o order
	if err := readJSON(s.Dir.spec(), &o); err != nil {
		return err
	}
	s.Spec, s.More = o.Spec, o.More
	info := shimInfo{Version: 1, Pid: outerPid()}
	info.Start = startIdentity(info.Pid)
	var err error
	if s.Log, err = log.Create(o.Spec.Log); err != nil {
		return err
	}
	if err := life.Prepare(s); err != nil {
		return err
	}
	syscall.Umask(0o022) // what containers have
	return writeNote(s.Dir.shim(), info)
}

// Started tells who started the shim that the program runs, or that it could not be started and its end is being
// written.
func (s *Shim) Started() {
	s.status.WriteString(statusRuns)
	s.status.Close()
}

// catchSignals takes every signal that would end a shim by default. They are caught, not ignored, because a program
// would inherit that they are ignored.
func catchSignals() <-chan os.Signal {
	c := make(chan os.Signal, 16)
	signal.Notify(c, stopSignal, killSignal, syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGUSR2, syscall.SIGALRM)
	return c
}

// record closes the log and writes the exit, in this order: who sees the exit has the whole log. A full disk may have
// room again soon.
func (s *Shim) record(e runner.Exit) (err error) {
	if err := s.Log.Close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	for range 20 {
		if err = s.Dir.writeExit(e); err == nil {
			return nil
		}
		time.Sleep(500 * time.Millisecond)
	}
	return err
}
