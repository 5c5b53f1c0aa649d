//go:build !sagefly_task

package cli

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/spf13/cobra"
)

func newStop(a *app) *cobra.Command {
	var wait bool
	cmd := &cobra.Command{
		Use:               "stop NAME…",
		Short:             "Stop jobs",
		Long:              "Stop jobs. A job gets two minutes to end by itself; what its model folder holds then is kept.",
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
		job, err := t.describe(ctx, name)
		if err != nil {
			return err
		}
		if ended(job.TrainingJobStatus) {
			a.screen.note("%s has ended already: %s", name, job.TrainingJobStatus)
			continue
		}
		_, err = t.jobs().StopTrainingJob(ctx, &sagemaker.StopTrainingJobInput{TrainingJobName: &name})
		if err != nil && !hasCode(err, "ValidationException") { // it ended this moment
			return err
		}
		a.screen.note("stopping %s", name)
		if !wait {
			continue
		}
		job, err = newFollower(t, a.screen, name).run(ctx)
		if err != nil {
			return err
		}
		if err := a.reportWaited(job); err != nil {
			return err
		}
	}
	return nil
}
