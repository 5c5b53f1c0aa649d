//go:build !sagefly_task

package cli

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/smithy-go/logging"

	"github.com/sagefly/sagefly/api"
	"github.com/sagefly/sagefly/cloud"
)

// amazon is AWS as its SDKs are configured: environment, profiles, SSO, and endpoints of one's own (AWS_ENDPOINT_URL). It asks
// whose the credentials are, so that line 1 can say where jobs go.
func (a *app) amazon(ctx context.Context) (*target, error) {
	options := []func(*config.LoadOptions) error{config.WithLogger(logging.Nop{})} // its warnings are about connections, not jobs
	if a.region != "" {
		options = append(options, config.WithRegion(a.region))
	}
	c, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return nil, &Problem{
			What: "the AWS configuration cannot be read", Where: "AWS configuration", Why: err.Error(), Exit: exitAccess, Cause: err,
			Fix: []string{"look at it:  aws configure list"},
		}
	}
	if c.Region == "" {
		return nil, usage("no region", "neither --region, AWS_REGION nor the profile names one", "--region us-east-1")
	}
	who, err := cloud.WhoAmI(ctx, c)
	if err != nil {
		return nil, accessProblem(err)
	}
	t := &target{
		name: fmt.Sprintf("AWS %s %s", cloud.Mask(who.Account), c.Region), aws: c, amazon: true, checks: true,
		bucket: a.bucket, account: who.Account,
	}
	if at := sagemaker.NewFromConfig(c).Options().BaseEndpoint; at != nil { // it may be no AWS at all
		t.name, t.near = t.name+" at "+*at, nearBy(*at)
	}
	if a.role != "" {
		t.role = t.roleARN(a.role)
	}
	return t, nil
}

// nearBy says whether an endpoint of one's own answers on this machine.
func nearBy(endpoint string) bool {
	u, err := url.Parse(endpoint)
	return err == nil && isLoopback(u.Hostname())
}

// accessProblem explains why the target cannot be asked.
func accessProblem(err error) error {
	f, ok := cloud.Explain(err)
	if !ok {
		return err
	}
	p := problemOf(f)
	p.Cause = err
	p.Exit = exitAccess
	if f.Code == cloud.CodeUnreachable {
		p.Exit = exitError
	}
	return p
}

// roleARN is the ARN of a role that was given by its name alone. The name cannot say the role's path.
func (t *target) roleARN(role string) string {
	if strings.HasPrefix(role, "arn:") {
		return role
	}
	return fmt.Sprintf("arn:%s:iam::%s:role/%s", api.Partition(t.aws.Region), t.account, strings.TrimPrefix(role, "/"))
}

func problemOf(f cloud.Finding) *Problem {
	p := &Problem{What: f.What, Where: f.Where, Why: f.Why, Fix: f.Fix, Exit: exitRefused}
	if f.Quota {
		p.Exit = exitQuota
	}
	return p
}

// refusal are the findings as problems, worst first; nil when there is none.
func (t *target) refusal(findings []cloud.Finding) error {
	if len(findings) == 0 {
		return nil
	}
	var ps problems
	for _, f := range findings {
		p := problemOf(f)
		if f.Code == cloud.CodeRoleMissing && t.role == "" {
			p.Why += "; no --role was given, and sagefly is the name that is tried then"
		}
		ps = append(ps, p)
	}
	return ps
}

// look is a check of a request; coming are the addresses of what is still to be uploaded.
type look func(ctx context.Context, coming ...string) (cloud.Report, error)

// lookAt is the check of a training job.
func (t *target) lookAt(request *sagemaker.CreateTrainingJobInput) look {
	return func(ctx context.Context, coming ...string) (cloud.Report, error) {
		return cloud.Check(ctx, t.aws, request, coming...)
	}
}

// lookAtTuning is the check of a search. What AWS's tuner does not have is refused by itself, on AWS alone.
func (t *target) lookAtTuning(request *sagemaker.CreateHyperParameterTuningJobInput) look {
	return func(ctx context.Context, coming ...string) (cloud.Report, error) {
		return cloud.CheckTuning(ctx, t.aws, request, nil, coming...)
	}
}

// checkRequest refuses a job that would not run, before it exists and before its local channels are uploaded.
func (t *target) checkRequest(ctx context.Context, s *screen, look look, local []*channel) error {
	s.setStatus("checking before anything starts")
	var coming []string
	for _, c := range local {
		coming = append(coming, c.uri)
	}
	report, err := look(ctx, coming...)
	s.setStatus("")
	if err != nil {
		return accessProblem(err)
	}
	for _, what := range report.Unknown {
		s.unchecked(what)
	}
	return t.refusal(report.Findings)
}
