// Package access decides by an account's rules. It is what the faces of IAM and Service Quotas and the job service ask.
package access

import (
	"fmt"
	"strings"

	"github.com/sagefly/sagefly/engine/account"
	"github.com/sagefly/sagefly/internal/policy"
)

// Access is an account's rules, read. The nil Access has every role and allows everything.
type Access struct {
	account string
	caller  string
	own     policies // the caller's
	roles   map[string]*Role
	quotas  map[string]int
}

// Role is a role of the account.
type Role struct {
	Name, Path, ARN, Trust string
	trust                  policy.Document
	policies               policies
}

// policies allow everything when documents is nil.
type policies struct{ documents []policy.Document }

// trust is the policy of a role that SageMaker may assume.
const trust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"` + Service + `"},"Action":"sts:AssumeRole"}]}`

// Service is SageMaker's principal.
const Service = "sagemaker.amazonaws.com"

// New reads the rules of an account, twelve digits; no rules are a nil Access.
func New(rules *account.Rules, id string) (*Access, error) {
	if rules == nil {
		return nil, nil
	}
	a := &Access{account: id, caller: rules.Caller.ARN, roles: map[string]*Role{}, quotas: rules.Quotas}
	if a.caller == "" {
		a.caller = "arn:aws:iam::" + id + ":root"
	}
	var err error
	if a.own, err = read(rules.Caller.Policies); err != nil {
		return nil, fmt.Errorf("account rules: caller: %w", err)
	}
	for _, r := range rules.Roles {
		if a.roles[r.Name], err = a.newRole(r); err != nil {
			return nil, fmt.Errorf("account rules: role %q: %w", r.Name, err)
		}
	}
	return a, nil
}

func (a *Access) newRole(r account.Role) (*Role, error) {
	out := &Role{Name: r.Name, Path: r.Path, Trust: r.Trust}
	if out.Path == "" {
		out.Path = "/"
	}
	if out.Trust == "" {
		out.Trust = trust
	}
	out.ARN = fmt.Sprintf("arn:aws:iam::%s:role%s%s", a.account, out.Path, r.Name)
	var err error
	if out.trust, err = policy.Parse(out.Trust); err != nil {
		return nil, err
	}
	out.policies, err = read(r.Policies)
	return out, err
}

func read(texts []string) (p policies, err error) {
	if texts == nil {
		return p, nil
	}
	p.documents = make([]policy.Document, len(texts))
	for i, text := range texts {
		if p.documents[i], err = policy.Parse(text); err != nil {
			return p, err
		}
	}
	return p, nil
}

// Strict says whether there are rules.
func (a *Access) Strict() bool { return a != nil }

// Caller is the ARN of who sends requests.
func (a *Access) Caller(account string) string {
	if a == nil {
		return "arn:aws:iam::" + account + ":root"
	}
	return a.caller
}

// Role finds a role by its name. Without rules every name is a role.
func (a *Access) Role(name, account string) (Role, bool) {
	if a == nil {
		return Role{Name: name, Path: "/", ARN: "arn:aws:iam::" + account + ":role/" + name, Trust: trust}, true
	}
	r, ok := a.roles[name]
	if !ok {
		return Role{}, false
	}
	return *r, true
}

// Roles are the account's roles, in no order; none without rules.
func (a *Access) Roles() (list []Role) {
	if a == nil {
		return nil
	}
	for _, r := range a.roles {
		list = append(list, *r)
	}
	return list
}

// Allowed decides for the caller. The answer is never policy.Unknown: what cannot be decided is denied.
func (a *Access) Allowed(action, resource string, context map[string][]string) policy.Decision {
	if a == nil {
		return policy.Allowed
	}
	return a.own.decide(action, resource, context)
}

// Simulate decides for a user or role by its ARN; ok is false when the account has none of it.
func (a *Access) Simulate(principal, action, resource string, context map[string][]string) (d policy.Decision, ok bool) {
	if a == nil {
		return policy.Allowed, true
	}
	if principal == a.caller || strings.Contains(a.caller, ":assumed-role/"+last(principal)+"/") {
		return a.own.decide(action, resource, context), true
	}
	if r, found := a.byARN(principal); found {
		return r.policies.decide(action, resource, context), true
	}
	return policy.ImplicitDeny, false
}

// Assumes says whether SageMaker can assume a role for a job, both by ARN.
func (a *Access) Assumes(role, job string) bool {
	if a == nil {
		return true
	}
	r, ok := a.byARN(role)
	if !ok {
		return false
	}
	return policy.Decide([]policy.Document{r.trust}, policy.Request{
		Action: "sts:AssumeRole", Service: Service, Complete: true,
		Context: map[string][]string{"aws:SourceAccount": {a.account}, "aws:SourceArn": {job}},
	}) == policy.Allowed
}

// Quota is the limit of that name; ok is false when there is none.
func (a *Access) Quota(name string) (limit int, ok bool) {
	if a == nil {
		return 0, false
	}
	limit, ok = a.quotas[name]
	return limit, ok
}

// Quotas are all limits, by name; nil when there is none.
func (a *Access) Quotas() map[string]int {
	if a == nil {
		return nil
	}
	return a.quotas
}

// byARN asks for the whole ARN: role/x is not role/path/x.
func (a *Access) byARN(arn string) (*Role, bool) {
	r, ok := a.roles[last(arn)]
	return r, ok && r.ARN == arn
}

func last(arn string) string { return arn[strings.LastIndex(arn, "/")+1:] }

func (p policies) decide(action, resource string, context map[string][]string) policy.Decision {
	if p.documents == nil {
		return policy.Allowed
	}
	d := policy.Decide(p.documents, policy.Request{Action: action, Resource: resource, Context: context, Complete: true})
	if d == policy.Unknown {
		return policy.ImplicitDeny
	}
	return d
}
