// Package iam is the little of AWS IAM that SageMaker clients call before they create a job. By default the engine has no roles of
// its own: every well-formed name is a role that SageMaker may assume, and every action is allowed. With an account's rules it
// answers by them.
package iam

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/sagefly/sagefly/engine/internal/access"
	"github.com/sagefly/sagefly/engine/internal/aws"
	"github.com/sagefly/sagefly/internal/policy"
)

const namespace = "https://iam.amazonaws.com/doc/2010-05-08/"

// Face answers requests by an account's rules; without them it allows everything.
type Face struct{ Access *access.Access }

// call is one request under way.
type call struct {
	Face
	w    http.ResponseWriter
	q    aws.Request
	form url.Values
}

// Serve answers one request of the query protocol, whose parameters are form.
func (f Face) Serve(w http.ResponseWriter, r *http.Request, form url.Values) {
	c := call{f, w, aws.From(r.Context()), form}
	switch action := form.Get("Action"); action {
	case "GetRole":
		c.getRole()
	case "ListRoles":
		c.listRoles()
	case "SimulatePrincipalPolicy":
		c.simulate()
	default:
		aws.WriteQueryError(w, c.q, namespace, aws.InvalidAction(action))
	}
}

func (c call) fail(status int, code, format string, args ...any) {
	aws.WriteQueryError(c.w, c.q, namespace, aws.QueryError{Status: status, Code: code, Message: fmt.Sprintf(format, args...)})
}

// may refuses what the caller's policies do not allow, in IAM's words.
func (c call) may(action, resource string) bool {
	reason := "because no identity-based policy allows the iam:" + action + " action"
	switch c.Access.Allowed("iam:"+action, resource, nil) {
	case policy.Allowed:
		return true
	case policy.ExplicitDeny:
		reason = "with an explicit deny in an identity-based policy"
	}
	c.fail(http.StatusForbidden, "AccessDenied", "User: %s is not authorized to perform: iam:%s on resource: %s %s",
		c.Access.Caller(c.q.Account), action, resource, reason)
	return false
}

type role struct {
	Path, RoleName, RoleId, Arn, CreateDate, AssumeRolePolicyDocument string
	MaxSessionDuration                                                int
}

// shown is a role as the API shows it: its trust policy is URL-encoded JSON.
func shown(r access.Role) role {
	return role{
		Path: r.Path, RoleName: r.Name, RoleId: "AROAEMBEDDEDENGINE000", Arn: r.ARN, CreateDate: "2024-01-01T00:00:00Z",
		AssumeRolePolicyDocument: url.QueryEscape(r.Trust), MaxSessionDuration: 3600,
	}
}

type roleResponse struct {
	XMLName xml.Name             `xml:"https://iam.amazonaws.com/doc/2010-05-08/ GetRoleResponse"`
	Role    role                 `xml:"GetRoleResult>Role"`
	Meta    aws.ResponseMetadata `xml:"ResponseMetadata"`
}

func (c call) getRole() {
	name := c.form.Get("RoleName")
	if !validName(name) {
		c.fail(http.StatusBadRequest, "ValidationError",
			"The specified value for roleName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-")
		return
	}
	r, ok := c.Access.Role(name, c.q.Account)
	resource := cmp.Or(r.ARN, fmt.Sprintf("arn:aws:iam::%s:role/%s", c.q.Account, name))
	if !c.may("GetRole", resource) {
		return
	}
	if !ok {
		c.fail(http.StatusNotFound, "NoSuchEntity", "The role with name %s cannot be found.", name)
		return
	}
	aws.WriteXML(c.w, http.StatusOK, roleResponse{Role: shown(r), Meta: aws.ResponseMetadata{RequestId: c.q.ID}})
}

func validName(name string) bool {
	return name != "" && len(name) <= 64 && !strings.ContainsFunc(name, func(c rune) bool {
		return !strings.ContainsRune("+=,.@-_", c) && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z')
	})
}

type rolesResponse struct {
	XMLName     xml.Name             `xml:"https://iam.amazonaws.com/doc/2010-05-08/ ListRolesResponse"`
	Roles       []role               `xml:"ListRolesResult>Roles>member"`
	IsTruncated bool                 `xml:"ListRolesResult>IsTruncated"`
	Meta        aws.ResponseMetadata `xml:"ResponseMetadata"`
}

// listRoles answers on one page. An engine without rules lists none: it takes any.
func (c call) listRoles() {
	if !c.may("ListRoles", fmt.Sprintf("arn:aws:iam::%s:role/", c.q.Account)) {
		return
	}
	answer := rolesResponse{Meta: aws.ResponseMetadata{RequestId: c.q.ID}}
	for _, r := range c.Access.Roles() {
		if strings.HasPrefix(r.Path, c.form.Get("PathPrefix")) {
			answer.Roles = append(answer.Roles, shown(r))
		}
	}
	slices.SortFunc(answer.Roles, func(a, b role) int { return strings.Compare(a.RoleName, b.RoleName) })
	aws.WriteXML(c.w, http.StatusOK, answer)
}
