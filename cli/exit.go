//go:build !sagefly_task

package cli

import "github.com/spf13/cobra"

// Exit codes of every command.
const (
	exitOK          = 0
	exitError       = 1
	exitUsage       = 2
	exitFailed      = 3 // the job ended Failed
	exitAccess      = 4 // credentials or access
	exitStopped     = 5 // the job ended Stopped
	exitTimeout     = 6 // a wait ran out, the job goes on
	exitRefused     = 7 // refused before anything ran
	exitQuota       = 8
	exitInterrupted = 130 // interrupted or detached
)

func newExitCodes() *cobra.Command {
	return &cobra.Command{
		Use:   "exit-codes",
		Short: "What the exit codes mean",
		Long: `  0    ok
  1    error
  2    wrong usage
  3    the job ended Failed
  4    credentials or access
  5    the job ended Stopped
  6    a wait ran out; the job goes on
  7    refused before anything ran
  8    quota or capacity
  130  interrupted, or detached from a job that goes on`,
	}
}
