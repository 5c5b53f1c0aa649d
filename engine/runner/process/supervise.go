package process

import (
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/sagefly/sagefly/engine/internal/log"
	"github.com/sagefly/sagefly/engine/runner"
)

// catchSignals takes every signal that would end a shim by default. They are caught, not ignored, because a program
// would inherit that they are ignored.
func catchSignals() <-chan os.Signal {
	c := make(chan os.Signal, 16)
	signal.Notify(c, stopSignal, killSignal, syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGUSR2, syscall.SIGALRM)
	return c
}

// run runs the program to its end and until nothing of it is left.
func (h *hostShim) run(spec runner.Spec, signals <-chan os.Signal, started func()) runner.Exit {
	oom := newOOMWatch()
	pump := log.NewPump(h.log)
	e := runner.Exit{Cause: runner.CauseExit, Start: time.Now()}
	pid, err := startProgram(spec, pump)
	if err != nil {
		e.Code, e.Error, e.End = notStarted(err), err.Error(), time.Now()
		pump.Wait(0)
		h.log.Print("%v", err)
		started()
		return e
	}
	started()
	s := supervision{pid: pid, spec: spec, family: watchFamily(pid), cause: runner.CauseExit}
	status := s.wait(signals)
	e.End, e.Cause, e.Code = time.Now(), s.cause, exitCode(status)
	e.OOM = !s.killed && status.Signaled() && status.Signal() == syscall.SIGKILL && oom.happened()
	s.family.end(pid)
	pump.Wait(outputGrace)
	return e
}

func exitCode(status syscall.WaitStatus) int {
	if status.Signaled() {
		return 128 + int(status.Signal())
	}
	return status.ExitStatus()
}

// supervision is the time while a program runs.
type supervision struct {
	pid    int
	spec   runner.Spec
	family *family
	cause  runner.Cause // so far
	killed bool         // by us
	grace  <-chan time.Time
}

func (s *supervision) wait(signals <-chan os.Signal) syscall.WaitStatus {
	var deadline <-chan time.Time
	if s.spec.MaxRuntime > 0 {
		timer := time.NewTimer(s.spec.MaxRuntime)
		defer timer.Stop()
		deadline = timer.C
	}
	for {
		select {
		case status := <-s.family.program:
			return status
		case sig := <-signals:
			switch sig {
			case stopSignal:
				s.stop(runner.CauseStop)
			case killSignal:
				s.blame(runner.CauseStop)
				s.kill()
			}
		case <-deadline:
			s.stop(runner.CauseDeadline)
		case <-s.grace:
			s.kill()
		}
	}
}

// blame records the first cause only: a deadline during a stop is still a stop.
func (s *supervision) blame(c runner.Cause) {
	if s.cause == runner.CauseExit {
		s.cause = c
	}
}

func (s *supervision) stop(c runner.Cause) {
	if s.cause != runner.CauseExit {
		return // it is being ended already
	}
	s.cause = c
	if s.spec.Grace <= 0 {
		s.kill()
		return
	}
	s.signal(syscall.SIGTERM)
	s.grace = time.After(s.spec.Grace)
}

func (s *supervision) kill() {
	s.killed = true
	s.signal(syscall.SIGKILL)
}

// signal reaches the program's process group, or the program alone when it left its group.
func (s *supervision) signal(sig syscall.Signal) {
	if err := syscall.Kill(-s.pid, sig); err != nil {
		syscall.Kill(s.pid, sig)
	}
}
