// Package all knows every way in which a program stands by a job's host.
package all

import (
	"os"

	"github.com/sagefly/sagefly/engine/runner/docker"
	"github.com/sagefly/sagefly/engine/runner/process"
	"github.com/sagefly/sagefly/internal/entry"
)

// Init makes this process a shim, or the entry of a script, when a runner started it as one; then it does not return. Otherwise it returns at
// once. It must be called on the main goroutine before anything that costs time or prints.
func Init() {
	process.Init()
	docker.Init()
	if os.Getenv(entry.Variable) != "" {
		os.Exit(entry.Main(entry.System()))
	}
}
