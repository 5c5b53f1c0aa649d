package shim

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
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
	fields, ok := StatFields(fmt.Sprintf("/proc/%d/stat", pid))
	if !ok || len(fields) < 20 {
		return ""
	}
	return fmt.Sprintf("%s/%s", bytes.TrimSpace(boot), fields[19])
}

// StatFields are the fields of a process's stat file from the third (state) on.
func StatFields(name string) ([]string, bool) {
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
