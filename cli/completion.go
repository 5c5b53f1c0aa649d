//go:build !sagefly_task

package cli

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sagefly/sagefly/algorithm"
)

func newCompletion() *cobra.Command {
	shells := []string{"bash", "zsh", "fish", "powershell"}
	return &cobra.Command{
		Use:   "completion bash|zsh|fish|powershell",
		Short: "Print a completion script for a shell",
		Long: `Print a completion script, which also completes the names of jobs.

  source <(sagefly completion bash)
  sagefly completion zsh > "${fpath[1]}/_sagefly"
  sagefly completion fish > ~/.config/fish/completions/sagefly.fish
  sagefly completion powershell | Out-String | Invoke-Expression`,
		Args:      args(1, 1, "a shell: "+strings.Join(shells, ", ")),
		ValidArgs: shells,
		RunE: func(cmd *cobra.Command, args []string) error {
			root, out := cmd.Root(), cmd.OutOrStdout()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(out, true)
			case "zsh":
				return root.GenZshCompletion(out)
			case "fish":
				return root.GenFishCompletion(out, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(out)
			}
			return usage(fmt.Sprintf("no completion for %q", args[0]), "", shells...)
		},
	}
}

func completeAlgorithms(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	var names []string
	if len(args) == 0 {
		for _, name := range algorithm.Names() {
			names = append(names, name)
			found, _ := algorithm.Lookup(name)
			for _, tag := range trainable(found) {
				names = append(names, name+":"+tag)
			}
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// completeJobs completes the names of the newest jobs, if the target answers quickly.
func (a *app) completeJobs(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	ctx, cancel := context.WithTimeout(cmd.Context(), time.Second)
	defer cancel()
	a.completing, a.screen.err = true, io.Discard
	t, err := a.target(ctx)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	defer t.close()
	return t.jobNames(ctx), cobra.ShellCompDirectiveNoFileComp
}
