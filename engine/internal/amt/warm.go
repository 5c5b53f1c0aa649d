package amt

import (
	"context"
	"errors"
	"maps"
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagefly/sagefly/api"
	"github.com/sagefly/sagefly/engine/internal/store"
	"github.com/sagefly/sagefly/tuner"
)

// maxInherited is how many trials of all parents together a search begins with (developer guide, warm start).
const maxInherited = 500

// inherit takes over what earlier tuning jobs found. The plan has its parameters.
func (c *creation) inherit(ctx context.Context, p *plan) error {
	warm := c.request.WarmStartConfig
	if warm == nil {
		return nil
	}
	left := maxInherited
	for _, named := range warm.ParentHyperParameterTuningJobs {
		parent, err := c.parent(ctx, aws.ToString(named.HyperParameterTuningJobName))
		if err != nil {
			return err
		}
		if err := c.comparable(p, parent); err != nil {
			return err
		}
		trials := parent.trials[:min(len(parent.trials), left)]
		left -= len(trials)
		p.Search.Parents = append(p.Search.Parents, tuner.Parent{
			Trials:   parent.points(p, trials),
			Transfer: warm.WarmStartType == types.HyperParameterTuningJobWarmStartTypeTransferLearning,
		})
		if warm.WarmStartType == types.HyperParameterTuningJobWarmStartTypeIdenticalDataAndAlgorithm {
			p.Inherited = p.better(parent)
		}
	}
	return nil
}

// points are the ancestor's trials as points of the new search: what is searched now may have been static then.
func (a *ancestor) points(p *plan, trials []*trial) []tuner.Trial {
	static := a.request.TrainingJobDefinition.StaticHyperParameters
	var list []tuner.Trial
	for _, t := range trials {
		point := tuner.Point{}
		for i := range p.Parameters {
			name := p.Parameters[i].Name
			if text, ok := t.Tuned[name]; ok {
				point[name] = text
			} else if text, ok := static[name]; ok {
				point[name] = text
			}
		}
		known := t.known()
		known.Point = point
		list = append(list, known)
	}
	return list
}

// heir is the best trial of the parents, in whose tuning job it was.
type heir struct {
	Tuning string `json:"tuning"`
	Trial  trial  `json:"trial"`
}

// sameTask says that the search goes on where parents of the same task ended.
func (p *plan) sameTask() bool {
	return len(p.Search.Parents) > 0 && !p.Search.Parents[0].Transfer
}

// better is the best trial of the parents so far and this one.
func (p *plan) better(parent *ancestor) *heir {
	if parent.best == nil || p.Inherited != nil && !beats(p.Search.Maximize, *parent.best.Value, *p.Inherited.Trial.Value) {
		return p.Inherited
	}
	return &heir{parent.name, *parent.best}
}

// ancestor is a tuning job that another one begins with.
type ancestor struct {
	name    string
	request *request
	plan    plan
	trials  []*trial
	best    *trial
}

// parent reads an earlier tuning job and refuses it where AWS does. The words are ours but for the one about fields.
func (c *creation) parent(ctx context.Context, name string) (*ancestor, error) {
	row, err := c.service.DB.Tunings.Get(ctx, c.region, name)
	if errors.Is(err, store.ErrNotFound) {
		return nil, api.TuningNotFound(name)
	} else if err != nil {
		return nil, err
	}
	if !over(row.Status) {
		return nil, api.ValidationError("The parent hyperparameter tuning job %s is in status %s. A parent must have ended.", name, row.Status)
	}
	d, err := readDocument(row)
	if err != nil {
		return nil, err
	}
	tree, err := api.Decode(d.Echo)
	if err != nil {
		return nil, err
	}
	a := &ancestor{name: row.Name, plan: d.Plan}
	if a.request, err = decode(tree); err != nil {
		return nil, err
	}
	s, err := readState(row)
	if err != nil {
		return nil, err
	}
	a.best = s.Best
	a.trials, err = c.service.trials(ctx, row.ID)
	return a, err
}

// comparable says whether a parent's trials tell something about this search.
func (c *creation) comparable(p *plan, a *ancestor) error {
	if a.request.TrainingJobDefinition == nil {
		return api.ValidationError("The parent hyperparameter tuning job %s has TrainingJobDefinitions, from which no other one can start.", a.name)
	}
	mine, theirs := c.request.HyperParameterTuningJobConfig.HyperParameterTuningJobObjective, a.request.HyperParameterTuningJobConfig.HyperParameterTuningJobObjective
	if aws.ToString(mine.MetricName) != aws.ToString(theirs.MetricName) || mine.Type != theirs.Type {
		return api.ValidationError("The parent hyperparameter tuning job %s has another objective: %s %s.", a.name, theirs.Type, aws.ToString(theirs.MetricName))
	}
	if !reflect.DeepEqual(fixed(*c.request.TrainingJobDefinition), fixed(*a.request.TrainingJobDefinition)) {
		return api.TuningDefinitionChanged()
	}
	if !slices.Equal(hyperparameterNames(c.request, p), hyperparameterNames(a.request, &a.plan)) {
		return api.TuningNamesChanged()
	}
	return c.checkChanges(p, a)
}

// fixed is what of a definition a warm start may not change.
func fixed(d types.HyperParameterTrainingJobDefinition) types.HyperParameterTrainingJobDefinition {
	d.AlgorithmSpecification, d.InputDataConfig, d.OutputDataConfig, d.StaticHyperParameters = nil, nil, nil, nil
	d.RoleArn, d.ResourceConfig, d.StoppingCondition, d.VpcConfig = nil, nil, nil, nil
	d.EnableManagedSpotTraining, d.CheckpointConfig, d.HyperParameterTuningResourceConfig = nil, nil, nil
	d.HyperParameterRanges = nil // a single definition's says nothing
	if len(d.Environment) == 0 {
		d.Environment = nil
	}
	return d
}

// hyperparameterNames are the names of all hyperparameters of a tuning job: static ones, and those of the plan, which has Autotune's too.
func hyperparameterNames(r *request, p *plan) []string {
	names := slices.Collect(maps.Keys(r.TrainingJobDefinition.StaticHyperParameters))
	for i := range p.Parameters {
		names = append(names, p.Parameters[i].Name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}
