//go:build !sagefly_task

package cli

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/smithy-go"

	"github.com/sagefly/sagefly"
)

// launch is one run of a task: its request made, its job created, followed and reported.
type launch struct {
	app     *app
	target  *target
	to      sagefly.Target
	options sagefly.StartOptions
	detach  bool
	prepare func(context.Context, sagefly.Target) (*sagemaker.CreateTrainingJobInput, error)
	report  func(context.Context, *sagemaker.DescribeTrainingJobOutput) error
}

func (l *launch) run(ctx context.Context) error {
	s := l.app.screen
	rule := l.app.interruptRule(l.target)
	s.note("%s", s.paintE.bold(l.target.name))
	s.setStatus("packing and uploading")
	l.to.Unchecked = s.unchecked
	request, err := l.prepare(ctx, l.to)
	s.setStatus("")
	if e, ok := errors.AsType[*sagefly.PreflightError](err); ok {
		return l.target.refusal(e.Report.Findings)
	}
	if err != nil {
		return notPrepared(err)
	}
	adopted, err := sagefly.Launch(ctx, l.to, request, l.options)
	if err != nil {
		return createError(err, *request.TrainingJobName)
	}
	name := *request.TrainingJobName
	s.note("%s %s%s", name, choose(adopted, "is there already, from the same request ", ""), rule.says(l.detach))
	if l.detach {
		return l.app.detached(name)
	}
	job, err := l.app.watch(ctx, l.target, request, rule)
	if err != nil {
		return err
	}
	return rule.verdict(l.report(ctx, job))
}

// notPrepared is the error of a request that was not made. What does not come from the target is a refusal.
func notPrepared(err error) error {
	_, asked := errors.AsType[*smithy.OperationError](err)
	_, said := errors.AsType[*Problem](err)
	if asked || said || errors.Is(err, context.Canceled) || len(fromLaunch(err)) > 0 {
		return err
	}
	return &Problem{What: err.Error(), Exit: exitRefused, Cause: err}
}
