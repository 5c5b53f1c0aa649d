//go:build !sagefly_task

package cli

import (
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/sagefly/sagefly/internal/version"
)

func newVersion(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  args(0, 0, ""),
		RunE: func(*cobra.Command, []string) error {
			if a.json {
				return a.screen.object(map[string]string{
					"Version": version.Version, "Revision": revision(),
					"Go": runtime.Version(), "Platform": runtime.GOOS + "/" + runtime.GOARCH,
				})
			}
			a.screen.print("sagefly %s", version.Version)
			return nil
		},
	}
}

// revision is the commit that the program was built from, "" when the build does not say.
func revision() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return s.Value
		}
	}
	return ""
}
