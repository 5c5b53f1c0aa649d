//go:build !sagefly_task

package cli

import (
	"bufio"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/spf13/cobra"

	"github.com/sagefly/sagefly/cloud"
)

type pruneFlags struct {
	older time.Duration
	keep  int
	yes   bool
}

func newPrune(a *app) *cobra.Command {
	var o pruneFlags
	cmd := &cobra.Command{
		Use:   "prune",
		Short: "Delete old jobs and their files",
		Long: `Delete jobs that have ended, with their input, models and output under s3://BUCKET/JOB/. A tuning job goes with all its trials.
--older-than and --keep say which; without either nothing is deleted.`,
		Example: "  sagefly prune --older-than 168h\n  sagefly prune --keep 50 --yes",
		Args:    args(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.older <= 0 && o.keep < 0 {
				return usage("prune needs to know what to delete", "", "--older-than 168h", "--keep 50")
			}
			return a.with(cmd.Context(), func(ctx context.Context, t *target) error { return a.prune(ctx, t, o) })
		},
	}
	f := cmd.Flags()
	f.DurationVar(&o.older, "older-than", 0, "jobs that were created longer ago than this")
	f.IntVar(&o.keep, "keep", -1, "all but the newest so many")
	f.BoolVar(&o.yes, "yes", false, "do not ask")
	return cmd
}

func (a *app) prune(ctx context.Context, t *target, o pruneFlags) error {
	all, err := a.jobList(ctx, t, jobsFlags{}, "")
	if err != nil {
		return err
	}
	jobs := o.choose(all.rows, a.screen.now())
	a.screen.note("%s", a.screen.paintE.bold(t.name))
	if len(jobs) == 0 {
		a.screen.note("nothing to delete: %s, none of them ended and old enough", plural(len(all.rows), "job"))
		return nil
	}
	if !o.yes {
		if err := a.confirm(fmt.Sprintf("delete %s with their files, from %s to %s?", plural(len(jobs), "job"),
			jobs[len(jobs)-1].name, jobs[0].name)); err != nil {
			return err
		}
	}
	for _, job := range jobs {
		remove := t.remove
		if job.tuning != nil {
			remove = t.removeTuning
		}
		if err := remove(ctx, job.name); err != nil {
			return err
		}
		a.screen.print("%s", job.name)
	}
	a.screen.note("deleted %s", plural(len(jobs), "job"))
	return nil
}

// choose picks from the jobs, newest first, those that have ended and are old enough.
func (o pruneFlags) choose(all []jobRow, now time.Time) []jobRow {
	var jobs []jobRow
	for i, job := range all {
		old := o.older <= 0 || now.Sub(job.created) > o.older
		if ended(job.status) && old && (o.keep < 0 || i >= o.keep) {
			jobs = append(jobs, job)
		}
	}
	return jobs
}

// confirm asks at a terminal; elsewhere the flag that answers has to be there.
func (a *app) confirm(question string) error {
	if !isTerminal(a.io.In) {
		return usage("this needs a yes", question, "--yes")
	}
	fmt.Fprintf(a.io.Err, "%s [y/N] ", question)
	answer, _ := bufio.NewReader(a.io.In).ReadString('\n')
	if !strings.HasPrefix(strings.ToLower(strings.TrimSpace(answer)), "y") {
		a.screen.note("nothing was deleted")
		return exit(exitInterrupted)
	}
	return nil
}

// remove deletes a job and the objects under its name, in its own output bucket and in the default one.
func (t *target) remove(ctx context.Context, name string) error {
	job, err := t.describe(ctx, name)
	if err != nil {
		return err
	}
	place, err := t.where(ctx)
	if err != nil {
		return err
	}
	if err := t.removePrefix(ctx, place.bucket, name+"/"); err != nil {
		return err
	}
	if job.OutputDataConfig != nil {
		bucket, key, ok := splitS3(deref(job.OutputDataConfig.S3OutputPath))
		if prefix := strings.TrimPrefix(strings.TrimSuffix(key, "/")+"/"+name+"/", "/"); ok && (bucket != place.bucket || prefix != name+"/") {
			if err := t.removePrefix(ctx, bucket, prefix); err != nil {
				return err
			}
		}
	}
	_, err = t.jobs().DeleteTrainingJob(ctx, &sagemaker.DeleteTrainingJobInput{TrainingJobName: &name})
	return err
}

// removeTuning deletes a tuning job with its trials, and the objects under its name and theirs.
func (t *target) removeTuning(ctx context.Context, name string) error {
	trials, err := cloud.Trials(ctx, t.aws, name)
	if err != nil {
		return err
	}
	place, err := t.where(ctx)
	if err != nil {
		return err
	}
	if _, err := t.jobs().DeleteHyperParameterTuningJob(ctx, &sagemaker.DeleteHyperParameterTuningJobInput{HyperParameterTuningJobName: &name}); err != nil {
		return err
	}
	for _, one := range trials {
		if err := t.remove(ctx, deref(one.TrainingJobName)); err != nil {
			return err
		}
	}
	return t.removePrefix(ctx, place.bucket, name+"/")
}

func (t *target) removePrefix(ctx context.Context, bucket, prefix string) error {
	pages := s3.NewListObjectsV2Paginator(t.objects(), &s3.ListObjectsV2Input{Bucket: &bucket, Prefix: &prefix})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if hasCode(err, "NoSuchBucket", "NotFound") {
			return nil
		}
		if err != nil {
			return err
		}
		var keys []s3types.ObjectIdentifier
		for _, object := range page.Contents {
			keys = append(keys, s3types.ObjectIdentifier{Key: object.Key})
		}
		if len(keys) == 0 {
			continue
		}
		if _, err := t.objects().DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: &bucket, Delete: &s3types.Delete{Objects: keys, Quiet: new(true)}}); err != nil {
			return fmt.Errorf("delete objects of %s: %w", prefix, err)
		}
	}
	return nil
}
