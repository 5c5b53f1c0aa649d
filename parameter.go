//go:build !sagefly_task

package sagefly

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagefly/sagefly/container"
	"github.com/sagefly/sagefly/internal/value"
)

// Hyperparameters that are not the task's own, which Split leaves room for: script mode's and the one that a tuning job adds.
const (
	programParameter   = "sagemaker_program"
	submitParameter    = "sagemaker_submit_directory"
	levelParameter     = "sagemaker_container_log_level"
	regionParameter    = "sagemaker_region"
	reservedParameters = 5
)

// addParameters gives the request the values that fit, and the spec the others. Only programs of ours read a spec.
func (p *preparation) addParameters(context.Context) error {
	params, reserved, probe := maps.Clone(p.values.Params), reservedParameters, map[string]string{}
	if p.search != nil {
		reserved += len(p.search.Ranges)
		probe = p.search.Ranges.first()
	}
	if p.kind == KindBuiltin {
		delete(params, contentType)
		maps.Copy(probe, params)
		if err := p.checkBuiltin(probe); err != nil {
			return err
		}
	}
	p.request.HyperParameters, p.spec.Values = value.Split(params, reserved)
	if p.kind != KindTraining && len(p.spec.Values) > 0 {
		names := slices.Sorted(maps.Keys(p.spec.Values))
		return fmt.Errorf("values of %s: the API's hyperparameters cannot carry them: 100 entries, and texts of 1–2,500 characters without line ends",
			strings.Join(names, ", "))
	}
	return nil
}

// jsonText is a hyperparameter of the platform's own, which the SageMaker SDK encodes as JSON.
func jsonText(text string) string {
	data, err := json.Marshal(text)
	if err != nil {
		panic(fmt.Sprintf("sagefly: %q as JSON: %v", text, err)) // texts always have a form
	}
	return string(data)
}

// environment is the task's with what tells a program of ours what it is to do.
func (p *preparation) environment() map[string]string {
	env := map[string]string{}
	maps.Copy(env, p.config.Environment)
	if p.kind == KindTraining {
		env[container.TaskVariable] = p.name
		env[container.MaxRuntimeVariable] = strconv.Itoa(int(p.config.MaxRuntime.Seconds()))
		if p.config.Spot {
			env[container.SpotVariable] = "1"
		}
	}
	if len(env) == 0 {
		return nil
	}
	return env
}

// metricDefinitions say how the platform finds the task's metrics in its log. A built-in algorithm's are its image's own.
func (p *preparation) metricDefinitions() []types.MetricDefinition {
	var list []types.MetricDefinition
	for _, name := range p.metricNames() {
		list = append(list, types.MetricDefinition{Name: &name, Regex: new(metricPattern(name))})
	}
	for _, name := range slices.Sorted(maps.Keys(p.patterns)) {
		list = append(list, types.MetricDefinition{Name: &name, Regex: new(p.patterns[name])})
	}
	return list
}

func tagList(tags map[string]string) []types.Tag {
	var list []types.Tag
	for key, text := range tags {
		list = append(list, types.Tag{Key: &key, Value: &text})
	}
	slices.SortFunc(list, func(a, b types.Tag) int { return cmp.Compare(*a.Key, *b.Key) })
	return list
}
