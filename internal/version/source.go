package version

import "runtime/debug"

// stamp is set by the linker, under the name StampVariable, in programs that carry no note of the commit.
var stamp string

// StampVariable is what `go build -ldflags=-X NAME=TEXT` sets, so that [Source] is that text.
const StampVariable = module + "/internal/version.stamp"

// Source names the source this program was built from, so that two programs can tell whether they belong together: the commit, if nothing
// was changed on top of it, the checksum of the released module, or what it was stamped with. "" = it cannot be told.
func Source() string {
	if stamp != "" {
		return stamp
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	return source(info)
}

const module = "github.com/sagefly/sagefly"

func source(b *debug.BuildInfo) string {
	if b.Main.Path != module { // a user's own program
		for _, d := range b.Deps {
			if d.Path == module && d.Replace == nil {
				return released(d)
			}
		}
		return ""
	}
	settings := map[string]string{}
	for _, s := range b.Settings {
		settings[s.Key] = s.Value
	}
	if settings["vcs.modified"] == "false" && settings["vcs.revision"] != "" {
		return settings["vcs.revision"]
	}
	return released(&b.Main)
}

func released(m *debug.Module) string {
	if m.Sum == "" {
		return ""
	}
	return m.Version + " " + m.Sum
}
