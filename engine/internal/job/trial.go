package job

import (
	"context"
	"fmt"
	"slices"

	"github.com/sagefly/sagefly/api"
	"github.com/sagefly/sagefly/engine/internal/lifecycle"
	"github.com/sagefly/sagefly/engine/internal/live"
	"github.com/sagefly/sagefly/engine/internal/store"
)

// ObjectiveMetric is the metric of a trial that has the objective's definition.
const ObjectiveMetric = "ObjectiveMetric"

// Trial is a training job of a tuning job. Its request has the hyperparameter [api.ObjectiveParameter].
type Trial struct {
	Request map[string]any // of CreateTrainingJob, without tags
	Tuning  string         // ARN of the tuning job
	Tags    []store.Tag
	Threads int // that each host's program is to use; 0 = as many as there are
}

// Admission is what a tuning job asks the account for.
type Admission struct {
	ARN    string // of the tuning job
	Tagged bool   // it has tags
	Jobs   int    // that may run side by side
}

// CheckTrial refuses what CreateTrial, or the account's rules, would refuse of a trial. Nothing is created. It returns the trial's metric
// definitions, with a built-in algorithm's own and ObjectiveMetric.
func (s *Service) CheckTrial(ctx context.Context, region string, t Trial, a Admission) ([]any, error) {
	echo := t.echo()
	_, r, err := s.complete(ctx, echo)
	if err != nil {
		return nil, err
	}
	algorithm, _ := echo["AlgorithmSpecification"].(map[string]any)
	metrics, _ := algorithm["MetricDefinitions"].([]any)
	if !s.Access.Strict() {
		return metrics, nil
	}
	s.admission.Lock()
	defer s.admission.Unlock()
	return metrics, s.admit(ctx, region, r, admission{"sagemaker:CreateHyperParameterTuningJob", a.ARN, a.Tagged, a.Jobs})
}

// CreateTrial creates a trial's training job, whose tuning job was admitted. A job of that name and tuning job that is there is the one.
func (s *Service) CreateTrial(ctx context.Context, region string, t Trial) error {
	document, r, err := s.complete(ctx, t.echo())
	if err != nil {
		return err
	}
	_, err = s.insert(ctx, store.Job{Region: region, Name: *r.TrainingJobName, Request: document}, newJob{r, t.Tags, t.Threads})
	if err != nil && s.isTrial(ctx, region, *r.TrainingJobName, t.Tuning) {
		return nil
	}
	return err
}

func (t Trial) echo() map[string]any {
	echo := api.Defaults(t.Request)
	echo["TuningJobArn"] = t.Tuning
	return echo
}

func (s *Service) isTrial(ctx context.Context, region, name, tuning string) bool {
	row, err := s.DB.Jobs.Get(ctx, region, name)
	if err != nil {
		return false
	}
	tree, err := api.Decode(row.Request)
	return err == nil && tree["TuningJobArn"] == tuning
}

// addObjective gives a trial the definition of its objective under a name of its own, as the service does.
func addObjective(echo map[string]any) error {
	if echo["TuningJobArn"] == nil {
		return nil
	}
	parameters, _ := echo["HyperParameters"].(map[string]any)
	algorithm, _ := echo["AlgorithmSpecification"].(map[string]any)
	list, _ := algorithm["MetricDefinitions"].([]any)
	at := slices.IndexFunc(list, func(item any) bool { return metricName(item) == parameters[api.ObjectiveParameter] })
	if at < 0 {
		return api.NoObjective()
	}
	own := map[string]any{"Name": ObjectiveMetric, "Regex": list[at].(map[string]any)["Regex"]}
	list = slices.DeleteFunc(slices.Clone(list), func(item any) bool { // of a request that was read from another tuning job, or the objective itself
		return metricName(item) == ObjectiveMetric
	})
	algorithm["MetricDefinitions"], algorithm["EnableSageMakerMetricsTimeSeries"] = append(list, own), true
	return nil
}

func metricName(definition any) any {
	d, _ := definition.(map[string]any)
	return d["Name"]
}

// Wait waits for a job's end and returns its state. Errors are store.ErrNotFound, ctx's cause, and that the engine closes.
func (s *Service) Wait(ctx context.Context, region, name string) (lifecycle.State, error) {
	if v := s.supervised(region, name); v != nil {
		select {
		case <-v.over.Done():
		case <-ctx.Done():
			return lifecycle.State{}, context.Cause(ctx)
		}
	}
	row, err := s.DB.Jobs.Get(ctx, region, name)
	if err != nil {
		return lifecycle.State{}, fmt.Errorf("wait for job %s: %w", name, err)
	}
	state, err := lifecycle.Unmarshal(row.State)
	if err == nil && state.Phase != lifecycle.Ended {
		err = live.ErrShutdown
	}
	return state, err
}
