//go:build !sagefly_task

package cli

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagefly/sagefly/api"
	"github.com/sagefly/sagefly/cloud"
	"github.com/sagefly/sagefly/container"
)

// freshSuffix is the end of a name that was made here.
var freshSuffix = regexp.MustCompile(`-[0-9]{8}-[0-9]{6}-[0-9a-f]{4}$`)

// maxParents is how many searches one may begin with.
const maxParents = 5

// extension is a search that goes on where another one ended. What that was is known when the target is.
func (a *app) extension(args []string, o *tuneFlags) (*search, error) {
	if len(args) > 0 || o.file != "" || o.train != "" || o.validation != "" || o.prepares() || o.scriptFlags.given() != "" {
		return nil, usage("--extend goes with no algorithm, script, file or data", "it has those of the search that it extends", "sagefly tune --extend "+o.extend+" --jobs 20")
	}
	if flag := o.given("vary", "objective", "strategy", "early-stop", "set", "try", "instance", "max-runtime", "spot"); flag != "" {
		return nil, usage("--extend and "+flag+" exclude each other", "the search goes on as it was; only --jobs, --parallel, --seed, --target, --patience, --name and --tag are its own")
	}
	name, err := tuningNameOf(o.name, freshSuffix.ReplaceAllString(o.extend, ""), time.Now())
	if err != nil {
		return nil, err
	}
	s := &search{app: a, flags: &o.searchFlags, name: name, out: o.out, detach: o.detach}
	s.notes = []string{fmt.Sprintf("goes on from %s, whose trials it knows (WarmStartConfig, IdenticalDataAndAlgorithm); the request is that of %[1]s", o.extend)}
	s.request = func(ctx context.Context, t *target) (*sagemaker.CreateHyperParameterTuningJobInput, error) {
		return a.extend(ctx, t, name, o)
	}
	return s, o.checkEnds("")
}

// extend is the request of the new tuning job.
func (a *app) extend(ctx context.Context, t *target, name string, o *tuneFlags) (*sagemaker.CreateHyperParameterTuningJobInput, error) {
	parent, err := t.tuningNamed(ctx, o.extend)
	if err != nil {
		return nil, err
	}
	if err := extendable(parent); err != nil {
		return nil, err
	}
	request := &sagemaker.CreateHyperParameterTuningJobInput{
		HyperParameterTuningJobName: &name, HyperParameterTuningJobConfig: parent.HyperParameterTuningJobConfig,
		TrainingJobDefinition: parent.TrainingJobDefinition, WarmStartConfig: warmStart(parent),
	}
	delete(request.TrainingJobDefinition.StaticHyperParameters, api.ObjectiveParameter)
	o.further(request.HyperParameterTuningJobConfig)
	if request.Tags, err = t.tagsOf(ctx, deref(parent.HyperParameterTuningJobArn)); err != nil {
		return nil, err
	}
	if err := o.wishTuning(request); err != nil {
		return nil, err
	}
	a.screen.note("%s", objectiveNote(request.HyperParameterTuningJobConfig))
	if err := t.forgetStart(ctx, request); err != nil {
		return nil, err
	}
	return request, t.checkTuning(ctx, a.screen, request)
}

// tuningNamed returns a tuning job, or the problem that there is none of the name.
func (t *target) tuningNamed(ctx context.Context, name string) (*tuningJob, error) {
	job, err := t.describeTuning(ctx, name)
	if err != nil {
		return nil, err
	}
	if job == nil {
		return nil, t.noJob(ctx, name, nil)
	}
	return job, nil
}

// extendable refuses what warm start does not take.
func extendable(parent *tuningJob) error {
	name := deref(parent.HyperParameterTuningJobName)
	status, kind := parent.HyperParameterTuningJobStatus, strategyOf(parent)
	var p *Problem
	switch {
	case !cloud.TuningEnded(status):
		p = refused(name+" has not ended", "its status is "+string(status), "wait for it:  sagefly wait "+name, "end it:  sagefly stop "+name)
	case parent.TrainingJobDefinition == nil:
		p = refused(name+" cannot be extended", "it has several definitions, and a warm start takes one")
	case kind != string(types.HyperParameterTuningJobStrategyTypeBayesian) && kind != string(types.HyperParameterTuningJobStrategyTypeRandom):
		p = refused(name+" cannot be extended", "its strategy is "+kind+", and a warm start is for Bayesian and Random")
	default:
		return nil
	}
	p.Where = "--extend " + name
	return p
}

// warmStart names the search and those that it began with itself, for a warm start does not follow them.
func warmStart(parent *tuningJob) *types.HyperParameterTuningJobWarmStartConfig {
	w := &types.HyperParameterTuningJobWarmStartConfig{
		WarmStartType:                  types.HyperParameterTuningJobWarmStartTypeIdenticalDataAndAlgorithm,
		ParentHyperParameterTuningJobs: []types.ParentHyperParameterTuningJob{{HyperParameterTuningJobName: parent.HyperParameterTuningJobName}},
	}
	if own := parent.WarmStartConfig; own != nil && own.WarmStartType == w.WarmStartType {
		w.ParentHyperParameterTuningJobs = append(w.ParentHyperParameterTuningJobs, own.ParentHyperParameterTuningJobs...)
	}
	w.ParentHyperParameterTuningJobs = w.ParentHyperParameterTuningJobs[:min(len(w.ParentHyperParameterTuningJobs), maxParents)]
	return w
}

// further puts the limits of the new trials over those of the old ones.
func (o *tuneFlags) further(c *types.HyperParameterTuningJobConfig) {
	c.RandomSeed = nil // the same draws would be the same points
	o.limit(c)
	if (o.changed("target") || o.changed("patience")) && c.TuningJobCompletionCriteria == nil {
		c.TuningJobCompletionCriteria = &types.TuningJobCompletionCriteria{}
	}
	if o.changed("target") {
		c.TuningJobCompletionCriteria.TargetObjectiveMetricValue = new(float32(o.target))
	}
	if o.changed("patience") {
		c.TuningJobCompletionCriteria.BestObjectiveNotImproving = &types.BestObjectiveNotImproving{MaxNumberOfTrainingJobsNotImproving: new(int32(o.patience))}
	}
}

// forgetStart takes the start points out of the spec channel: they were tried.
func (t *target) forgetStart(ctx context.Context, r *sagemaker.CreateHyperParameterTuningJobInput) error {
	if specChannel(r.TrainingJobDefinition) < 0 {
		return nil
	}
	spec, err := t.readSpec(ctx, r.TrainingJobDefinition)
	if err != nil || spec.Search == nil || spec.Search.Start == nil {
		return err
	}
	spec.Search = &container.Search{Conditions: spec.Search.Conditions}
	return t.writeSpec(ctx, *r.HyperParameterTuningJobName, r.TrainingJobDefinition, spec)
}

// tagsOf are a job's tags, without those that AWS itself sets.
func (t *target) tagsOf(ctx context.Context, arn string) ([]types.Tag, error) {
	var tags []types.Tag
	pages := sagemaker.NewListTagsPaginator(t.jobs(), &sagemaker.ListTagsInput{ResourceArn: &arn})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		tags = append(tags, page.Tags...)
	}
	return slices.DeleteFunc(tags, func(t types.Tag) bool { return strings.HasPrefix(deref(t.Key), "aws:") }), nil
}
