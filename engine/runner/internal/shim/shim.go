// Package shim is the process that owns one host and outlives the engine, as the runners of real hosts share it.
//
// A shim is this very binary, or the small sagefly-host of the same source, started under a private name. It is a session
// of its own and needs nothing of the process that started it. A runner says what its kinds of shim do ([Init], [Live]);
// this package starts one shim a directory ([Start]), finds and signals it from any engine ([Host], [Recover]), and keeps
// deadline and grace ([Supervision]).
//
// Files in Spec.Dir/run: spec.json (0600, what to run), lock (held by flock from before the shim starts until it has
// ended: the proof that it lives), shim.json (its process), exit.json (the [runner.Exit]), shim.err (its own trouble).
package shim

import (
	"os"
	"runtime"
	"sync"
	"syscall"

	"github.com/sagefly/sagefly/engine/internal/helper"
)

// A shim is recognised by its name and its environment together: neither alone can be met by accident.
const (
	shimName     = "sagefly-shim"
	shimVariable = "SAGEFLY_SHIM"
)

// known are the kinds for which Init was called. It is the one thing this package remembers of its process: whether a
// second start of this binary would become a shim. Without it a forgotten Init would start the user's program again and
// again.
var known sync.Map

// Init makes this process a shim when it was started as one of these kinds; then it does not return. Otherwise it
// returns at once. It must be called on the main goroutine before anything that costs time or prints.
func Init(kinds map[string]func(Dir) int) {
	for kind := range kinds {
		known.Store(kind, true)
	}
	if os.Args[0] != shimName || os.Getenv(shimVariable) == "" || len(os.Args) != 3 {
		return
	}
	if life := kinds[os.Args[1]]; life != nil {
		// Namespaces, capabilities and the death signal of children belong to a thread, not to the process.
		runtime.LockOSThread()
		os.Exit(life(Dir(os.Args[2])))
	}
}

// Known says whether this process called Init with that kind.
func Known(kind string) bool {
	_, ok := known.Load(kind)
	return ok
}

// Spawn starts a shim: own session, nothing of our environment, no terminal, and the given files
// as descriptors 2, 3, ….
func Spawn(kind string, d Dir, attributes *syscall.SysProcAttr, files ...*os.File) (*os.Process, error) {
	exe, err := helper.Program()
	if err != nil {
		return nil, err
	}
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	defer null.Close()
	return os.StartProcess(exe, []string{shimName, kind, string(d)}, &os.ProcAttr{
		Dir:   "/",
		Env:   []string{shimVariable + "=1"},
		Files: append([]*os.File{null, null}, files...),
		Sys:   attributes,
	})
}
