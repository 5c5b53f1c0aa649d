package cloud

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/sagefly/sagefly/api"
)

// simulation asks what a user or role may do, by its policies.
type simulation struct {
	principal string   // ARN
	actions   []string //
	resources []string //
	context   map[string]contextValue
}

type contextValue struct {
	kind   types.ContextKeyTypeEnum
	values []string
}

// denial is one action on one resource that is not allowed.
type denial struct {
	action, resource string
	explicit         bool
	reason           string // which kind of policy stands in the way
	unsure           bool   // policies ask for context that the simulation did not have
}

// simulate returns what is denied.
func (c *check) simulate(ctx context.Context, s simulation) ([]denial, error) {
	in := &iam.SimulatePrincipalPolicyInput{PolicySourceArn: &s.principal, ActionNames: s.actions, ResourceArns: s.resources}
	for _, key := range slices.Sorted(maps.Keys(s.context)) {
		v := s.context[key]
		in.ContextEntries = append(in.ContextEntries, types.ContextEntry{ContextKeyName: &key, ContextKeyType: v.kind, ContextKeyValues: v.values})
	}
	var denied []denial
	for pages := iam.NewSimulatePrincipalPolicyPaginator(c.iam, in); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, r := range page.EvaluationResults {
			denied = append(denied, denials(r)...)
		}
	}
	return denied, nil
}

// denials reads one result: it may be about one resource, or have a list of results by resource.
func denials(r types.EvaluationResult) (list []denial) {
	d := denial{action: aws.ToString(r.EvalActionName), resource: aws.ToString(r.EvalResourceName)}
	d.unsure = len(r.MissingContextValues) > 0
	d.reason = "no identity-based policy allows it"
	if r.OrganizationsDecisionDetail != nil && !r.OrganizationsDecisionDetail.AllowedByOrganizations {
		d.reason = "a policy of the organization does not allow it"
	} else if r.PermissionsBoundaryDecisionDetail != nil && !r.PermissionsBoundaryDecisionDetail.AllowedByPermissionsBoundary {
		d.reason = "the permissions boundary does not allow it"
	}
	add := func(decision types.PolicyEvaluationDecisionType) {
		if decision == types.PolicyEvaluationDecisionTypeAllowed {
			return
		}
		d.explicit = decision == types.PolicyEvaluationDecisionTypeExplicitDeny
		if d.explicit {
			d.reason = "a policy denies it explicitly"
		}
		list = append(list, d)
	}
	if len(r.ResourceSpecificResults) == 0 {
		add(r.EvalDecision)
		return list
	}
	for _, one := range r.ResourceSpecificResults {
		d.resource, d.unsure = aws.ToString(one.EvalResourceName), d.unsure || len(one.MissingContextValues) > 0
		add(one.EvalResourceDecision)
	}
	return list
}

// checkCaller asks whether the caller may create the job and give it the role.
func (c *check) checkCaller(ctx context.Context) {
	principal, ok := c.principal(ctx)
	if !ok {
		return
	}
	job, actions := c.creating()
	denied, err := c.simulate(ctx, simulation{principal, actions, []string{job}, c.requestContext()})
	c.callerDenied(CodeCreateDenied, "the caller may not", denied, err)

	role := aws.ToString(c.request.RoleArn)
	if _, _, ok := parseRole(role); !ok {
		return
	}
	denied, err = c.simulate(ctx, simulation{principal, []string{"iam:PassRole"}, []string{role}, map[string]contextValue{
		"iam:PassedToService": {types.ContextKeyTypeEnumString, []string{service}},
	}})
	c.callerDenied(CodePassRole, "the caller may not give the role to SageMaker:", denied, err)
}

// creating is what the caller does to the job, and the job's ARN.
func (c *check) creating() (job string, actions []string) {
	job = api.TrainingJobARN(c.config.Region, c.caller.Account, aws.ToString(c.request.TrainingJobName))
	actions = []string{"sagemaker:CreateTrainingJob", "sagemaker:DescribeTrainingJob"}
	if c.search != "" {
		job = api.TuningJobARN(c.config.Region, c.caller.Account, c.search)
		actions = []string{"sagemaker:CreateHyperParameterTuningJob", "sagemaker:DescribeHyperParameterTuningJob", "sagemaker:ListTrainingJobsForHyperParameterTuningJob"}
	}
	if len(c.request.Tags) > 0 {
		actions = append(actions, "sagemaker:AddTags")
	}
	return job, actions
}

