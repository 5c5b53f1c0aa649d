package process

import "github.com/sagefly/sagefly/engine/runner/internal/shim"

// Kinds of shim.
const (
	hostKind  = "host"
	probeKind = "probe"
)

// Init makes this process a shim when a runner started it as one; then it does not return. Otherwise it returns at
// once. It must be called on the main goroutine before anything that costs time or prints: first thing in main or
// TestMain.
func Init() {
	shim.Init(map[string]func(shim.Dir) int{hostKind: hostMain, probeKind: probeMain})
}
