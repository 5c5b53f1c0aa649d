//go:build !linux

package process

import (
	"errors"
	"syscall"

	"github.com/sagefly/sagefly/engine/runner/internal/shim"
)

// isolation does not exist outside Linux.
type isolation struct{}

func (isolation) attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

func programAttributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

func probe() (isolation, error) {
	return isolation{}, errors.New("namespaces: this operating system has none")
}

func probeMain(shim.Dir) int { return 2 }

func enter(shim.Dir, *order) error { return errors.New("namespaces: this operating system has none") }

// Outside Linux there is no way to become the parent of orphans: the process group is ended, and what left it lives on.
func becomeSubreaper() {}

func killChildren() {}

// oomWatch sees nothing here.
type oomWatch struct{}

func newOOMWatch(*group) oomWatch { return oomWatch{} }

func (oomWatch) happened(syscall.WaitStatus) bool { return false }

// group does not exist outside Linux.
type group struct{}

func newGroup(string, int64) (*group, error) {
	return nil, errors.New("this operating system has no control groups")
}

func (*group) remove() {}

func forkExec(_ *group, path string, argv []string, attr *syscall.ProcAttr) (int, error) {
	return syscall.ForkExec(path, argv, attr)
}
