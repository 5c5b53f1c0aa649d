//go:build !linux

package shim

import "os"

func self() (string, error) { return os.Executable() }

func outerPid() int { return os.Getpid() }

func startIdentity(int) string { return "" }
