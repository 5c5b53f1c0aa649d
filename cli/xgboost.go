//go:build !sagefly_task

package cli

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sagefly/sagefly/algorithm"
	"github.com/sagefly/sagefly/internal/libxgboost"
)

func newXGBoost(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "xgboost",
		Short: "Manage the XGBoost library",
		Args:  cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(cmd, args[0])
			}
			return cmd.Help()
		},
	}
	cmd.AddCommand(&cobra.Command{
		Use:   "install [VERSION]",
		Short: "Fetch the XGBoost library of a version",
		Long: `Fetch the XGBoost library of a version (default ` + libxgboost.Default + `) as a pinned Python wheel, through your own pip and with
hashes, into the user's cache. An image tag such as 1.7-1 means the library of that image.`,
		Args: args(0, 1, ""),
		RunE: func(cmd *cobra.Command, args []string) error {
			path, err := a.installXGBoost(cmd.Context(), libraryVersion(args))
			if err != nil {
				return err
			}
			if a.json {
				return a.screen.object(map[string]string{"Path": path})
			}
			a.screen.print("%s", path)
			return nil
		},
		ValidArgs: libxgboost.Versions(),
	})
	return cmd
}

// libraryVersion reads a version or an image tag.
func libraryVersion(args []string) string {
	if len(args) == 0 {
		return libxgboost.Default
	}
	xgb, _ := algorithm.Lookup("xgboost")
	i := slices.IndexFunc(xgb.Versions, func(v algorithm.Version) bool { return v.Tag == args[0] })
	if i >= 0 {
		return cmp.Or(xgb.Versions[i].LibraryVersion, args[0])
	}
	return args[0]
}

// installXGBoost fetches a library; what is downloaded and how large it is, is said before.
func (a *app) installXGBoost(ctx context.Context, version string) (string, error) {
	if _, err := libxgboost.Describe(version); err != nil {
		return "", usage(fmt.Sprintf("XGBoost %s cannot be installed", version), err.Error())
	}
	path, err := libxgboost.Install(ctx, version, libxgboost.Options{Env: a.io.Env, Progress: noteWriter{a.screen}})
	if err != nil {
		return "", &Problem{
			What: "XGBoost " + version + " was not installed", Why: err.Error(), Cause: err,
			Fix: []string{
				"python3 with pip is needed, and the network or PIP_FIND_LINKS",
				"or name a library you have:  " + libxgboost.Variable + "=/path/to/libxgboost.so",
			},
		}
	}
	return path, nil
}

// noteWriter makes notes of written lines.
type noteWriter struct{ screen *screen }

func (w noteWriter) Write(b []byte) (int, error) {
	for line := range strings.Lines(string(b)) {
		w.screen.note("%s", strings.TrimRight(line, "\n"))
	}
	return len(b), nil
}
