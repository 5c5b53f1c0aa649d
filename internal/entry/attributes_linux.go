package entry

import "syscall"

// programAttributes: a process group of its own, which gets every signal once, and no life without this process.
func programAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
