package version

import (
	"runtime/debug"
	"testing"
)

// Only what surely names one unchanged source has a name.
func TestSource(t *testing.T) {
	t.Parallel()
	built := func(path, revision, modified, sum string, deps ...*debug.Module) *debug.BuildInfo {
		return &debug.BuildInfo{
			Main:     debug.Module{Path: path, Version: "v1.2.3", Sum: sum},
			Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: revision}, {Key: "vcs.modified", Value: modified}},
			Deps:     deps,
		}
	}
	dependency := func(sum string, replace *debug.Module) *debug.Module {
		return &debug.Module{Path: module, Version: "v1.2.3", Sum: sum, Replace: replace}
	}
	for name, tt := range map[string]struct {
		info *debug.BuildInfo
		want string
	}{
		"a commit":                              {built(module, "abc", "false", ""), "abc"},
		"a commit and changes":                  {built(module, "abc", "true", ""), ""},
		"no note":                               {built(module, "", "", ""), ""},
		"go install of a release":               {built(module, "", "", "h1:x"), "v1.2.3 h1:x"},
		"a program of one's own":                {built("example.com/mine", "abc", "false", ""), ""},
		"a program of one's own over a release": {built("example.com/mine", "abc", "false", "", dependency("h1:x", nil)), "v1.2.3 h1:x"},
		"… which is replaced":                   {built("example.com/mine", "abc", "false", "", dependency("h1:x", &debug.Module{Path: "../sagefly"})), ""},
	} {
		if got := source(tt.info); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}
