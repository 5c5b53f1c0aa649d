//go:build !sagefly_task

package cli

import (
	"github.com/spf13/cobra"
)

func newValidate(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "validate FILE",
		Short: "Check a job file",
		Long: `Check a job file, a CreateTrainingJob request in YAML or JSON, by the API's own rules. Nothing runs.
Unknown members, which the API ignores, are errors here. - is the standard input.`,
		Args: args(1, 1, "a job file"),
		RunE: func(_ *cobra.Command, args []string) error {
			f, err := readJobFile(args[0], a.io.In)
			if err != nil {
				return err
			}
			if found := f.validate(); len(found) > 0 {
				return found
			}
			if a.json {
				return a.screen.object(map[string]any{"Valid": true, "TrainingJobName": f.tree["TrainingJobName"]})
			}
			a.screen.print("%s: ok, job %v", args[0], f.tree["TrainingJobName"])
			a.screen.note("run it:  sagefly train --file %s", shellQuote(args[0]))
			return nil
		},
	}
}
