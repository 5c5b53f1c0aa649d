package process

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// outerPid is this process's number outside its PID namespace. It must be asked before the namespace's own /proc is
// mounted.
func outerPid() int {
	if name, err := os.Readlink("/proc/self"); err == nil {
		if pid, err := strconv.Atoi(name); err == nil {
			return pid
		}
	}
	return os.Getpid()
}

// startIdentity tells a process from any other that ever had its number: boot and start time. It is "" when there is no
// such process.
func startIdentity(pid int) string {
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	fields, ok := statFields(fmt.Sprintf("/proc/%d/stat", pid))
	if !ok || len(fields) < 20 {
		return ""
	}
	return fmt.Sprintf("%s/%s", bytes.TrimSpace(boot), fields[19])
}

// statFields are the fields of a stat file from the third (state) on.
func statFields(name string) ([]string, bool) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, false
	}
	end := bytes.LastIndexByte(data, ')') // the name before it may hold anything
	if end < 0 {
		return nil, false
	}
	return strings.Fields(string(data[end+1:])), true
}

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
		if fields, ok := statFields(name); ok && len(fields) > 1 && fields[1] == own {
			if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(name))); err == nil {
				syscall.Kill(pid, syscall.SIGKILL)
			}
		}
	}
}

// oomWatch notices that the kernel ended processes for want of memory. The counter is the machine's, so it only counts
// together with a SIGKILL that nobody here sent.
type oomWatch struct{ before string }

func newOOMWatch() oomWatch { return oomWatch{before: oomKills()} }

func (o oomWatch) happened() bool { return oomKills() != o.before }

func oomKills() string {
	data, err := os.ReadFile("/proc/vmstat")
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(data)) {
		if n, ok := strings.CutPrefix(line, "oom_kill "); ok {
			return n
		}
	}
	return ""
}
