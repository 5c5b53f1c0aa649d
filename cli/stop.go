//go:build !sagefly_task

package cli

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/spf13/cobra"
)

func newStop(a *app) *cobra.Command {
	var wait bool
	cmd := &cobra.Command{
		Use:   "stop NAME…",
		Short: "Stop jobs",
		Long: "Stop training jobs or tuning jobs. A training job gets two minutes to end by itself; what its model folder holds then is kept. With a " +
			"tuning job all its trials are stopped.",
		Args:              args(1, -1, "the name of a job"),
		ValidArgsFunction: a.completeJobs,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.with(cmd.Context(), func(ctx context.Context, t *target) error { return a.stop(ctx, t, args, wait) })
		},
	}
	cmd.Flags().BoolVar(&wait, "wait", false, "wait until they have ended")
	return cmd
}

func (a *app) stop(ctx context.Context, t *target, names []string, wait bool) error {
	for _, name := range names {
		job, tuning, err := t.lookUp(ctx, name)
		if err != nil {
			return err
		}
		if tuning != nil {
			err = a.stopOne(ctx, name, string(tuning.HyperParameterTuningJobStatus), t.stopTuning)
		} else {
			err = a.stopOne(ctx, name, string(job.TrainingJobStatus), t.stopTraining)
		}
		if err != nil || !wait {
			if err != nil {
				return err
			}
			continue
		}
		if _, err := a.awaitEnd(ctx, t, name, tuning != nil); err != nil {
			return err
		}
	}
	return nil
}

// stopOne asks for a job's end, unless it has come.
func (a *app) stopOne(ctx context.Context, name, status string, stop func(context.Context, string) error) error {
	if ended(types.TrainingJobStatus(status)) { // the words are those of tuning jobs too
		a.screen.note("%s has ended already: %s", name, status)
		return nil
	}
	if err := stop(ctx, name); err != nil {
		return err
	}
	a.screen.note("stopping %s", name)
	return nil
}
