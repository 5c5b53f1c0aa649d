package entry

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// errSignal is why preparing ends early: nothing that the user asked for runs yet, and the platform wants this process to end.
var errSignal = errors.New("asked to end before the program started")

// signals passes on what this process is told: to the program's group once there is one.
type signals struct {
	in     chan os.Signal
	cancel context.CancelCauseFunc
	done   chan struct{}

	mu    sync.Mutex
	group int // process group of the program; 0 = it does not run yet
	last  syscall.Signal
}

// watchSignals returns a context that a signal ends while no program runs.
func watchSignals() (context.Context, *signals) {
	ctx, cancel := context.WithCancelCause(context.Background())
	s := &signals{in: make(chan os.Signal, 16), cancel: cancel, done: make(chan struct{})}
	signal.Notify(s.in, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGUSR1, syscall.SIGUSR2)
	go s.pass()
	return ctx, s
}

func (s *signals) pass() {
	defer close(s.done)
	for sig := range s.in {
		s.one(sig.(syscall.Signal))
	}
}

func (s *signals) one(sig syscall.Signal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if sig == syscall.SIGTERM || sig == syscall.SIGINT {
		s.last = sig
	}
	if s.group == 0 {
		s.cancel(errSignal)
		return
	}
	// The group may be gone already, which nobody needs to know.
	_ = syscall.Kill(-s.group, sig)
}

// direct sends signals to a program's group from now on. One that came before reaches it at once.
func (s *signals) direct(group int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.group = group
	if s.last != 0 && group != 0 {
		_ = syscall.Kill(-group, s.last)
	}
}

// received says that this process was asked to end.
func (s *signals) received() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last != 0
}

func (s *signals) stop() {
	signal.Stop(s.in)
	close(s.in)
	<-s.done
	s.cancel(nil)
}
