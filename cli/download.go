//go:build !sagefly_task

package cli

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/spf13/cobra"

	"github.com/sagefly/sagefly/internal/atomicfile"
	"github.com/sagefly/sagefly/internal/tarball"
)

// download says where a job's files go and whether archives stay packed.
type download struct {
	out string
	raw bool
}

func newDownload(a *app) *cobra.Command {
	var o download
	cmd := &cobra.Command{
		Use:   "download NAME",
		Short: "Fetch a job's model and output",
		Long: `Fetch a job's model into a folder: the files of model.tar.gz, and those of output.tar.gz in its folder "output" when
there are any. Existing files are replaced. Of a tuning job it is its best trial's model.`,
		Args:              args(1, 1, "the name of a job"),
		ValidArgsFunction: a.completeJobs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.out == "" {
				o.out = args[0]
			}
			return a.with(cmd.Context(), func(ctx context.Context, t *target) error { return a.download(ctx, t, args[0], o) })
		},
	}
	cmd.Flags().StringVar(&o.out, "out", "", "folder (default: the job's name)")
	cmd.Flags().BoolVar(&o.raw, "raw", false, "keep the archives packed")
	return cmd
}

func (a *app) download(ctx context.Context, t *target, name string, o download) error {
	job, tuning, err := t.lookUp(ctx, name)
	if err == nil && tuning != nil {
		job, err = t.bestJob(ctx, tuning)
	}
	if err != nil {
		return err
	}
	name = *job.TrainingJobName
	if !ended(job.TrainingJobStatus) {
		return refused(name+" has not ended", "its model is uploaded at the end", "wait for it:  sagefly wait "+name)
	}
	where, err := a.fetch(ctx, t, job, o)
	if err != nil {
		return err
	}
	if a.json {
		return a.screen.object(map[string]string{"TrainingJobName": name, "Path": where})
	}
	a.screen.print("%s", where)
	return nil
}

// fetch downloads a job's archives and returns the folder.
func (a *app) fetch(ctx context.Context, t *target, job *sagemaker.DescribeTrainingJobOutput, o download) (string, error) {
	name := *job.TrainingJobName
	dir, err := filepath.Abs(o.out)
	if err != nil {
		return "", err
	}
	uri := ""
	if job.ModelArtifacts != nil {
		uri = deref(job.ModelArtifacts.S3ModelArtifacts)
	}
	bucket, key, ok := splitS3(uri)
	if !ok {
		return "", &Problem{What: name + " has no model", Why: "the job ended " + string(job.TrainingJobStatus), Fix: []string{"sagefly show " + name}}
	}
	found := false
	for _, part := range []struct{ key, dir string }{{key, dir}, {path.Join(path.Dir(key), "output.tar.gz"), filepath.Join(dir, "output")}} {
		err := t.fetchArchive(ctx, bucket, part.key, part.dir, o.raw)
		if hasCode(err, "NoSuchKey", "NotFound", "NoSuchBucket") {
			continue
		}
		if err != nil {
			return "", err
		}
		found = true
	}
	if !found {
		return "", &Problem{
			What: name + " has no model", Where: uri, Why: "the object is not there; the job ended " + string(job.TrainingJobStatus),
			Fix: []string{"sagefly show " + name},
		}
	}
	return dir, nil
}

func (t *target) fetchArchive(ctx context.Context, bucket, key, dir string, raw bool) error {
	object, err := t.objects().GetObject(ctx, &s3.GetObjectInput{Bucket: &bucket, Key: &key})
	if err != nil {
		return err
	}
	defer object.Body.Close()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if raw {
		return atomicfile.CopyFile(filepath.Join(dir, path.Base(key)), object.Body, 0o644)
	}
	if err := tarball.Extract(object.Body, tarball.Member{Name: "."}, dir); err != nil {
		return fmt.Errorf("unpack s3://%s/%s: %w", bucket, key, err)
	}
	return nil
}
