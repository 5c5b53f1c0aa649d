//go:build !sagefly_task

package sagefly

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagefly/sagefly/container"
)

// What a tuning job's definition has less room for than a training job; see HyperParameterTrainingJobDefinition.
const (
	maxTuningEnvironment = 48
	maxHyperparameters   = 100 // static and searched ones together, with the one that the service adds
)

// TuningRequest makes a tuning job of a training job's request: its trials are that job with other values for what is searched, whose names leave the
// static hyperparameters. The job's tags go over. name is 1–32 characters of A–Z, a–z, 0–9 and "-". The Search is what the API has no place for,
// conditions and known points; nil when there are none. It belongs into the spec channel of the definition ([container.Spec]), where the embedded
// engine reads it. The job's request is not changed.
func TuningRequest(job *sagemaker.CreateTrainingJobInput, name string, c TuningConfig) (*sagemaker.CreateHyperParameterTuningJobInput, *container.Search, error) {
	request, search, err := tuningRequest(job, name, c)
	if err != nil {
		return nil, nil, fmt.Errorf("tuning job %s: %w", name, err)
	}
	return request, search, nil
}

func tuningRequest(job *sagemaker.CreateTrainingJobInput, name string, c TuningConfig) (*sagemaker.CreateHyperParameterTuningJobInput, *container.Search, error) {
	c = c.withDefaults()
	if err := checkTuningName(name); err != nil {
		return nil, nil, err
	}
	if err := c.check(); err != nil {
		return nil, nil, err
	}
	definition, err := c.definition(job)
	if err != nil {
		return nil, nil, err
	}
	search, err := c.search()
	if err != nil {
		return nil, nil, err
	}
	return &sagemaker.CreateHyperParameterTuningJobInput{
		HyperParameterTuningJobName:   &name,
		HyperParameterTuningJobConfig: c.wire(),
		TrainingJobDefinition:         definition,
		WarmStartConfig:               c.WarmStart.wire(),
		Tags:                          mergeTags(job.Tags, c.Tags),
	}, search, nil
}

// wire is the configuration in the API's words.
func (c TuningConfig) wire() *types.HyperParameterTuningJobConfig {
	w := &types.HyperParameterTuningJobConfig{
		Strategy:                         types.HyperParameterTuningJobStrategyType(c.Strategy),
		HyperParameterTuningJobObjective: c.Objective.wire(),
		ParameterRanges:                  c.Ranges.wire(),
		ResourceLimits:                   &types.ResourceLimits{MaxParallelTrainingJobs: new(int32(c.MaxParallel))},
		TuningJobCompletionCriteria:      c.criteria(),
	}
	if c.MaxJobs > 0 {
		w.ResourceLimits.MaxNumberOfTrainingJobs = new(int32(c.MaxJobs))
	}
	if c.MaxRuntime > 0 {
		w.ResourceLimits.MaxRuntimeInSeconds = new(int32(c.MaxRuntime.Seconds()))
	}
	if c.EarlyStopping {
		w.TrainingJobEarlyStoppingType = types.TrainingJobEarlyStoppingTypeAuto
	}
	if c.Seed > 0 {
		w.RandomSeed = new(int32(c.Seed))
	}
	if c.MinResource > 0 || c.MaxResource > 0 {
		h := &types.HyperbandStrategyConfig{}
		if c.MinResource > 0 {
			h.MinResource = new(int32(c.MinResource))
		}
		if c.MaxResource > 0 {
			h.MaxResource = new(int32(c.MaxResource))
		}
		w.StrategyConfig = &types.HyperParameterTuningJobStrategyConfig{HyperbandStrategyConfig: h}
	}
	return w
}

func (o Objective) wire() *types.HyperParameterTuningJobObjective {
	kind := types.HyperParameterTuningJobObjectiveTypeMinimize
	if o.maximize {
		kind = types.HyperParameterTuningJobObjectiveTypeMaximize
	}
	return &types.HyperParameterTuningJobObjective{MetricName: &o.metric, Type: kind}
}

