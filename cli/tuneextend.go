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

	"github.com/sagefly/sagefly"
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
	var request *sagemaker.CreateHyperParameterTuningJobInput
	s.find = func(ctx context.Context, t *target) (err error) {
		request, err = s.extend(ctx, t, o)
		return err
	}
	s.request = func(ctx context.Context, t *target) (*sagemaker.CreateHyperParameterTuningJobInput, error) {
		if err := t.forgetStart(ctx, request); err != nil {
			return nil, err
		}
		return request, t.checkTuning(ctx, a.screen, request)
	}
	return s, o.checkEnds("")
}

// extend makes the request of the new tuning job, and says in the search what that is.
func (s *search) extend(ctx context.Context, t *target, o *tuneFlags) (*sagemaker.CreateHyperParameterTuningJobInput, error) {
	parent, err := t.tuningNamed(ctx, o.extend)
	if err != nil {
		return nil, err
	}
	if err := extendable(parent); err != nil {
		return nil, err
	}
	if err := o.check(sagefly.Strategy(strategyOf(parent))); err != nil {
		return nil, err
	}
	request := &sagemaker.CreateHyperParameterTuningJobInput{
		HyperParameterTuningJobName: &s.name, HyperParameterTuningJobConfig: parent.HyperParameterTuningJobConfig,
		TrainingJobDefinition: parent.TrainingJobDefinition, WarmStartConfig: warmStart(parent),
	}
	s.notes = []string{fmt.Sprintf("goes on from %s, whose trials it knows (WarmStartConfig, IdenticalDataAndAlgorithm); the request is that of %[1]s", o.extend)}
	s.space = s.app.searched(ctx, t, parent)
	s.space.start = nil // they were tried
	dropped, err := o.further(parent)
	if err != nil {
		return nil, err
	}
	s.notes = append(append(s.notes, dropped...), objectiveNote(request.HyperParameterTuningJobConfig, s.space))
	delete(request.TrainingJobDefinition.StaticHyperParameters, api.ObjectiveParameter)
	if request.Tags, err = t.tagsOf(ctx, deref(parent.HyperParameterTuningJobArn)); err != nil {
		return nil, err
	}
	return request, o.wishTuning(request)
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

// further makes the configuration of an ended search that of the next one: with limits of its own, and without what would end that at once, of
// which the notes tell.
func (o *tuneFlags) further(parent *tuningJob) (notes []string, err error) {
	c := parent.HyperParameterTuningJobConfig
	convergent := converged(parent)
	c.RandomSeed = nil // the same draws would be the same points
	o.limit(c)
	if c.TuningJobCompletionCriteria == nil {
		c.TuningJobCompletionCriteria = &types.TuningJobCompletionCriteria{}
	}
	ends := c.TuningJobCompletionCriteria
	if o.changed("target") {
		ends.TargetObjectiveMetricValue = new(float32(o.target))
	}
	if o.changed("patience") {
		ends.BestObjectiveNotImproving = &types.BestObjectiveNotImproving{MaxNumberOfTrainingJobsNotImproving: new(int32(o.patience))}
	}
	if best, met := targetMet(parent, ends.TargetObjectiveMetricValue); met {
		if o.changed("target") {
			return nil, o.targetProblem(parent, best)
		}
		notes = append(notes, fmt.Sprintf("the target %s does not hold any more: %s has reached it with %s; --target sets another one",
			targetText(*ends.TargetObjectiveMetricValue), o.extend, number(best)))
		ends.TargetObjectiveMetricValue = nil
	}
	if convergent {
		notes = append(notes, o.extend+" ended because it converged; the new search does not end for that")
		ends.ConvergenceDetected = nil
	}
	if ends.TargetObjectiveMetricValue == nil && ends.BestObjectiveNotImproving == nil && ends.ConvergenceDetected == nil {
		c.TuningJobCompletionCriteria = nil
	}
	return notes, nil
}

// targetMet says that a search, or one that it began with, has an objective as good as the target, and which.
func targetMet(parent *tuningJob, target *float32) (best float32, met bool) {
	found := (&tuningReport{job: parent}).best()
	if found == nil || target == nil {
		return 0, false
	}
	best, known := objectiveValue(*found)
	_, maximize := objectiveOf(parent)
	return best, known && asGood(best, *target, maximize)
}

func (o *tuneFlags) targetProblem(parent *tuningJob, best float32) error {
	_, maximize := objectiveOf(parent)
	p := refused("the target is reached already", fmt.Sprintf("the best objective of %s is %s, and the first trial as good as the target would end the search", o.extend, number(best)),
		fmt.Sprintf("--target with a %s number", choose(maximize, "larger", "smaller")), "or leave --target out")
	p.Where = "--target " + targetText(float32(o.target))
	return p
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
