package amt

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/sagefly/sagefly/api"
	"github.com/sagefly/sagefly/engine/internal/lifecycle"
	"github.com/sagefly/sagefly/engine/internal/listing"
	"github.com/sagefly/sagefly/engine/internal/store"
)

// Describe is DescribeHyperParameterTuningJob: the request as it was stored, and what became of it.
func (s *Service) Describe(ctx context.Context, region, name string) ([]byte, error) {
	row, err := s.find(ctx, region, name)
	if err != nil {
		return nil, err
	}
	d, err := readDocument(row)
	if err != nil {
		return nil, err
	}
	state, err := readState(row)
	if err != nil {
		return nil, err
	}
	members, err := json.Marshal(s.describe(row, &d.Plan, &state))
	if err != nil {
		return nil, err
	}
	return listing.Splice(d.Echo, members), nil
}

func (s *Service) find(ctx context.Context, region, name string) (store.Job, error) {
	row, err := s.DB.Tunings.Get(ctx, region, name)
	if errors.Is(err, store.ErrNotFound) {
		return row, api.TuningNotFound(name)
	}
	return row, err
}

// description is what Describe adds to the request.
type description struct {
	HyperParameterTuningJobArn    string
	HyperParameterTuningJobStatus string
	CreationTime                  listing.Epoch
	HyperParameterTuningEndTime   listing.Epoch `json:",omitzero"`
	LastModifiedTime              listing.Epoch
	TrainingJobStatusCounters     jobCounters
	ObjectiveStatusCounters       objectives
	BestTrainingJob               *summary `json:",omitempty"`
	OverallBestTrainingJob        *summary `json:",omitempty"`
	FailureReason                 string   `json:",omitempty"`
	TuningJobCompletionDetails    completion
	ConsumedResources             consumed
}

type completion struct {
	NumberOfTrainingJobsObjectiveNotImproving int
	ConvergenceDetectedTime                   listing.Epoch `json:",omitzero"`
}

type consumed struct{ RuntimeInSeconds int }

func (s *Service) describe(row store.Job, p *plan, st *state) description {
	until := st.End
	if until.IsZero() {
		until = now()
	}
	d := description{
		HyperParameterTuningJobArn:    api.TuningJobARN(row.Region, s.Account, row.Name),
		HyperParameterTuningJobStatus: st.Status, FailureReason: st.FailureReason,
		CreationTime: listing.Epoch(st.Created), HyperParameterTuningEndTime: listing.Epoch(st.End), LastModifiedTime: listing.Epoch(st.Modified),
		TrainingJobStatusCounters: st.Jobs, ObjectiveStatusCounters: st.Objectives,
		TuningJobCompletionDetails: completion{st.NotImproving, listing.Epoch(st.Converged)},
		ConsumedResources:          consumed{int(until.Sub(st.Created) / time.Second)},
	}
	d.BestTrainingJob = s.best(row.Region, p, st.Best)
	if p.sameTask() {
		d.OverallBestTrainingJob = s.overallBest(row, p, st.Best)
	}
	return d
}

func (s *Service) best(region string, p *plan, t *trial) *summary {
	if t == nil {
		return nil
	}
	b := s.summary(region, p, t)
	b.FinalHyperParameterTuningJobObjectiveMetric.Type = objectiveTypes[p.Search.Maximize]
	return b
}

var objectiveTypes = map[bool]string{true: "Maximize", false: "Minimize"}

// overallBest is the best trial of the tuning job and its parents; nil where none has an objective.
func (s *Service) overallBest(row store.Job, p *plan, own *trial) *summary {
	at, best := row.Name, own
	if old := p.Inherited; old != nil && (own == nil || beats(p.Search.Maximize, *old.Trial.Value, *own.Value)) {
		at, best = old.Tuning, &old.Trial
	}
	b := s.best(row.Region, p, best)
	if b != nil {
		b.TuningJobName = at
	}
	return b
}

func beats(maximize bool, a, b lifecycle.Float) bool {
	if maximize {
		return a > b
	}
	return a < b
}

// summary is the API's HyperParameterTrainingJobSummary. Its times are whole seconds, as the service's are.
type summary struct {
	TrainingJobDefinitionName                   string `json:",omitempty"`
	TrainingJobName                             string
	TrainingJobArn                              string
	TuningJobName                               string `json:",omitempty"`
	CreationTime                                listing.Epoch
	TrainingStartTime                           listing.Epoch `json:",omitzero"`
	TrainingEndTime                             listing.Epoch `json:",omitzero"`
	TrainingJobStatus                           string
	TunedHyperParameters                        map[string]string
	FailureReason                               string          `json:",omitempty"`
	FinalHyperParameterTuningJobObjectiveMetric *finalObjective `json:",omitempty"`
	ObjectiveStatus                             string
}

type finalObjective struct {
	Type       string `json:",omitempty"`
	MetricName string
	Value      float64 // that of a float32, as in FinalMetricDataList
}

func (s *Service) summary(region string, p *plan, t *trial) *summary {
	out := &summary{
		TrainingJobDefinitionName: t.Definition, TrainingJobName: t.Name, TrainingJobArn: api.TrainingJobARN(region, s.Account, t.Name),
		CreationTime: seconds(t.Created), TrainingStartTime: seconds(t.Start), TrainingJobStatus: t.Status,
		TunedHyperParameters: t.Tuned, FailureReason: t.FailureReason, ObjectiveStatus: t.objective(),
	}
	if !t.running() {
		out.TrainingEndTime = seconds(t.End)
	}
	d := p.definition(t.Definition)
	if d != nil && d.Shown != "" {
		out.TrainingJobDefinitionName = d.Shown
	}
	if d != nil && t.Value != nil {
		out.FinalHyperParameterTuningJobObjectiveMetric = &finalObjective{MetricName: d.Metric, Value: float64(*t.Value)}
	}
	return out
}

func seconds(t time.Time) listing.Epoch { return listing.Epoch(t.Truncate(time.Second)) }
