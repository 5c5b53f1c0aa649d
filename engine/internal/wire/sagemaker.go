package wire

import (
	"context"

	"github.com/sagefly/sagefly/api"
	"github.com/sagefly/sagefly/engine/internal/job"
)

// SageMaker binds the API's operations to the job service.
type SageMaker struct{ Jobs *job.Service }

// Do checks a request against the service model and answers it.
func (s SageMaker) Do(ctx context.Context, region, operation string, body []byte) (any, error) {
	do, ok := s.operations()[operation]
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

func (s SageMaker) operations() map[string]operation {
	name := func(tree map[string]any) string { n, _ := tree["TrainingJobName"].(string); return n }
	return map[string]operation{
		"CreateTrainingJob": func(ctx context.Context, region string, tree map[string]any) (any, error) {
			arn, err := s.Jobs.Create(ctx, region, tree)
			return map[string]string{"TrainingJobArn": arn}, err
		},
		"DescribeTrainingJob": func(ctx context.Context, region string, tree map[string]any) (any, error) {
			return s.Jobs.Describe(ctx, region, name(tree))
		},
		"ListTrainingJobs": func(ctx context.Context, region string, tree map[string]any) (any, error) {
			return s.Jobs.List(ctx, region, tree)
		},
		"StopTrainingJob": func(ctx context.Context, region string, tree map[string]any) (any, error) {
			return nil, s.Jobs.Stop(ctx, region, name(tree))
		},
		"DeleteTrainingJob": func(ctx context.Context, region string, tree map[string]any) (any, error) {
			return nil, s.Jobs.Delete(ctx, region, name(tree))
		},
		"AddTags": func(ctx context.Context, region string, tree map[string]any) (any, error) {
			return s.Jobs.AddTags(ctx, region, tree)
		},
		"ListTags": func(ctx context.Context, region string, tree map[string]any) (any, error) {
			return s.Jobs.ListTags(ctx, region, tree)
		},
		"DeleteTags": func(ctx context.Context, region string, tree map[string]any) (any, error) {
			return map[string]any{}, s.Jobs.DeleteTags(ctx, region, tree)
		},
	}
}
