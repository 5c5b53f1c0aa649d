//go:build !sagefly_task

package cli

import (
	"github.com/spf13/cobra"
)

func newValidate(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "validate FILE",
		Short: "Check a job file",
		Long: `Check a job file, a CreateTrainingJob or CreateHyperParameterTuningJob request in YAML or JSON, by the API's own rules. Nothing runs.
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
			member, kind, verb := "TrainingJobName", "job", "train"
			if f.isTuning() {
				if err := f.checkSearched(); err != nil {
					return err
				}
				member, kind, verb = "HyperParameterTuningJobName", "tuning job", "tune"
			}
			if a.json {
				return a.screen.object(map[string]any{"Valid": true, member: f.tree[member]})
			}
			a.screen.print("%s: ok, %s %v", args[0], kind, f.tree[member])
			a.screen.note("run it:  sagefly %s --file %s", verb, shellQuote(args[0]))
			return nil
		},
	}
}
