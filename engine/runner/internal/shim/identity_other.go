//go:build !linux

package shim

import "os"

func executable() (string, error) { return os.Executable() }

func outerPid() int { return os.Getpid() }

func startIdentity(int) string { return "" }
