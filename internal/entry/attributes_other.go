//go:build !linux

package entry

import "syscall"

// programAttributes: a process group of its own, which gets every signal once.
func programAttributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
