//go:build !sagefly_task

package sagefly

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"net/http"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"

	"github.com/sagefly/sagefly/cloud"
	"github.com/sagefly/sagefly/container"
	"github.com/sagefly/sagefly/internal/value"
)

// ReadOutput is what a job of task returned: a pointer to the task's output struct, with addresses for files. Of the job's
// archives no more is read than up to the values. Errors are *Error when the job did not end well or nothing, or more
// than one thing, was captured. With a search as the task the job is one of its trials, which ends well also when it was stopped after
// its function had returned.
func ReadOutput(ctx context.Context, task Task, target Target, job *sagemaker.DescribeTrainingJobOutput) (any, error) {
	def := task.definition()
	read := def.returned
	if def.kind == KindTuning { // the job is one of its trials
		def = def.tuned
		read = def.leftByTrial
	}
	values, err := read(ctx, target, job)
	if err != nil {
		return nil, err
	}
	out := def.output.New()
	return out, def.decode(out, values, job)
}

func resultOf[O any](ctx context.Context, d *definition, target Target, job *sagemaker.DescribeTrainingJobOutput) (Result[O], error) {
	r := Result[O]{
		Job: aws.ToString(job.TrainingJobName), Metrics: finalMetrics(job),
		Model: modelURI(job), Artifacts: artifactsURI(job), Describe: job,
	}
	values, err := d.returned(ctx, target, job)
	if err != nil {
		return r, err
	}
	return r, d.decode(&r.Output, values, job)
}

func (d *definition) decode(out any, values value.Values, job *sagemaker.DescribeTrainingJobOutput) error {
	if err := d.output.Decode(out, values); err != nil {
		return fmt.Errorf("read output of job %s: %w", aws.ToString(job.TrainingJobName), err)
	}
	return nil
}

// returned are the values of a job that has ended.
func (d *definition) returned(ctx context.Context, target Target, job *sagemaker.DescribeTrainingJobOutput) (value.Values, error) {
	name := aws.ToString(job.TrainingJobName)
	if !cloud.Ended(job.TrainingJobStatus) {
		return value.Values{}, fmt.Errorf("read output of job %s: it has not ended", name)
	}
	if failed := classify(job); failed != nil {
		return value.Values{}, failed
	}
	return d.left(ctx, target, job)
}

// left are the values that a job left, however it ended.
func (d *definition) left(ctx context.Context, target Target, job *sagemaker.DescribeTrainingJobOutput) (value.Values, error) {
	name := aws.ToString(job.TrainingJobName)
	if d.kind != KindTraining {
		return d.leftBehind(job), nil
	}
	documents, err := readDocuments(ctx, target, artifactsURI(job))
	if err != nil {
		return value.Values{}, fmt.Errorf("read output of job %s: %w", name, err)
	}
	if reason := d.notCaptured(documents); reason != "" {
		return value.Values{}, &Error{Job: name, Class: NotCaptured, Reason: reason}
	}
	values := value.Values{Params: documents[0].Values, Files: map[string]string{}}
	for field, path := range documents[0].Files {
		f, _ := d.output.Field(field)
		values.Files[field] = memberURI(modelURI(job), path, f.Kind)
	}
	return values, nil
}

// notCaptured says why the documents are not one task's values; "" when they are.
func (d *definition) notCaptured(documents []container.Document) string {
	switch len(documents) {
	case 0:
		return "no process returned values: the persist predicate held in none, or the program was not one of the task"
	case 1:
		if documents[0].Task != d.name {
			return fmt.Sprintf("the values are of the task %s", documents[0].Task)
		}
		return ""
	}
	var who []string
	for _, doc := range documents {
		who = append(who, fmt.Sprintf("%s (rank %d)", doc.Host, doc.Rank))
	}
	slices.Sort(who)
	return fmt.Sprintf("%d processes returned values, and the persist predicate must hold in exactly one: %s", len(who), strings.Join(who, ", "))
}

// readDocuments reads output.tar.gz up to the documents. Without the object there are none.
func readDocuments(ctx context.Context, target Target, uri string) ([]container.Document, error) {
	a, err := parseAddress(uri)
	if err != nil {
		return nil, err
	}
	object, err := target.objects().GetObject(ctx, &s3.GetObjectInput{Bucket: &a.bucket, Key: &a.key})
	if response, ok := errors.AsType[*awshttp.ResponseError](err); ok && response.HTTPStatusCode() == http.StatusNotFound {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", uri, err)
	}
	defer object.Body.Close()
	return container.ReadDocuments(object.Body)
}

// leftBehind are the values of a program that is not ours: its model and its metrics.
func (d *definition) leftBehind(job *sagemaker.DescribeTrainingJobOutput) value.Values {
	v := value.Values{Params: map[string]string{}, Files: map[string]string{}}
	for _, f := range d.output.Fields {
		switch {
		case f.Kind == value.File && d.kind == KindBuiltin:
			v.Files[f.Name] = memberURI(modelURI(job), d.algorithm+"-model", f.Kind)
		case f.IsChannel():
			v.Files[f.Name] = modelURI(job)
		case f.Kind == value.JSON:
			v.Params[f.Name] = metricsJSON(finalMetrics(job))
		}
	}
	return v
}

// metricsJSON leaves out what JSON has no form for, such as not-a-number.
func metricsJSON(metrics map[string]float64) string {
	maps.DeleteFunc(metrics, func(_ string, v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) })
	data, err := json.Marshal(metrics)
	if err != nil {
		panic(fmt.Sprintf("sagefly: metrics as JSON: %v", err)) // texts and finite numbers
	}
	return string(data)
}

func finalMetrics(job *sagemaker.DescribeTrainingJobOutput) map[string]float64 {
	metrics := map[string]float64{}
	for _, m := range job.FinalMetricDataList {
		metrics[aws.ToString(m.MetricName)] = float64(aws.ToFloat32(m.Value))
	}
	return metrics
}

// modelURI is the archive, or the prefix of a job that leaves its model unpacked.
func modelURI(job *sagemaker.DescribeTrainingJobOutput) string {
	if job.ModelArtifacts == nil {
		return ""
	}
	return aws.ToString(job.ModelArtifacts.S3ModelArtifacts)
}

// artifactsURI is output.tar.gz, whose place follows from the output path.
func artifactsURI(job *sagemaker.DescribeTrainingJobOutput) string {
	if job.OutputDataConfig == nil {
		return ""
	}
	return strings.TrimSuffix(aws.ToString(job.OutputDataConfig.S3OutputPath), "/") + "/" + aws.ToString(job.TrainingJobName) + "/output/output.tar.gz"
}

// memberURI is the address of a file or folder of a model.
func memberURI(model, path string, kind value.Kind) string {
	switch {
	case !strings.HasSuffix(model, "/"):
		return model + "#" + path
	case kind == value.Dir:
		return model + path + "/"
	}
	return model + path // unpacked
}
