package job

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagefly/sagefly/engine/internal/artifact"
	"github.com/sagefly/sagefly/engine/internal/input"
	"github.com/sagefly/sagefly/engine/internal/lifecycle"
	"github.com/sagefly/sagefly/engine/internal/log"
	"github.com/sagefly/sagefly/engine/internal/metric"
	"github.com/sagefly/sagefly/engine/internal/object"
)

// upload writes the archives and reads the logs to their end for the final metrics. It can be repeated.
func (v *supervisor) upload() {
	metrics, err := v.finalMetrics()
	if err != nil {
		v.service.Logger.Error("metrics not read", "job", v.row.Name, "err", err)
	}
	if err := errors.Join(v.archive(v.over), v.syncCheckpoints(v.over)); err != nil {
		v.post(lifecycle.UploadFailed{Reason: internal(err), Metrics: metrics})
		return
	}
	v.post(lifecycle.Uploaded{Metrics: metrics})
}

// archive writes model.tar.gz (or loose objects) always and output.tar.gz when there is something in it.
func (v *supervisor) archive(ctx context.Context) error {
	var models, outputs []string
	for _, host := range v.names {
		l := v.layout(host)
		models, outputs = append(models, l.Model()), append(outputs, l.OutputData())
	}
	files, err := artifact.Collect(models...)
	if err != nil {
		return err
	}
	if v.request.OutputDataConfig.CompressionType == types.OutputCompressionTypeNone {
		err = v.putLoose(ctx, files)
	} else {
		err = v.putArchive(ctx, files, "model.tar.gz")
	}
	if err != nil {
		return err
	}
	if files, err = artifact.Collect(outputs...); err != nil || len(files) == 0 {
		return err
	}
	return v.putArchive(ctx, files, "output.tar.gz")
}

func (v *supervisor) putArchive(ctx context.Context, files []artifact.File, name string) error {
	return artifact.Archive(ctx, files, func(ctx context.Context, r io.Reader) error {
		return v.put(ctx, name, r, "application/x-tar")
	})
}

func (v *supervisor) putLoose(ctx context.Context, files []artifact.File) error {
	for _, f := range files {
		if !f.Info.Mode().IsRegular() {
			continue
		}
		if err := v.putFile(ctx, f); err != nil {
			return err
		}
	}
	return nil
}

func (v *supervisor) putFile(ctx context.Context, f artifact.File) error {
	file, err := os.Open(f.Path)
	if err != nil {
		return err
	}
	defer file.Close()
	return v.put(ctx, "model/"+f.Name, file, "binary/octet-stream")
}

func (v *supervisor) put(ctx context.Context, name string, r io.Reader, contentType string) error {
	bucket, key, err := input.ParseURI(outputPrefix(*v.request.OutputDataConfig.S3OutputPath, v.row.Name) + name)
	if err != nil {
		return err
	}
	_, err = v.service.Objects.Put(ctx, bucket, key, r, object.PutOptions{Headers: map[string]string{"content-type": contentType}})
	if err != nil {
		return fmt.Errorf("write s3://%s/%s: %w", bucket, key, err)
	}
	return nil
}

// outputPrefix is where a job's archives go, with a slash at the end.
func outputPrefix(outputPath, name string) string {
	return strings.TrimSuffix(outputPath, "/") + "/" + name + "/output/"
}

func (v *supervisor) finalMetrics() ([]lifecycle.Metric, error) {
	scanner, err := metric.New(metricDefinitions(v.request))
	if err != nil {
		return nil, err
	}
	for _, host := range v.names {
		if err := scan(scanner, v.logFile(host)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	var final []lifecycle.Metric
	for _, p := range scanner.Final() {
		final = append(final, lifecycle.Metric{Name: p.Name, Value: lifecycle.Float(p.Value), Time: p.Time})
	}
	return final, nil
}

// scan reads a whole log. A last line without its newline was lost with its writer and does not count.
func scan(s *metric.Scanner, path string) error {
	r, err := log.Open(path)
	if err != nil {
		return err
	}
	defer r.Close()
	for rec, err := range r.Forward(0) {
		if err != nil {
			return err
		}
		s.Scan(log.Escape(rec.Text), rec.Time)
	}
	return nil
}

func metricDefinitions(r *request) []metric.Definition {
	var list []metric.Definition
	for _, m := range r.AlgorithmSpecification.MetricDefinitions {
		list = append(list, metric.Definition{Name: *m.Name, Regex: *m.Regex})
	}
	return list
}
