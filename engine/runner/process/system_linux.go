package process

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/sagefly/sagefly/engine/runner/internal/shim"
)

// becomeSubreaper makes orphans among the program's descendants children of this process.
func becomeSubreaper() {
	// The call exists since Linux 3.4; without it only the process group is ended.
	_ = unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
}

// killChildren kills all children of this process; the first process of a PID namespace kills all others in it.
func killChildren() {
	if os.Getpid() == 1 {
		syscall.Kill(-1, syscall.SIGKILL)
		return
	}
	own := strconv.Itoa(os.Getpid())
	names, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return
	}
	for _, name := range names {
		if fields, ok := shim.StatFields(name); ok && len(fields) > 1 && fields[1] == own {
			if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(name))); err == nil {
				syscall.Kill(pid, syscall.SIGKILL)
			}
		}
	}
}

// oomWatch notices that the kernel ended processes for want of memory. A host with a control group has a counter of its
// own. Else the counter is the machine's, and counts only together with a SIGKILL that nobody here sent.
type oomWatch struct {
	group  *group
	before string
}

func newOOMWatch(g *group) oomWatch { return oomWatch{group: g, before: oomKills()} }

func (o oomWatch) happened(status syscall.WaitStatus) bool {
	if o.group != nil {
		return status != 0 && o.group.oomKills() > 0
	}
	return status.Signaled() && status.Signal() == syscall.SIGKILL && oomKills() != o.before
}

func oomKills() string { return counter("/proc/vmstat", "oom_kill") }

// counter is a number of a file with one name and number a line; "" when it is not there.
func counter(file, name string) string {
	data, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(data)) {
		if n, ok := strings.CutPrefix(line, name+" "); ok {
			return strings.TrimSpace(n)
		}
	}
	return ""
}
