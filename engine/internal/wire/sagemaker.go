package wire

import (
	"context"
	"maps"

	"github.com/sagefly/sagefly/api"
	"github.com/sagefly/sagefly/engine/internal/amt"
	"github.com/sagefly/sagefly/engine/internal/job"
)

// SageMaker binds the API's operations to the services of jobs. Make it with NewSageMaker.
type SageMaker struct{ operations map[string]operation }

// NewSageMaker serves the operations of training and tuning jobs.
func NewSageMaker(jobs *job.Service, tunings *amt.Service) SageMaker {
	all := jobOperations(jobs)
	maps.Copy(all, tuningOperations(tunings))
	return SageMaker{all}
}

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

func jobOperations(jobs *job.Service) map[string]operation {
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

func tuningOperations(tunings *amt.Service) map[string]operation {
	name := func(tree map[string]any) string { n, _ := tree["HyperParameterTuningJobName"].(string); return n }
	return map[string]operation{
		"CreateHyperParameterTuningJob": func(ctx context.Context, region string, tree map[string]any) (any, error) {
			arn, err := tunings.Create(ctx, region, tree)
			return map[string]string{"HyperParameterTuningJobArn": arn}, err
		},
		"DescribeHyperParameterTuningJob": func(ctx context.Context, region string, tree map[string]any) (any, error) {
			return tunings.Describe(ctx, region, name(tree))
		},
		"ListHyperParameterTuningJobs": func(ctx context.Context, region string, tree map[string]any) (any, error) {
			return tunings.List(ctx, region, tree)
		},
		"ListTrainingJobsForHyperParameterTuningJob": func(ctx context.Context, region string, tree map[string]any) (any, error) {
			return tunings.Trials(ctx, region, tree)
		},
		"StopHyperParameterTuningJob": func(ctx context.Context, region string, tree map[string]any) (any, error) {
			return nil, tunings.Stop(ctx, region, name(tree))
		},
		"DeleteHyperParameterTuningJob": func(ctx context.Context, region string, tree map[string]any) (any, error) {
			return nil, tunings.Delete(ctx, region, name(tree))
		},
	}
}
