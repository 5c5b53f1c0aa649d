package wire

import (
	"context"

	"github.com/sagefly/sagefly/api"
	"github.com/sagefly/sagefly/engine/internal/job"
)

// SageMaker binds the API's operations to the job service. Make it with NewSageMaker.
type SageMaker struct{ operations map[string]operation }

// NewSageMaker serves the operations of jobs.
func NewSageMaker(jobs *job.Service) SageMaker { return SageMaker{operations(jobs)} }

// Do checks a request against the service model and answers it.
func (s SageMaker) Do(ctx context.Context, region, operation string, body []byte) (any, error) {
	do, ok := s.operations[operation]
	if !ok {
		return nil, api.UnknownOperation(operation)
	}
	tree, err := api.Decode(body)
	if err != nil {
		return nil, err
	}
	if err := api.Validate(operation, tree).Err(); err != nil {
		return nil, err
	}
	return do(ctx, region, tree)
}

type operation func(ctx context.Context, region string, tree map[string]any) (any, error)

func operations(jobs *job.Service) map[string]operation {
	name := func(tree map[string]any) string { n, _ := tree["TrainingJobName"].(string); return n }
	return map[string]operation{
		"CreateTrainingJob": func(ctx context.Context, region string, tree map[string]any) (any, error) {
			arn, err := jobs.Create(ctx, region, tree)
			return map[string]string{"TrainingJobArn": arn}, err
		},
		"DescribeTrainingJob": func(ctx context.Context, region string, tree map[string]any) (any, error) {
			return jobs.Describe(ctx, region, name(tree))
		},
		"ListTrainingJobs": func(ctx context.Context, region string, tree map[string]any) (any, error) {
			return jobs.List(ctx, region, tree)
		},
		"StopTrainingJob": func(ctx context.Context, region string, tree map[string]any) (any, error) {
			return nil, jobs.Stop(ctx, region, name(tree))
		},
		"DeleteTrainingJob": func(ctx context.Context, region string, tree map[string]any) (any, error) {
			return nil, jobs.Delete(ctx, region, name(tree))
		},
		"AddTags": func(ctx context.Context, region string, tree map[string]any) (any, error) {
			return jobs.AddTags(ctx, region, tree)
		},
		"ListTags": func(ctx context.Context, region string, tree map[string]any) (any, error) {
			return jobs.ListTags(ctx, region, tree)
		},
		"DeleteTags": func(ctx context.Context, region string, tree map[string]any) (any, error) {
			return map[string]any{}, jobs.DeleteTags(ctx, region, tree)
		},
	}
}
