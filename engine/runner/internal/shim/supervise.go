package shim

import (
	"os"
	"syscall"
	"time"

	"github.com/sagefly/sagefly/engine/runner"
)

// Supervision is the time while a program runs: it ends the program when an engine asks for it or its time is over. S is
// how the end of a program is told.
type Supervision[S any] struct {
	Spec    runner.Spec
	Program <-chan S             // gets the program's end
	Signal  func(syscall.Signal) // reaches the program

	cause  runner.Cause // so far
	killed bool         // by us
	grace  <-chan time.Time
}

// Wait returns how the program ended and who ended it; killed says that it got SIGKILL from here.
func (s *Supervision[S]) Wait(signals <-chan os.Signal) (end S, cause runner.Cause, killed bool) {
	s.cause = runner.CauseExit
	var deadline <-chan time.Time
	if s.Spec.MaxRuntime > 0 {
		timer := time.NewTimer(s.Spec.MaxRuntime)
		defer timer.Stop()
		deadline = timer.C
	}
	for {
		select {
		case end = <-s.Program:
			return end, s.cause, s.killed
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
func (s *Supervision[S]) blame(c runner.Cause) {
	if s.cause == runner.CauseExit {
		s.cause = c
	}
}

func (s *Supervision[S]) stop(c runner.Cause) {
	if s.cause != runner.CauseExit {
		return // it is being ended already
	}
	s.cause = c
	if s.Spec.Grace <= 0 {
		s.kill()
		return
	}
	s.Signal(syscall.SIGTERM)
	s.grace = time.After(s.Spec.Grace)
}

func (s *Supervision[S]) kill() {
	s.killed = true
	s.Signal(syscall.SIGKILL)
}
