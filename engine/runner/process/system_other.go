//go:build !linux

package process

import (
	"errors"
	"os"
	"syscall"
)

// isolation does not exist outside Linux.
type isolation struct{}

func (isolation) attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

func programAttributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

func executable() (string, error) { return os.Executable() }

func probe() (isolation, error) {
	return isolation{}, errors.New("namespaces: this operating system has none")
}

func probeMain(runDir) int { return 2 }

func enter(runDir, *order) error { return errors.New("namespaces: this operating system has none") }

func outerPid() int { return os.Getpid() }

func startIdentity(int) string { return "" }

// Outside Linux there is no way to become the parent of orphans: the process group is ended, and what left it lives on.
func becomeSubreaper() {}

func killChildren() {}

// oomWatch sees nothing here.
type oomWatch struct{}

func newOOMWatch() oomWatch { return oomWatch{} }

func (oomWatch) happened() bool { return false }
