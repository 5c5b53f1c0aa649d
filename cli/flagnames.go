//go:build !sagefly_task

package cli

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// flagNames are the flags that a command takes, those of every command too.
func flagNames(cmd *cobra.Command) []string {
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, f.Name)
		}
	})
	return names
}