// criteria end the search early; nil when nothing does.
func (c TuningConfig) criteria() *types.TuningJobCompletionCriteria {
	if c.Target == nil && c.Patience == 0 && !c.StopOnConvergence {
		return nil
	}
	w := &types.TuningJobCompletionCriteria{}
	if c.Target != nil {
		w.TargetObjectiveMetricValue = new(float32(*c.Target))
	}
	if c.Patience > 0 {
		w.BestObjectiveNotImproving = &types.BestObjectiveNotImproving{MaxNumberOfTrainingJobsNotImproving: new(int32(c.Patience))}
	}
	if c.StopOnConvergence {
		w.ConvergenceDetected = &types.ConvergenceDetected{CompleteOnConvergence: types.CompleteOnConvergenceEnabled}
	}
	return w
}

func (w WarmStart) wire() *types.HyperParameterTuningJobWarmStartConfig {
	if len(w.Parents) == 0 {
		return nil
	}
	out := &types.HyperParameterTuningJobWarmStartConfig{WarmStartType: types.HyperParameterTuningJobWarmStartTypeIdenticalDataAndAlgorithm}
	if w.Transfer {
		out.WarmStartType = types.HyperParameterTuningJobWarmStartTypeTransferLearning
	}
	for _, name := range w.Parents {
		out.ParentHyperParameterTuningJobs = append(out.ParentHyperParameterTuningJobs, types.ParentHyperParameterTuningJob{HyperParameterTuningJobName: &name})
	}
	return out
}

// wire are the ranges, each kind sorted by name.
func (r Ranges) wire() *types.ParameterRanges {
	w := &types.ParameterRanges{}
	for _, name := range r.names() {
		one := r[name]
		lo, hi := one.bounds()
		scale := types.HyperParameterScalingType(one.scale)
		if scale == "" {
			scale = types.HyperParameterScalingTypeAuto
		}
		switch one.kind {
		case rangeInt:
			w.IntegerParameterRanges = append(w.IntegerParameterRanges, types.IntegerParameterRange{Name: &name, MinValue: &lo, MaxValue: &hi, ScalingType: scale})
		case rangeFloat:
			w.ContinuousParameterRanges = append(w.ContinuousParameterRanges, types.ContinuousParameterRange{Name: &name, MinValue: &lo, MaxValue: &hi, ScalingType: scale})
		case rangeChoice:
			w.CategoricalParameterRanges = append(w.CategoricalParameterRanges, types.CategoricalParameterRange{Name: &name, Values: one.values})
		}
	}
	return w
}

// definition is what all trials have in common.
func (c TuningConfig) definition(job *sagemaker.CreateTrainingJobInput) (*types.HyperParameterTrainingJobDefinition, error) {
	d := &types.HyperParameterTrainingJobDefinition{
		StaticHyperParameters: maps.Clone(job.HyperParameters), RoleArn: job.RoleArn, InputDataConfig: job.InputDataConfig, VpcConfig: job.VpcConfig,
		OutputDataConfig: job.OutputDataConfig, ResourceConfig: job.ResourceConfig, StoppingCondition: job.StoppingCondition,
		EnableNetworkIsolation: job.EnableNetworkIsolation, EnableInterContainerTrafficEncryption: job.EnableInterContainerTrafficEncryption,
		EnableManagedSpotTraining: job.EnableManagedSpotTraining, CheckpointConfig: job.CheckpointConfig, RetryStrategy: job.RetryStrategy, Environment: job.Environment,
	}
	maps.DeleteFunc(d.StaticHyperParameters, func(name, _ string) bool { _, searched := c.Ranges[name]; return searched })
	if s := job.AlgorithmSpecification; s != nil {
		d.AlgorithmSpecification = &types.HyperParameterAlgorithmSpecification{
			TrainingImage: s.TrainingImage, AlgorithmName: s.AlgorithmName, TrainingInputMode: s.TrainingInputMode, MetricDefinitions: s.MetricDefinitions,
		}
	}
	if n := len(d.StaticHyperParameters) + len(c.Ranges) + 1; n > maxHyperparameters {
		return nil, fmt.Errorf("%d hyperparameters, searched ones and the tuner's own among them: a job has at most %d", n, maxHyperparameters)
	}
	if n := len(d.Environment); n > maxTuningEnvironment {
		return nil, fmt.Errorf("%d variables in Environment: the trials of a search have at most %d", n, maxTuningEnvironment)
	}
	return d, errors.Join(missingMembers(job), c.checkResource(d.StaticHyperParameters))
}

