package process

import (
	"fmt"
	"os"
	"runtime"
	"sync/atomic"
)

// A shim is recognised by its name and its environment together: neither alone can be met by accident.
const (
	shimName     = "sagefly-shim"
	shimVariable = "SAGEFLY_SHIM"
)

// initCalled is the one thing this package remembers of its process: whether a second start of this binary would become
// a shim. Without it a forgotten Init would start the user's program again and again.
var initCalled atomic.Bool

// Init makes this process a shim when a runner started it as one; then it does not return. Otherwise it returns at
// once. It must be called on the main goroutine before anything that costs time or prints: first thing in main or
// TestMain.
func Init() {
	if os.Args[0] != shimName || os.Getenv(shimVariable) == "" || len(os.Args) != 3 {
		initCalled.Store(true)
		return
	}
	// Namespaces, capabilities and the death signal of children belong to a thread, not to the process.
	runtime.LockOSThread()
	switch kind, dir := os.Args[1], os.Args[2]; kind {
	case "host":
		os.Exit(shimMain(runDir(dir)))
	case "probe":
		os.Exit(probeMain(runDir(dir)))
	default:
		fmt.Fprintf(os.Stderr, "shim: unknown kind %q\n", kind)
		os.Exit(2)
	}
}
