//go:build !sagefly_task

package sagefly

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagefly/sagefly/container"
	"github.com/sagefly/sagefly/internal/upload"
	"github.com/sagefly/sagefly/internal/value"
)

// Prepare makes the request for a job of task with values given as texts (hyperparameters, and paths or addresses for
// channels), as a command line has them. Nothing is created. What the request refers to is uploaded: inputs and the program, each once by
// the hash of its content. Before that, unless the target is local, it is checked whether the job would run: [*PreflightError] has every
// reason why not, and then nothing was uploaded.
func Prepare(ctx context.Context, task Task, target Target, values map[string]string) (*sagemaker.CreateTrainingJobInput, error) {
	def := task.definition()
	if def.kind == KindTuning {
		return nil, def.fail(errors.New("it is a search: use PrepareTuning"))
	}
	if def.input == nil {
		return nil, def.fail(errors.New("its input has no fields by whose names values could be told apart: use its own method Request"))
	}
	complete, err := def.input.Complete(def.input.Sort(values))
	if err != nil {
		return nil, def.fail(err)
	}
	return def.prepare(ctx, target, complete)
}

func (d *definition) fail(err error) error { return fmt.Errorf("task %s: %w", d.name, err) }

func (d *definition) prepare(ctx context.Context, target Target, values value.Values) (*sagemaker.CreateTrainingJobInput, error) {
	p, err := d.preparation(ctx, target, values)
	if err == nil {
		err = p.run(ctx)
	}
	if err != nil {
		return nil, d.fail(err)
	}
	return p.request, nil
}

// run completes the request.
func (p *preparation) run(ctx context.Context) error {
	for _, step := range []func(context.Context) error{
		p.addParameters, p.addImage, p.addChannels, p.addSpec, p.check, p.checkObjects, p.pinObjects, p.send, p.addProgram,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// preparation is a request in the making.
type preparation struct {
	*definition
	target  Target // resolved
	chosen  bool   // the bucket was given by name
	config  TrainingConfig
	files   *upload.Bucket
	values  value.Values
	spec    container.Spec
	search  *TuningConfig      // of which the request's job is a trial; nil = it is a job of its own
	single  map[string]address // channels that are one object, not all that lies below a prefix
	request *sagemaker.CreateTrainingJobInput
	pending []upload.Pending // what the request refers to and is not there yet
}

func (d *definition) preparation(ctx context.Context, target Target, values value.Values) (*preparation, error) {
	if os.Getenv(container.TaskVariable) != "" {
		return nil, errors.New("this process runs inside a job, and a job launches none")
	}
	chosen := target.Bucket != ""
	target, err := target.Resolve(ctx)
	if err != nil {
		return nil, err
	}
	if target.Checkpoints != "" && !d.config.Checkpoints {
		return nil, errors.New("the target has a place for checkpoints, and the task keeps none: set Checkpoints in its configuration")
	}
	p := &preparation{
		definition: d, target: target, chosen: chosen, config: target.apply(d.config), files: target.files(), values: values,
		single: map[string]address{},
	}
	p.request = p.blank(freshName(d.name))
	return p, nil
}

// send uploads what is planned.
func (p *preparation) send(ctx context.Context) error {
	for _, upload := range p.pending {
		if err := upload.Send(ctx); err != nil {
			return err
		}
	}
	return nil
}

// blank is the request without its values, channels and program.
func (p *preparation) blank(name string) *sagemaker.CreateTrainingJobInput {
	c := p.config
	r := &sagemaker.CreateTrainingJobInput{
		TrainingJobName:        &name,
		RoleArn:                &p.target.Role,
		AlgorithmSpecification: &types.AlgorithmSpecification{TrainingInputMode: types.TrainingInputModeFile, MetricDefinitions: p.metricDefinitions()},
		OutputDataConfig:       &types.OutputDataConfig{S3OutputPath: new("s3://" + p.target.Bucket)},
		ResourceConfig: &types.ResourceConfig{
			InstanceType: types.TrainingInstanceType(c.InstanceType), InstanceCount: new(int32(c.InstanceCount)), VolumeSizeInGB: new(int32(c.VolumeSizeGB)),
		},
		StoppingCondition: &types.StoppingCondition{MaxRuntimeInSeconds: new(int32(c.MaxRuntime.Seconds()))},
		Environment:       p.environment(),
		Tags:              tagList(c.Tags),
	}
	if c.Spot {
		r.EnableManagedSpotTraining = new(true)
		r.StoppingCondition.MaxWaitTimeInSeconds = new(int32(c.MaxWait.Seconds()))
	}
	if c.Checkpoints {
		r.CheckpointConfig = &types.CheckpointConfig{S3Uri: new(c.CheckpointURI)}
		if c.CheckpointURI == "" {
			r.CheckpointConfig.S3Uri = new(checkpointURI(p.target.Bucket, name))
		}
	}
	if c.Retries > 0 {
		r.RetryStrategy = &types.RetryStrategy{MaximumRetryAttempts: new(int32(c.Retries))}
	}
	return r
}

func checkpointURI(bucket, job string) string {
	return "s3://" + bucket + "/sagefly/checkpoints/" + job
}
