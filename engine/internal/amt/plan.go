package amt

import (
	"encoding/json"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagefly/sagefly/tuner"
)

// plan is what a tuning job does, without the API's alternatives and defaults. It does not change.
type plan struct {
	Strategy    string            `json:"strategy"` // as the API calls it
	Definitions []definition      `json:"definitions"`
	Parameters  []tuner.Parameter `json:"parameters"`
	Search      tuner.Config      `json:"search"`

	Inherited *heir `json:"inherited,omitempty"` // the best trial of parents of the same task

	Jobs     int `json:"jobs,omitempty"` // trials; 0 = until the space is exhausted
	Parallel int `json:"parallel"`       // trials at the same time
	Threads  int `json:"threads,omitempty"`

	Median    bool             `json:"median,omitempty"` // stop trials by the median rule
	Hyperband *tuner.Hyperband `json:"hyperband,omitempty"`

	Target     *float64      `json:"target,omitempty"`   // end when it is reached
	Patience   int           `json:"patience,omitempty"` // end after so many trials without an improvement; 0 = never
	Converge   bool          `json:"converge,omitempty"` // end when no more is expected
	MaxRuntime time.Duration `json:"maxRuntime,omitempty"`
}

// definition is one kind of trial.
type definition struct {
	Name        string          `json:"name,omitempty"`        // by which a search chooses it; "" = the only one
	Shown       string          `json:"shown,omitempty"`       // DefinitionName
	Metric      string          `json:"metric"`                // the objective's
	MaxResource int             `json:"maxResource,omitempty"` // values of the objective that a whole trial reports, for Hyperband
	Job         json.RawMessage `json:"job"`                   // CreateTrainingJob without name and without what is searched
}

// plan makes the plan of a request that has passed the API's checks.
func (c *creation) plan() (p plan, err error) {
	config := c.request.HyperParameterTuningJobConfig
	p.Strategy = string(config.Strategy)
	p.Search = tuner.Config{Strategy: strategies[config.Strategy], Maximize: c.maximize(), Seed: seed(config)}
	limits := config.ResourceLimits
	p.Parallel = int(aws.ToInt32(limits.MaxParallelTrainingJobs))
	p.Jobs = int(aws.ToInt32(limits.MaxNumberOfTrainingJobs))
	p.MaxRuntime = time.Duration(aws.ToInt32(limits.MaxRuntimeInSeconds)) * time.Second
	if p.Parallel > 1 {
		p.Threads = max(1, c.service.Slots/p.Parallel)
	}
	p.Median = config.TrainingJobEarlyStoppingType == types.TrainingJobEarlyStoppingTypeAuto
	p.complete(config.TuningJobCompletionCriteria)
	if config.Strategy == types.HyperParameterTuningJobStrategyTypeHyperband {
		p.Hyperband = c.hyperband()
	}
	return p, c.addDefinitions(&p)
}

var strategies = map[types.HyperParameterTuningJobStrategyType]tuner.Strategy{
	types.HyperParameterTuningJobStrategyTypeBayesian:  tuner.Bayesian,
	types.HyperParameterTuningJobStrategyTypeHyperband: tuner.Bayesian, // of what the rungs tell
	types.HyperParameterTuningJobStrategyTypeRandom:    tuner.Random,
	types.HyperParameterTuningJobStrategyTypeGrid:      tuner.Grid,
}

// seed is the request's, else one that is drawn now and kept.
func seed(config *types.HyperParameterTuningJobConfig) uint64 {
	if config.RandomSeed != nil {
		return uint64(*config.RandomSeed)
	}
	return uint64(rand.Uint32())
}

func (p *plan) complete(c *types.TuningJobCompletionCriteria) {
	if c == nil {
		return
	}
	if c.TargetObjectiveMetricValue != nil {
		p.Target = new(float64(*c.TargetObjectiveMetricValue))
	}
	if c.BestObjectiveNotImproving != nil {
		p.Patience = int(aws.ToInt32(c.BestObjectiveNotImproving.MaxNumberOfTrainingJobsNotImproving))
	}
	p.Converge = c.ConvergenceDetected != nil && c.ConvergenceDetected.CompleteOnConvergence == types.CompleteOnConvergenceEnabled
}

// definition is the one of that name.
func (p *plan) definition(name string) *definition {
	for i := range p.Definitions {
		if p.Definitions[i].Name == name {
			return &p.Definitions[i]
		}
	}
	return nil
}

// parameter is the one of that name.
func (p *plan) parameter(name string) *tuner.Parameter {
	for i := range p.Parameters {
		if p.Parameters[i].Name == name {
			return &p.Parameters[i]
		}
	}
	return nil
}
