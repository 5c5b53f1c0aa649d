package image

import (
	"runtime/debug"
	"testing"
)

// Only two programs of the same unchanged source count as one version.
func TestSameSource(t *testing.T) {
	t.Parallel()
	built := func(path, revision, modified, sum string) *debug.BuildInfo {
		return &debug.BuildInfo{
			Main:     debug.Module{Path: path, Version: "v1.2.3", Sum: sum},
			Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: revision}, {Key: "vcs.modified", Value: modified}},
		}
	}
	for _, tt := range []struct {
		a, b *debug.BuildInfo
		want bool
	}{
		{built(module, "abc", "false", ""), built(module, "abc", "false", ""), true},
		{built(module, "abc", "false", ""), built(module, "def", "false", ""), false},
		{built(module, "abc", "true", ""), built(module, "abc", "true", ""), false},
		{built(module, "", "", ""), built(module, "", "", ""), false},
		{built(module, "", "", "h1:x"), built(module, "", "", "h1:x"), true},
		{built(module, "", "", "h1:x"), built(module, "", "", "h1:y"), false},
		{built("example.com/mine", "abc", "false", ""), built("example.com/mine", "abc", "false", ""), false},
	} {
		if got := sameSource(tt.a, tt.b); got != tt.want {
			t.Errorf("%+v and %+v: %v, want %v", tt.a, tt.b, got, tt.want)
		}
	}
}
