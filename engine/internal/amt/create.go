package amt

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/sagefly/sagefly/api"
	"github.com/sagefly/sagefly/container"
	"github.com/sagefly/sagefly/engine/internal/job"
	"github.com/sagefly/sagefly/engine/internal/store"
	"github.com/sagefly/sagefly/tuner"
)

// Create is CreateHyperParameterTuningJob. tree has passed api.Validate. It answers when the tuning job is stored.
func (s *Service) Create(ctx context.Context, region string, tree map[string]any) (string, error) {
	if err := api.CheckTuningJob(tree); err != nil {
		return "", err
	}
	c, err := s.creation(ctx, region, tree)
	if err != nil {
		return "", err
	}
	p, err := c.plan()
	if err != nil {
		return "", err
	}
	if err := c.inherit(ctx, &p); err != nil {
		return "", err
	}
	if err := c.check(ctx, &p); err != nil {
		return "", err
	}
	return c.insert(ctx, p)
}

// creation is a tuning job in the making.
type creation struct {
	service *Service
	region  string
	request *request       // with the service's defaults
	tree    map[string]any // what Describe will echo
	tags    []store.Tag
	spec    container.Spec
	hints   tuner.Point // Autotune's
}

func (s *Service) creation(ctx context.Context, region string, tree map[string]any) (*creation, error) {
	tags, _ := tree["Tags"].([]any)
	c := &creation{service: s, region: region, tree: api.TuningDefaults(autotune(tree)), tags: job.TagsOf(tags)}
	var err error
	if c.request, err = decode(c.tree); err != nil {
		return nil, err
	}
	return c, c.readSpec(ctx)
}

func (c *creation) name() string { return *c.request.HyperParameterTuningJobName }

func (c *creation) arn() string { return api.TuningJobARN(c.region, c.service.Account, c.name()) }

// check refuses a search that cannot be made, and trials that could not be created. The echo gets what the service shows of trials.
func (c *creation) check(ctx context.Context, p *plan) error {
	space, err := tuner.NewSpace(p.Parameters...)
	if err != nil {
		return api.ValidationError("The ranges make no search: %v.", err)
	}
	if err := c.countGrid(p, space); err != nil {
		return err
	}
	for i, start := range p.Search.Start {
		if err := space.Check(start); err != nil {
			return api.ValidationError("The search cannot begin: number %d of the points to try first: %v.", i+1, err)
		}
	}
	_, trees := c.definitions()
	for i := range p.Definitions {
		d := &p.Definitions[i]
		tuned, err := p.example(d)
		if err != nil {
			return err
		}
		r, err := d.request(c.name()+"-001-00000000", tuned)
		if err != nil {
			return err
		}
		trial := job.Trial{Request: r, Tuning: c.arn()}
		metrics, err := c.service.Jobs.CheckTrial(ctx, c.region, trial, job.Admission{ARN: c.arn(), Tagged: len(c.tags) > 0, Jobs: p.Parallel})
		if err != nil {
			return err
		}
		show(trees[i], metrics)
	}
	return nil
}

// countGrid refuses a grid search that has no end, and gives one that has no limit the number of its points, which the Python SDK reads.
func (c *creation) countGrid(p *plan, space *tuner.Space) error {
	if p.Search.Strategy != tuner.Grid {
		return nil
	}
	if err := api.CheckGridSize(space.Size()); err != nil || p.Jobs > 0 {
		return err
	}
	p.Jobs = int(space.Size())
	config, _ := c.tree["HyperParameterTuningJobConfig"].(map[string]any)
	limits, _ := config["ResourceLimits"].(map[string]any)
	limits["MaxNumberOfTrainingJobs"] = p.Jobs
	return nil
}

// show makes a definition's echo what the service's is: with all metrics of trials, and with ResourceConfig in place of a
// HyperParameterTuningResourceConfig, for the Python SDK sends the one and reads the other. Where that names several kinds of instances both are there.
func show(definition map[string]any, metrics []any) {
	algorithm, _ := definition["AlgorithmSpecification"].(map[string]any)
	algorithm["MetricDefinitions"] = metrics
	config, _ := definition["HyperParameterTuningResourceConfig"].(map[string]any)
	if config == nil {
		return
	}
	definition["ResourceConfig"] = firstInstances(config)
	if list, _ := config["InstanceConfigs"].([]any); len(list) < 2 {
		delete(definition, "HyperParameterTuningResourceConfig")
	}
}

// insert stores the tuning job and begins with it.
func (c *creation) insert(ctx context.Context, p plan) (string, error) {
	s := c.service
	echo, err := json.Marshal(c.tree)
	if err != nil {
		return "", fmt.Errorf("encode request: %w", err)
	}
	text, err := json.Marshal(document{echo, p})
	if err != nil {
		return "", fmt.Errorf("encode plan: %w", err)
	}
	at := now()
	row := store.Job{Region: c.region, Name: c.name(), Status: inProgress, Created: at, Modified: at, Request: text}
	begin := state{Status: inProgress, Created: at, Modified: at}
	if row.State, err = json.Marshal(begin); err != nil {
		return "", err
	}
	row.ID, err = s.DB.Tunings.Insert(ctx, row, c.arn(), c.tags)
	if errors.Is(err, store.ErrExists) {
		return "", api.TuningNameTaken(c.name())
	} else if err != nil {
		return "", err
	}
	v, err := s.supervisor(row, p, begin)
	if err != nil {
		return "", err
	}
	s.supervise(v)
	return c.arn(), nil
}
