package image

import (
	"os"
	"runtime"

	"github.com/sagefly/sagefly/engine/internal/helper"
)

// entryProgram is the command that runs scripts: the shim's own program on Linux, which is there even when its file was replaced or removed
// since; elsewhere sagefly-host, or this binary.
func entryProgram() (string, error) {
	if runtime.GOOS == "linux" {
		return "/proc/self/exe", nil
	}
	if path := helper.Path(); path != "" {
		return path, nil
	}
	return os.Executable()
}
