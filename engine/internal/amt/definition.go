package amt

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagefly/sagefly/api"
	"github.com/sagefly/sagefly/container"
	"github.com/sagefly/sagefly/tuner"
)

// definitions are the request's, with the trees that they were read from.
func (c *creation) definitions() ([]types.HyperParameterTrainingJobDefinition, []map[string]any) {
	if d := c.request.TrainingJobDefinition; d != nil {
		tree, _ := c.tree["TrainingJobDefinition"].(map[string]any)
		return []types.HyperParameterTrainingJobDefinition{*d}, []map[string]any{tree}
	}
	var trees []map[string]any
	list, _ := c.tree["TrainingJobDefinitions"].([]any)
	for _, item := range list {
		tree, _ := item.(map[string]any)
		trees = append(trees, tree)
	}
	return c.request.TrainingJobDefinitions, trees
}

// objective and ranges of a definition are its own in a list of definitions, else the tuning job's.
func (c *creation) objective(d *types.HyperParameterTrainingJobDefinition) *types.HyperParameterTuningJobObjective {
	if c.request.TrainingJobDefinition == nil {
		return d.TuningObjective
	}
	return c.request.HyperParameterTuningJobConfig.HyperParameterTuningJobObjective
}

func (c *creation) ranges(d *types.HyperParameterTrainingJobDefinition) *types.ParameterRanges {
	if c.request.TrainingJobDefinition == nil {
		return d.HyperParameterRanges
	}
	return c.request.HyperParameterTuningJobConfig.ParameterRanges
}

func (c *creation) maximize() bool {
	list, _ := c.definitions()
	o := c.objective(&list[0])
	return o != nil && o.Type == types.HyperParameterTuningJobObjectiveTypeMaximize
}

// choice is the parameter by which a search chooses among several definitions. The parameters of each are named NAME.PARAMETER then, so that none
// is named like this one.
const choice = "definition"

// addDefinitions adds the kinds of trials and one space for all: with several definitions, which one is a parameter, and each one's own
// parameters are there only where it is chosen.
func (c *creation) addDefinitions(p *plan) error {
	list, trees := c.definitions()
	var names []string
	for i := range list {
		d := &list[i]
		shown, name := aws.ToString(d.DefinitionName), ""
		if len(list) > 1 {
			name = shown
			names = append(names, name)
		}
		parameters, err := c.parameters(d)
		if err != nil {
			return err
		}
		p.Parameters = append(p.Parameters, prefixed(name, parameters)...)
		job, err := c.trialJob(trees[i])
		if err != nil {
			return err
		}
		p.Definitions = append(p.Definitions, definition{
			Name: name, Shown: shown, Metric: aws.ToString(c.objective(d).MetricName), MaxResource: c.maxResource(trees[i]), Job: job,
		})
	}
	if len(names) > 0 {
		p.Parameters = append(p.Parameters, tuner.Parameter{Name: choice, Kind: tuner.Categorical, Values: names})
	}
	p.Search.Start = c.start()
	return nil
}

func prefixed(name string, parameters []tuner.Parameter) []tuner.Parameter {
	if name == "" {
		return parameters
	}
	for i := range parameters {
		p := &parameters[i]
		p.Name = name + "." + p.Name
		p.When = &tuner.When{Parameter: choice, In: []string{name}}
	}
	return parameters
}

// trialJob is what all trials of a definition have in common.
func (c *creation) trialJob(tree map[string]any) (json.RawMessage, error) {
	r := maps.Clone(tree)
	r["HyperParameters"] = r["StaticHyperParameters"]
	if r["ResourceConfig"] == nil {
		r["ResourceConfig"] = firstInstances(r["HyperParameterTuningResourceConfig"])
	}
	if len(c.spec.Values) == 0 && len(c.spec.Members) == 0 && c.spec.Search != nil {
		r["InputDataConfig"] = withoutSpec(r["InputDataConfig"]) // it says something about the search only
	}
	for _, name := range []string{"StaticHyperParameters", "HyperParameterTuningResourceConfig", "DefinitionName", "TuningObjective", "HyperParameterRanges"} {
		delete(r, name)
	}
	text, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("encode trial: %w", err)
	}
	return text, nil
}

// firstInstances are the instances of a tuning resource configuration. Of several the first is taken, which AWS prefers as well; here there is
// always capacity for it.
func firstInstances(config any) map[string]any {
	c, _ := config.(map[string]any)
	instances := map[string]any{}
	for _, name := range []string{"InstanceType", "InstanceCount", "VolumeSizeInGB", "VolumeKmsKeyId"} {
		if c[name] != nil {
			instances[name] = c[name]
		}
	}
	list, _ := c["InstanceConfigs"].([]any)
	if len(list) > 0 {
		first, _ := list[0].(map[string]any)
		maps.Copy(instances, first)
	}
	return instances
}

func withoutSpec(channels any) any {
	list, _ := channels.([]any)
	var kept []any
	for _, item := range list {
		if channel, _ := item.(map[string]any); channel["ChannelName"] != container.SpecChannel {
			kept = append(kept, item)
		}
	}
	if kept == nil {
		return nil
	}
	return kept
}

// tuned are the hyperparameters that a point gives to a trial of this definition.
func (d *definition) tuned(p tuner.Point) map[string]string {
	if d.Name == "" {
		return p
	}
	tuned := map[string]string{}
	for name, text := range p {
		if own, ok := strings.CutPrefix(name, d.Name+"."); ok {
			tuned[own] = text
		}
	}
	return tuned
}

// example are hyperparameters that a trial of this definition could have: what it is, and where its objective is, may depend on them.
func (p *plan) example(d *definition) (map[string]string, error) {
	var own []tuner.Parameter
	for _, parameter := range p.Parameters {
		switch when := parameter.When; {
		case d.Name != "" && parameter.Name == choice:
			parameter.Values = []string{d.Name}
		case d.Name != "" && when.In[0] != d.Name:
			continue
		}
		own = append(own, parameter)
	}
	space, err := tuner.NewSpace(own...)
	if err != nil {
		return nil, fmt.Errorf("space of definition %s: %w", d.Name, err)
	}
	point, err := tuner.New(space, tuner.Config{}).Suggest(nil)
	return d.tuned(point), err
}

// request is CreateTrainingJob's for a trial.
func (d *definition) request(name string, tuned map[string]string) (map[string]any, error) {
	r, err := api.Decode(d.Job)
	if err != nil {
		return nil, fmt.Errorf("decode trial: %w", err)
	}
	parameters, _ := r["HyperParameters"].(map[string]any)
	if parameters == nil {
		parameters = map[string]any{}
	}
	for key, text := range tuned {
		parameters[key] = text
	}
	parameters[api.ObjectiveParameter] = d.Metric
	r["TrainingJobName"], r["HyperParameters"] = name, parameters
	if checkpoints, _ := r["CheckpointConfig"].(map[string]any); checkpoints != nil {
		uri, _ := checkpoints["S3Uri"].(string)
		checkpoints["S3Uri"] = strings.TrimSuffix(uri, "/") + "/" + name // else every trial would go on from another one's
	}
	return r, nil
}
