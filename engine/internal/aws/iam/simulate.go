package iam

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"regexp"

	"github.com/sagefly/sagefly/engine/internal/aws"
	"github.com/sagefly/sagefly/internal/policy"
)

type simulateResponse struct {
	XMLName     xml.Name             `xml:"https://iam.amazonaws.com/doc/2010-05-08/ SimulatePrincipalPolicyResponse"`
	Results     []evaluation         `xml:"SimulatePrincipalPolicyResult>EvaluationResults>member"`
	IsTruncated bool                 `xml:"SimulatePrincipalPolicyResult>IsTruncated"`
	Meta        aws.ResponseMetadata `xml:"ResponseMetadata"`
}

type evaluation struct{ EvalActionName, EvalResourceName, EvalDecision string }

// entity is what can be simulated: a user, group or role, but neither the account's root nor a role's session.
var entity = regexp.MustCompile(`^arn:aws[a-z-]*:iam::\d{12}:(user|group|role)/.+$`)

// simulate answers by the principal's policies alone, for every action on every resource.
func (c call) simulate() {
	principal := c.form.Get("PolicySourceArn")
	if !entity.MatchString(principal) {
		c.fail(http.StatusBadRequest, "InvalidInput", "Invalid Entity Arn: %s does not clearly define entity type and name.", principal)
		return
	}
	if !c.may("SimulatePrincipalPolicy", principal) {
		return
	}
	resources := members(c.form, "ResourceArns.member.")
	if len(resources) == 0 {
		resources = []string{"*"}
	}
	context := contextOf(c.form)
	answer := simulateResponse{Meta: aws.ResponseMetadata{RequestId: c.q.ID}}
	for _, action := range members(c.form, "ActionNames.member.") {
		for _, resource := range resources {
			d, ok := c.Access.Simulate(principal, action, resource, context)
			if !ok {
				c.fail(http.StatusNotFound, "NoSuchEntity", "The entity %s cannot be found.", principal)
				return
			}
			answer.Results = append(answer.Results, evaluation{action, resource, word(d)})
		}
	}
	aws.WriteXML(c.w, http.StatusOK, answer)
}

func word(d policy.Decision) string {
	switch d {
	case policy.Allowed:
		return "allowed"
	case policy.ExplicitDeny:
		return "explicitDeny"
	}
	return "implicitDeny"
}

// contextOf reads ContextEntries: key → values.
func contextOf(form url.Values) map[string][]string {
	found := map[string][]string{}
	for i := 1; ; i++ {
		prefix := fmt.Sprintf("ContextEntries.member.%d.", i)
		key := form.Get(prefix + "ContextKeyName")
		if key == "" {
			return found
		}
		found[key] = members(form, prefix+"ContextKeyValues.member.")
	}
}

// members returns the values of a list in the query protocol: prefix1, prefix2, …
func members(form url.Values, prefix string) (list []string) {
	for i := 1; form.Has(fmt.Sprintf("%s%d", prefix, i)); i++ {
		list = append(list, form.Get(fmt.Sprintf("%s%d", prefix, i)))
	}
	return list
}
