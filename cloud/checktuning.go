package cloud

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagefly/sagefly/container"
)

// CheckTuning looks for what would make a tuning job or all its trials fail after Create, as [Check] does for a training job: the quota must hold the
// instances of all trials that run at a time. search is what the spec channel is going to say, nil for nothing: AWS has no place for any of it.
func CheckTuning(ctx context.Context, config aws.Config, request *sagemaker.CreateHyperParameterTuningJobInput, search *container.Search, coming ...string) (Report, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	caller, err := WhoAmI(ctx, config)
	if err != nil {
		return Report{}, err
	}
	var all Report
	for _, d := range Definitions(request) {
		c := newCheck(config, caller, trialRequest(request, d), coming)
		c.search, c.trials = aws.ToString(request.HyperParameterTuningJobName), parallel(request)
		report, err := c.run(ctx)
		if err != nil {
			return Report{}, err
		}
		all.add(report)
	}
	found, err := searchFindings(search)
	if err != nil {
		return Report{}, err
	}
	all.add(Report{Findings: found})
	all.sort()
	return all, nil
}

// Definitions are a tuning job's definitions, whether it has one or a list.
func Definitions(r *sagemaker.CreateHyperParameterTuningJobInput) []*types.HyperParameterTrainingJobDefinition {
	var all []*types.HyperParameterTrainingJobDefinition
	if r.TrainingJobDefinition != nil {
		all = append(all, r.TrainingJobDefinition)
	}
	for i := range r.TrainingJobDefinitions {
		all = append(all, &r.TrainingJobDefinitions[i])
	}
	return all
}

// parallel is how many trials run at a time, which are no more than there are.
func parallel(r *sagemaker.CreateHyperParameterTuningJobInput) int {
	c := r.HyperParameterTuningJobConfig
	if c == nil || c.ResourceLimits == nil {
		return 1
	}
	n := aws.ToInt32(c.ResourceLimits.MaxParallelTrainingJobs)
	if most := aws.ToInt32(c.ResourceLimits.MaxNumberOfTrainingJobs); most > 0 {
		n = min(n, most)
	}
	return int(max(n, 1))
}

// trialRequest is a trial as a training job of its own, as far as checks look at it.
func trialRequest(r *sagemaker.CreateHyperParameterTuningJobInput, d *types.HyperParameterTrainingJobDefinition) *sagemaker.CreateTrainingJobInput {
	job := &sagemaker.CreateTrainingJobInput{
		TrainingJobName: aws.String(aws.ToString(r.HyperParameterTuningJobName) + "-001-00000000"), HyperParameters: d.StaticHyperParameters, RoleArn: d.RoleArn,
		InputDataConfig: d.InputDataConfig, OutputDataConfig: d.OutputDataConfig, ResourceConfig: d.ResourceConfig, VpcConfig: d.VpcConfig,
		StoppingCondition: d.StoppingCondition, EnableManagedSpotTraining: d.EnableManagedSpotTraining, CheckpointConfig: d.CheckpointConfig,
		EnableNetworkIsolation: d.EnableNetworkIsolation, Environment: d.Environment, Tags: r.Tags,
	}
	if a := d.AlgorithmSpecification; a != nil {
		job.AlgorithmSpecification = &types.AlgorithmSpecification{
			TrainingImage: a.TrainingImage, AlgorithmName: a.AlgorithmName, TrainingInputMode: a.TrainingInputMode, MetricDefinitions: a.MetricDefinitions,
		}
	}
	if c := d.HyperParameterTuningResourceConfig; c != nil && job.ResourceConfig == nil {
		job.ResourceConfig = &types.ResourceConfig{
			InstanceType: c.InstanceType, InstanceCount: c.InstanceCount, VolumeSizeInGB: c.VolumeSizeInGB, VolumeKmsKeyId: c.VolumeKmsKeyId,
		}
	}
	return job
}

func searchFindings(search *container.Search) ([]Finding, error) {
	if search == nil {
		return nil, nil
	}
	_, spec, err := container.Spec{Search: search}.Marshal()
	if err != nil {
		return nil, err
	}
	return CheckSearch(spec), nil
}

// add takes over what another report has more.
func (r *Report) add(other Report) {
	for _, f := range other.Findings {
		same := func(g Finding) bool { return g.Code == f.Code && g.What == f.What && g.Where == f.Where }
		if !slices.ContainsFunc(r.Findings, same) {
			r.Findings = append(r.Findings, f)
		}
	}
	r.Unknown = append(r.Unknown, other.Unknown...)
}
