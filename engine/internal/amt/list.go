package amt

import (
	"context"
	"maps"
	"time"

	"github.com/sagefly/sagefly/api"
	"github.com/sagefly/sagefly/engine/internal/listing"
	"github.com/sagefly/sagefly/engine/internal/store"
)

// List is ListHyperParameterTuningJobs. Unlike ListTrainingJobs it sorts by name where nothing is said (API reference).
func (s *Service) List(ctx context.Context, region string, tree map[string]any) (map[string]any, error) {
	if tree["SortBy"] == nil {
		tree = maps.Clone(tree)
		tree["SortBy"] = "Name"
	}
	rows, next, err := listing.Page(ctx, s.DB.Tunings, region, tree)
	if err != nil {
		return nil, err
	}
	summaries := make([]tuningSummary, len(rows))
	for i, row := range rows {
		if summaries[i], err = s.tuningSummary(row); err != nil {
			return nil, err
		}
	}
	answer := map[string]any{"HyperParameterTuningJobSummaries": summaries}
	if next != "" {
		answer["NextToken"] = next
	}
	return answer, nil
}

type tuningSummary struct {
	HyperParameterTuningJobName   string
	HyperParameterTuningJobArn    string
	HyperParameterTuningJobStatus string
	Strategy                      string
	CreationTime                  listing.Epoch
	HyperParameterTuningEndTime   listing.Epoch `json:",omitzero"`
	LastModifiedTime              listing.Epoch
	TrainingJobStatusCounters     jobCounters
	ObjectiveStatusCounters       objectives
	ResourceLimits                resourceLimits
}

type resourceLimits struct {
	MaxNumberOfTrainingJobs int `json:",omitempty"`
	MaxParallelTrainingJobs int
	MaxRuntimeInSeconds     int `json:",omitempty"`
}

func (s *Service) tuningSummary(row store.Job) (tuningSummary, error) {
	d, err := readDocument(row)
	if err != nil {
		return tuningSummary{}, err
	}
	st, err := readState(row)
	p := &d.Plan
	return tuningSummary{
		HyperParameterTuningJobName: row.Name, HyperParameterTuningJobArn: api.TuningJobARN(row.Region, s.Account, row.Name),
		HyperParameterTuningJobStatus: st.Status, Strategy: p.Strategy,
		CreationTime: listing.Epoch(st.Created), HyperParameterTuningEndTime: listing.Epoch(st.End), LastModifiedTime: listing.Epoch(st.Modified),
		TrainingJobStatusCounters: st.Jobs, ObjectiveStatusCounters: st.Objectives,
		ResourceLimits: resourceLimits{p.Jobs, p.Parallel, int(p.MaxRuntime / time.Second)},
	}, err
}
