package image

import (
	"debug/buildinfo"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"sync"
)

// entryProgram is the command that runs scripts: sagefly-train beside this executable, when it was built from the very same source (it
// starts in a fraction of the time, for it holds no engine), else this binary itself, which Init makes an entry.
var entryProgram = sync.OnceValues(func() (string, error) {
	self, err := os.Executable()
	if err == nil {
		small := filepath.Join(filepath.Dir(self), "sagefly-train")
		ours, ok := debug.ReadBuildInfo()
		if theirs, err := buildinfo.ReadFile(small); ok && err == nil && sameSource(ours, theirs) {
			return small, nil
		}
	}
	if runtime.GOOS == "linux" { // also when the file was replaced or removed since this process started, as for shims
		return "/proc/self/exe", nil
	}
	return self, err
})

// sameSource compares what the go command noted: the same commit without changes, or the same released module.
func sameSource(a, b *debug.BuildInfo) bool {
	x, y := source(a), source(b)
	return x == y && x != ""
}

// source is "" when it cannot be told.
func source(b *debug.BuildInfo) string {
	settings := map[string]string{}
	for _, s := range b.Settings {
		settings[s.Key] = s.Value
	}
	switch {
	case b.Main.Path != module:
		return "" // a user's own program, of whose version of this module the note says too little
	case settings["vcs.modified"] == "false" && settings["vcs.revision"] != "":
		return settings["vcs.revision"]
	case b.Main.Sum != "":
		return b.Main.Version + " " + b.Main.Sum
	}
	return ""
}

const module = "github.com/sagefly/sagefly"
