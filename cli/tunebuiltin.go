//go:build !sagefly_task

package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"

	"github.com/sagefly/sagefly"
)

// tuneBuiltin makes a search of a built-in algorithm's job.
func (a *app) tuneBuiltin(ctx context.Context, args []string, o *tuneFlags) (*search, error) {
	o.more = o.words()
	if flag := o.scriptFlags.given(); flag != "" {
		return nil, usage(flag+" is for scripts", "an algorithm does not take it", "sagefly tune ./train.py "+flag+" …")
	}
	b, err := a.builtin(args, &o.trainFlags)
	if err != nil {
		return nil, err
	}
	given, err := parseVaries(o.vary)
	if err != nil {
		return nil, err
	}
	space, err := b.space(given)
	if err != nil {
		return nil, err
	}
	config, err := o.builtinConfig(space)
	if err != nil {
		return nil, err
	}
	name, err := tuningNameOf(o.name, b.version.Algorithm, time.Now())
	if err != nil {
		return nil, err
	}
	p, err := a.prepareBuiltin(ctx, b, &o.trainFlags)
	if err != nil {
		return nil, err
	}
	p.request.TrainingJobName = &name
	s, err := a.searchOf(p.request, config, space.varied, o)
	if err == nil {
		err = o.wish(p.request)
	}
	if err != nil {
		p.discard()
		return nil, err
	}
	s.space.title = choose(len(given) > 0, "", "searches the ranges that AWS recommends")
	s.library, s.work = p.library, p.discard
	p.tuning = func() (*sagemaker.CreateHyperParameterTuningJobInput, error) {
		w, err := o.wireTuning(p.request, config)
		if err != nil {
			return nil, err
		}
		return w.request, nil
	}
	s.again = func(values map[string]string) string { return shellLine(o.trainWith(args, values)) }
	s.request = func(ctx context.Context, t *target) (*sagemaker.CreateHyperParameterTuningJobInput, error) {
		if err := t.stage(ctx, a.screen, p); err != nil {
			return nil, err
		}
		return s.wired(ctx, t, p.request, config)
	}
	return s, nil
}

// builtinConfig is the configuration of a search with a built-in algorithm.
func (o *tuneFlags) builtinConfig(s *builtinSpace) (sagefly.TuningConfig, error) {
	for _, name := range []string{"objective", "eval_metric"} {
		if v := find(s.varied, name); v != nil && o.objective == "" {
			return sagefly.TuningConfig{}, usage("tune needs an objective", "it does not follow from a hyperparameter that is varied: "+name, "--objective minimize:validation:rmse")
		}
	}
	_, folds := s.set["_kfold"] // cross-validation makes its own validation data
	objective, err := builtinObjective(s.version, o.objective, s.set, o.validation != "" || o.holdout != "" || folds)
	if err != nil {
		return sagefly.TuningConfig{}, err
	}
	c, err := o.config(s.varied, objective, s.fallback)
	if err != nil || c.Strategy != sagefly.Hyperband || c.MaxResource != 0 {
		return c, err
	}
	return withRounds(c, s.set["num_round"])
}

// withRounds says how often a trial reports its objective: once a round.
func withRounds(c sagefly.TuningConfig, rounds string) (sagefly.TuningConfig, error) {
	if _, err := fmt.Sscan(rounds, &c.MaxResource); err != nil || c.MaxResource < 1 {
		return c, usage("hyperband needs to know how often a trial reports its objective", "the number of rounds is varied, and --strategy does not say it",
			"--strategy hyperband:1..50", "--set num_round=50")
	}
	return c, nil
}

// searchOf is a search whose trials are made of a training job's request. The request is tried now, so that what cannot be
// searched is said before anything is uploaded.
func (a *app) searchOf(job *sagemaker.CreateTrainingJobInput, config sagefly.TuningConfig, all []*varied, o *tuneFlags) (*search, error) {
	w, err := o.wireTuning(job, config)
	if err != nil {
		return nil, err
	}
	space := searched{varied: all, start: config.Start}
	return &search{
		app: a, flags: &o.searchFlags, name: *job.TrainingJobName, out: o.out, detach: o.detach, extra: w.extra,
		notes: []string{objectiveNote(w.request.HyperParameterTuningJobConfig, space)}, space: space,
	}, nil
}

// wired is the request for a training job that has everything, with the spec channel where it needs one.
func (s *search) wired(ctx context.Context, t *target, job *sagemaker.CreateTrainingJobInput, config sagefly.TuningConfig) (*sagemaker.CreateHyperParameterTuningJobInput, error) {
	w, err := s.flags.wireTuning(job, config)
	if err != nil {
		return nil, err
	}
	return w.request, t.addSearch(ctx, w)
}
