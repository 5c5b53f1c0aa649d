//go:build !sagefly_task

package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"

	"github.com/sagefly/sagefly"
	"github.com/sagefly/sagefly/api"
)

// tuneScript makes a search of a script's job.
func (a *app) tuneScript(path string, o *tuneFlags) (*search, error) {
	if err := a.insideJob(); err != nil {
		return nil, err
	}
	script, err := o.script(path)
	if err != nil {
		return nil, err
	}
	in, err := o.input()
	if err != nil {
		return nil, err
	}
	tags, err := parsePairs("tag", o.tags, "project=churn")
	if err != nil {
		return nil, err
	}
	all, config, err := o.scriptConfig(in.Hyperparameters)
	if err != nil {
		return nil, err
	}
	name, err := tuningNameOf(o.name, script.Name(), time.Now())
	if err != nil {
		return nil, err
	}
	s, err := a.searchOf(&sagemaker.CreateTrainingJobInput{TrainingJobName: &name, HyperParameters: in.Hyperparameters}, config, all, o)
	if err != nil {
		return nil, err
	}
	tuned, err := sagefly.OpenTuning(strings.TrimRight(clipBytes(script.Name(), maxTuningName), "-"), script, config)
	if err != nil {
		return nil, &Problem{What: "this cannot be searched", Why: err.Error(), Exit: exitRefused, Cause: err}
	}
	s.again = func(values map[string]string) string { return shellLine(o.trainWith([]string{path}, values)) }
	s.advice = func(pattern string) string { return "--metric " + shellQuote(config.Objective.Metric()+"="+pattern) }
	s.request = func(ctx context.Context, t *target) (*sagemaker.CreateHyperParameterTuningJobInput, error) {
		to := t.sagefly()
		to.Spot, to.Tags, to.Unchecked = o.spot, tags, a.screen.unchecked
		a.screen.setStatus("packing and uploading")
		request, err := tuned.Request(ctx, to, in)
		a.screen.setStatus("")
		if err != nil {
			return nil, t.notMade(err)
		}
		request.HyperParameterTuningJobName = &name
		if o.changed("seed") { // also 0
			request.HyperParameterTuningJobConfig.RandomSeed = new(int32(o.seed))
		}
		return request, nil
	}
	return s, nil
}

// scriptConfig is the configuration of a search with a script, of whose hyperparameters nothing is known but what the flags say.
func (o *tuneFlags) scriptConfig(set map[string]string) ([]*varied, sagefly.TuningConfig, error) {
	var none sagefly.TuningConfig
	if len(o.vary) == 0 {
		return nil, none, usage("tune needs something to vary", "of a script's hyperparameters nothing is known", "--vary lr=0.0001..0.1:log", "--vary layers=1..4", "--vary optimizer=sgd,adam")
	}
	all, err := parseVaries(o.vary)
	if err != nil {
		return nil, none, err
	}
	for _, v := range all {
		if value, twice := set[v.name]; twice {
			return nil, none, bothSetAndVaried(v, v.name, value)
		}
	}
	patterns, err := parsePairs("metric", o.metrics, `'accuracy=accuracy: (\S+)'`)
	if err != nil {
		return nil, none, err
	}
	objective, err := scriptObjective(o.objective, patterns)
	if err != nil {
		return nil, none, err
	}
	c, err := o.config(all, objective, nil)
	if err == nil && c.Strategy == sagefly.Hyperband && c.MaxResource == 0 {
		err = checkResource(set)
	}
	return all, c, err
}

// checkResource refuses hyperband for trials of which nobody knows how long they are.
func checkResource(set map[string]string) error {
	for _, name := range api.EpochNames {
		if set[name] != "" {
			return nil
		}
	}
	return usage("hyperband needs to know how often a trial reports its objective", "--strategy does not say it, and no hyperparameter named epochs is set",
		"--strategy hyperband:1..50", fmt.Sprintf("--set epochs=%d", 50))
}