// missingMembers names what a training job can have and a trial of a search cannot.
func missingMembers(job *sagemaker.CreateTrainingJobInput) error {
	var names []string
	if s := job.AlgorithmSpecification; s != nil && (len(s.ContainerEntrypoint) > 0 || len(s.ContainerArguments) > 0 || s.TrainingImageConfig != nil) {
		names = append(names, "AlgorithmSpecification.ContainerEntrypoint, ContainerArguments or TrainingImageConfig")
	}
	for name, there := range map[string]bool{
		"DebugHookConfig": job.DebugHookConfig != nil, "DebugRuleConfigurations": len(job.DebugRuleConfigurations) > 0,
		"TensorBoardOutputConfig": job.TensorBoardOutputConfig != nil, "ExperimentConfig": job.ExperimentConfig != nil,
		"ProfilerConfig": job.ProfilerConfig != nil, "ProfilerRuleConfigurations": len(job.ProfilerRuleConfigurations) > 0,
		"RemoteDebugConfig": job.RemoteDebugConfig != nil, "InfraCheckConfig": job.InfraCheckConfig != nil,
		"SessionChainingConfig": job.SessionChainingConfig != nil, "MlflowConfig": job.MlflowConfig != nil,
		"ModelPackageConfig": job.ModelPackageConfig != nil, "ServerlessJobConfig": job.ServerlessJobConfig != nil,
	} {
		if there {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	slices.Sort(names)
	return fmt.Errorf("%s: the API has no such thing for the trials of a search", strings.Join(names, ", "))
}

// checkResource says when Hyperband would not know how long a trial is.
func (c TuningConfig) checkResource(static map[string]string) error {
	if c.Strategy != Hyperband || c.MaxResource > 0 {
		return nil
	}
	for _, name := range resourceNames {
		if static[name] != "" {
			return nil
		}
	}
	return errNoResource
}

// search is what the request has no place for.
func (c TuningConfig) search() (*container.Search, error) {
	var s container.Search
	for _, name := range c.Ranges.names() {
		for _, one := range c.Ranges[name].conditions {
			if s.Conditions == nil {
				s.Conditions = map[string]container.Condition{}
			}
			s.Conditions[name] = container.Condition{Parameter: one.parameter, In: one.in}
		}
	}
	for _, p := range c.Start {
		own, err := c.Ranges.normal(p)
		if err != nil {
			return nil, err
		}
		s.Start = append(s.Start, own)
	}
	if s.Conditions == nil && s.Start == nil {
		return nil, nil
	}
	return &s, nil
}

// mergeTags are a job's tags with more, of which those of the same key win.
func mergeTags(tags []types.Tag, more map[string]string) []types.Tag {
	all := map[string]string{}
	for _, t := range tags {
		if *t.Key != requestTag {
			all[*t.Key] = *t.Value
		}
	}
	maps.Copy(all, more)
	return tagList(all)
}

// first is a point of the space: the lower ends.
func (r Ranges) first() Point {
	p := Point{}
	for range r { // a condition may be on a range that has one too
		for name, one := range r {
			if !r.has(p, name) {
				continue
			}
			if p[name], _ = one.bounds(); one.kind == rangeChoice {
				p[name] = one.values[0]
			}
		}
	}
	return p
}
