package cloud

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/smithy-go"

	"github.com/sagefly/sagefly/api"
	"github.com/sagefly/sagefly/internal/policy"
)

// service is SageMaker as a principal.
const service = "sagemaker.amazonaws.com"

// checkRole looks for the role and whether SageMaker may assume it.
func (c *check) checkRole(ctx context.Context) {
	arn := aws.ToString(c.request.RoleArn)
	account, name, ok := parseRole(arn)
	switch {
	case !ok:
		c.find(c.roleFinding(CodeRequestInvalid, "the role is no role's ARN", "arn:aws:iam::ACCOUNT:role/NAME is one"))
		return
	case account != c.caller.Account:
		c.find(c.roleFinding(CodeRoleMissing, "the execution role belongs to another account",
			fmt.Sprintf("the credentials belong to account %s, and a role can be given to jobs of its own account only", c.caller.Account)))
		return
	}
	found, err := c.iam.GetRole(ctx, &iam.GetRoleInput{RoleName: &name})
	switch {
	case hasCode(err, "NoSuchEntity", "NoSuchEntityException"):
		c.roleMissing(ctx, account)
	case err != nil:
		c.unasked("whether the role exists and trusts SageMaker", err)
	case aws.ToString(found.Role.Arn) != arn:
		f := c.roleFinding(CodeRoleMissing, "the execution role has another path", "the role of that name is "+aws.ToString(found.Role.Arn))
		f.Fix = []string{"give the whole ARN:  --role " + aws.ToString(found.Role.Arn)}
		c.find(f)
	default:
		c.checkTrust(found.Role)
	}
}

func (c *check) roleFinding(code, what, why string) Finding {
	return Finding{
		Code: code, What: what, Where: "RoleArn = " + aws.ToString(c.request.RoleArn), Why: why,
		Fix: []string{"print a role for this job and the commands that make it:  sagefly iam role"},
	}
}

// roleMissing names the roles that would do, when they can be listed.
func (c *check) roleMissing(ctx context.Context, account string) {
	f := c.roleFinding(CodeRoleMissing, "the execution role does not exist", fmt.Sprintf("IAM in account %s has no such role", account))
	roles, err := TrustingRoles(ctx, c.config)
	switch {
	case err != nil:
	case len(roles) == 0:
		f.Why += "; no role there trusts " + service
	default:
		f.Why += fmt.Sprintf("; %d there trust %s", len(roles), service)
		for _, arn := range roles[:min(3, len(roles))] {
			f.Fix = append([]string{"use  --role " + arn}, f.Fix...)
		}
	}
	c.find(f)
}

// TrustingRoles are the ARNs of the account's roles that SageMaker may assume, of the first thousand roles, by name.
func TrustingRoles(ctx context.Context, config aws.Config) ([]string, error) {
	var found []string
	pages := iam.NewListRolesPaginator(iam.NewFromConfig(config), &iam.ListRolesInput{MaxItems: aws.Int32(200)})
	for range 5 {
		if !pages.HasMorePages() {
			break
		}
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("list roles: %w", err)
		}
		for _, r := range page.Roles {
			if d, err := trustOf(r); err == nil && decideTrust(d, nil) != policy.ImplicitDeny && decideTrust(d, nil) != policy.ExplicitDeny {
				found = append(found, aws.ToString(r.Arn))
			}
		}
	}
	return found, nil
}

// trustOf reads a role's trust policy, which the API gives URL-encoded.
func trustOf(r types.Role) (policy.Document, error) {
	text, err := url.QueryUnescape(aws.ToString(r.AssumeRolePolicyDocument))
	if err != nil {
		return policy.Document{}, fmt.Errorf("read trust policy: %w", err)
	}
	return policy.Parse(text)
}

func decideTrust(d policy.Document, context map[string][]string) policy.Decision {
	return policy.Decide([]policy.Document{d}, policy.Request{Action: "sts:AssumeRole", Service: service, Context: context})
}

// checkTrust reads the trust policy as SageMaker would meet it with this job.
func (c *check) checkTrust(r *types.Role) {
	if r.CreateDate != nil && time.Since(*r.CreateDate) < time.Minute {
		c.unknown("the role is less than a minute old: SageMaker may need another one or two to see it")
	}
	d, err := trustOf(*r)
	if err != nil {
		c.unasked("whether the role trusts SageMaker", err)
		return
	}
	job := api.TrainingJobARN(c.config.Region, c.caller.Account, aws.ToString(c.request.TrainingJobName))
	switch decideTrust(d, map[string][]string{"aws:SourceAccount": {c.caller.Account}, "aws:SourceArn": {job}}) {
	case policy.Allowed:
	case policy.Unknown:
		c.unknown("whether the role trusts SageMaker: its trust policy depends on conditions or wildcards")
	default:
		f := c.roleFinding(CodeRoleTrust, "the execution role does not trust SageMaker", trustReason(d))
		f.Fix = []string{
			"sagefly iam role --trust > trust.json",
			"aws iam update-assume-role-policy --role-name " + aws.ToString(r.RoleName) + " --policy-document file://trust.json",
		}
		c.find(f)
	}
}

// trustReason says whom the role trusts instead.
func trustReason(d policy.Document) string {
	var names []string
	for _, s := range d.Statement {
		if s.Effect == policy.Allow && s.Principal != nil {
			for _, list := range s.Principal.Kinds {
				names = append(names, list...)
			}
		}
	}
	for _, n := range names {
		if n == service {
			return "its trust policy names " + service + ", but a condition, an action or a Deny keeps it out"
		}
	}
	if len(names) == 0 {
		return "its trust policy does not allow " + service + " to assume it"
	}
	return "its trust policy allows " + strings.Join(names, ", ") + ", not " + service
}

// hasAny reports whether err is an API error of one of the codes.
func hasCode(err error, codes ...string) bool {
	e, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		return false
	}
	for _, code := range codes {
		if e.ErrorCode() == code {
			return true
		}
	}
	return false
}
