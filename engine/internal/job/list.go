package job

import (
	"context"

	"github.com/sagefly/sagefly/api"
	"github.com/sagefly/sagefly/engine/internal/lifecycle"
	"github.com/sagefly/sagefly/engine/internal/listing"
	"github.com/sagefly/sagefly/engine/internal/store"
)

// List is ListTrainingJobs.
func (s *Service) List(ctx context.Context, region string, tree map[string]any) (map[string]any, error) {
	if tree["TrainingPlanArnEquals"] != nil || tree["WarmPoolStatusEquals"] != nil {
		return map[string]any{"TrainingJobSummaries": []any{}}, nil // no job here has a training plan or a warm pool
	}
	rows, next, err := listing.Page(ctx, s.DB.Jobs, region, tree)
	if err != nil {
		return nil, err
	}
	answer := map[string]any{}
	if next != "" {
		answer["NextToken"] = next
	}
	summaries := make([]summary, len(rows))
	for i, row := range rows {
		if summaries[i], err = s.summary(row); err != nil {
			return nil, err
		}
	}
	answer["TrainingJobSummaries"] = summaries
	return answer, nil
}

type summary struct {
	TrainingJobName   string
	TrainingJobArn    string
	CreationTime      listing.Epoch
	TrainingEndTime   listing.Epoch `json:",omitzero"`
	LastModifiedTime  listing.Epoch
	TrainingJobStatus string
	SecondaryStatus   string
}

func (s *Service) summary(row store.Job) (summary, error) {
	state, err := lifecycle.Unmarshal(row.State)
	return summary{
		TrainingJobName: row.Name, TrainingJobArn: api.TrainingJobARN(row.Region, s.Account, row.Name),
		CreationTime: listing.Epoch(state.Created), TrainingEndTime: listing.Epoch(state.TrainingEnd), LastModifiedTime: listing.Epoch(state.Modified),
		TrainingJobStatus: state.Status, SecondaryStatus: state.Secondary,
	}, err
}
