package process

import (
	"bufio"
	"fmt"
	"os"
	"syscall"
)

// isolation is the set of namespaces a shim lives in. The zero value is none.
type isolation struct {
	flags uintptr
}

const (
	withMount = syscall.CLONE_NEWNS
	withPid   = syscall.CLONE_NEWPID
	withUser  = syscall.CLONE_NEWUSER
)

// candidates are the useful sets, best first. With a user namespace even root's program has no power over the machine.
// Without a PID namespace (a container that masks parts of /proc forbids another /proc) the shim collects what the
// program leaves behind by itself.
func candidates() []isolation {
	list := []isolation{{withUser | withMount | withPid}, {withUser | withMount}}
	if os.Geteuid() == 0 {
		list = append(list, isolation{withMount | withPid}, isolation{withMount})
	}
	return list
}

// attributes are the shim's: a session of its own, in its namespaces. Root keeps all user numbers, anyone else becomes
// root inside.
func (i isolation) attributes() *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{Setsid: true, Cloneflags: i.flags}
	if i.flags&withUser == 0 {
		return a
	}
	if os.Geteuid() == 0 {
		a.UidMappings, a.GidMappings = ownMap("/proc/self/uid_map"), ownMap("/proc/self/gid_map")
		a.GidMappingsEnableSetgroups = true
		return a
	}
	a.UidMappings = []syscall.SysProcIDMap{{HostID: os.Geteuid(), Size: 1}}
	a.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getegid(), Size: 1}}
	return a
}

// ownMap maps every number that this process's own user namespace knows to itself.
func ownMap(name string) []syscall.SysProcIDMap {
	only := []syscall.SysProcIDMap{{Size: 1}}
	f, err := os.Open(name)
	if err != nil {
		return only
	}
	defer f.Close()
	var list []syscall.SysProcIDMap
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var inside, outside, size int
		if _, err := fmt.Sscan(lines.Text(), &inside, &outside, &size); err != nil {
			return only
		}
		list = append(list, syscall.SysProcIDMap{ContainerID: inside, HostID: inside, Size: size})
	}
	if len(list) == 0 {
		return only
	}
	return list
}

// programAttributes are the program's: a process group of its own, and no life without the shim. (In a PID namespace
// the kernel sees to the latter by itself.)
func programAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