func (c *check) callerDenied(code, what string, denied []denial, err error) {
	if err != nil {
		c.unasked("whether the caller may create the job and pass the role (iam:SimulatePrincipalPolicy)", err)
		return
	}
	for _, d := range denied {
		if d.unsure && !d.explicit {
			c.unknown("whether the caller may %s: its policies ask for conditions that are known only to a real request", d.action)
			continue
		}
		c.find(Finding{
			Code: code, What: what + " " + d.action, Where: "resource = " + d.resource,
			Why: d.reason + " for " + c.caller.ARN,
			Fix: []string{"print a policy for the caller:  sagefly iam caller"},
		})
	}
}

// requestContext are the condition keys that guard rails for training jobs use.
func (c *check) requestContext() map[string]contextValue {
	keys := map[string]contextValue{"aws:RequestedRegion": {types.ContextKeyTypeEnumString, []string{c.config.Region}}}
	if r := c.request.ResourceConfig; r != nil && r.InstanceType != "" {
		keys["sagemaker:InstanceTypes"] = contextValue{types.ContextKeyTypeEnumStringList, []string{string(r.InstanceType)}}
	}
	if s := c.request.StoppingCondition; s != nil && s.MaxRuntimeInSeconds != nil {
		keys["sagemaker:MaxRuntimeInSeconds"] = contextValue{types.ContextKeyTypeEnumNumeric, []string{strconv.Itoa(int(*s.MaxRuntimeInSeconds))}}
	}
	return keys
}

// principal is the user or role behind the caller that policies can be simulated for. The account's root may do everything. A
// session's ARN lacks the role's path, so the role is asked for.
func (c *check) principal(ctx context.Context) (arn string, ok bool) {
	caller := c.caller.ARN
	switch {
	case strings.HasSuffix(caller, ":root"):
		return "", false
	case strings.Contains(caller, ":federated-user/"):
		c.unknown("what the caller may do: IAM does not simulate federated users")
		return "", false
	}
	name, isSession := session(caller)
	if !isSession {
		return caller, true
	}
	if found, err := c.iam.GetRole(ctx, &iam.GetRoleInput{RoleName: &name}); err == nil {
		return aws.ToString(found.Role.Arn), true
	}
	return "arn:" + api.Partition(c.config.Region) + ":iam::" + c.caller.Account + ":role/" + name, true
}

// need is what the role must be allowed.
type need struct {
	actions   []string
	resources []string
	context   map[string]contextValue
	where     string
	unsure    func(context.Context) string // why a denial by the role's own policies may not count; "" = it counts
}

// checkRolePermissions asks whether the role may read the inputs, write the output and the log, and pull the image.
func (c *check) checkRolePermissions(ctx context.Context) {
	role := aws.ToString(c.request.RoleArn)
	if account, _, ok := parseRole(role); !ok || account != c.caller.Account {
		return
	}
	for _, n := range c.needs() {
		denied, err := c.simulate(ctx, simulation{role, n.actions, n.resources, n.context})
		if hasCode(err, "NoSuchEntity", "NoSuchEntityException", "InvalidInput", "InvalidInputException") {
			return // checkRole says so
		}
		if err != nil {
			c.unasked("what the role may do (iam:SimulatePrincipalPolicy)", err)
			return
		}
		c.roleDenied(ctx, n, denied)
	}
}

// roleDenied makes one finding of what is denied at one place.
func (c *check) roleDenied(ctx context.Context, n need, denied []denial) {
	if len(denied) == 0 {
		return
	}
	var actions []string
	explicit, missing := false, false
	for _, d := range denied {
		actions = append(actions, d.action)
		explicit, missing = explicit || d.explicit, missing || d.unsure
	}
	slices.Sort(actions)
	list := strings.Join(slices.Compact(actions), ", ")
	if !explicit {
		why := ""
		if missing {
			why = "its policies ask for conditions that are known only to a real request"
		} else if n.unsure != nil {
			why = n.unsure(ctx)
		}
		if why != "" {
			c.unknown("whether the role may %s for %s: %s", list, n.where, why)
			return
		}
	}
	c.find(Finding{
		Code: CodeRoleDenied, What: "the execution role may not " + list, Where: n.where,
		Why: fmt.Sprintf("%s for %s, on %s", denied[0].reason, aws.ToString(c.request.RoleArn), denied[0].resource),
		Fix: []string{"print what the role needs for this job:  sagefly iam role"},
	})
}
