// Package iam is the little of AWS IAM that SageMaker clients call before they create a job. The engine has no roles:
// every well-formed name is a role that SageMaker may assume, and every action is allowed.
package iam

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/sagefly/sagefly/engine/internal/aws"
)

const namespace = "https://iam.amazonaws.com/doc/2010-05-08/"

// trust is the policy that SDKs look for in a role: SageMaker may assume it.
const trust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"sagemaker.amazonaws.com"},"Action":"sts:AssumeRole"}]}`

// Serve answers one request of the query protocol, whose parameters are form.
func Serve(w http.ResponseWriter, r *http.Request, form url.Values) {
	q := aws.From(r.Context())
	switch action := form.Get("Action"); action {
	case "GetRole":
		getRole(w, q, form.Get("RoleName"))
	case "SimulatePrincipalPolicy":
		simulate(w, q, form)
	default:
		aws.WriteQueryError(w, q, namespace, aws.InvalidAction(action))
	}
}

type roleResponse struct {
	XMLName xml.Name             `xml:"https://iam.amazonaws.com/doc/2010-05-08/ GetRoleResponse"`
	Role    role                 `xml:"GetRoleResult>Role"`
	Meta    aws.ResponseMetadata `xml:"ResponseMetadata"`
}

type role struct {
	Path, RoleName, RoleId, Arn, CreateDate, AssumeRolePolicyDocument string
	MaxSessionDuration                                                int
}

func getRole(w http.ResponseWriter, q aws.Request, name string) {
	if name == "" || len(name) > 64 || strings.ContainsFunc(name, func(c rune) bool {
		return !strings.ContainsRune("+=,.@-_", c) && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z')
	}) {
		aws.WriteQueryError(w, q, namespace, aws.QueryError{
			Status: http.StatusBadRequest, Code: "ValidationError",
			Message: "The specified value for roleName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-",
		})
		return
	}
	aws.WriteXML(w, http.StatusOK, roleResponse{
		Role: role{
			Path: "/", RoleName: name, RoleId: "AROAEMBEDDEDENGINE000", Arn: fmt.Sprintf("arn:aws:iam::%s:role/%s", q.Account, name),
			CreateDate: "2024-01-01T00:00:00Z", AssumeRolePolicyDocument: url.QueryEscape(trust), MaxSessionDuration: 3600,
		},
		Meta: aws.ResponseMetadata{RequestId: q.ID},
	})
}

type simulateResponse struct {
	XMLName     xml.Name             `xml:"https://iam.amazonaws.com/doc/2010-05-08/ SimulatePrincipalPolicyResponse"`
	Results     []evaluation         `xml:"SimulatePrincipalPolicyResult>EvaluationResults>member"`
	IsTruncated bool                 `xml:"SimulatePrincipalPolicyResult>IsTruncated"`
	Meta        aws.ResponseMetadata `xml:"ResponseMetadata"`
}

type evaluation struct{ EvalActionName, EvalResourceName, EvalDecision string }

func simulate(w http.ResponseWriter, q aws.Request, form url.Values) {
	if _, _, ok := aws.ParseRole(form.Get("PolicySourceArn")); !ok {
		aws.WriteQueryError(w, q, namespace, aws.QueryError{
			Status: http.StatusBadRequest, Code: "InvalidInput",
			Message: fmt.Sprintf("Invalid Entity Arn: %s does not clearly define entity type and name.", form.Get("PolicySourceArn")),
		})
		return
	}
	resources := members(form, "ResourceArns.member.")
	if len(resources) == 0 {
		resources = []string{"*"}
	}
	answer := simulateResponse{Meta: aws.ResponseMetadata{RequestId: q.ID}}
	for _, action := range members(form, "ActionNames.member.") {
		for _, resource := range resources {
			answer.Results = append(answer.Results, evaluation{action, resource, "allowed"})
		}
	}
	aws.WriteXML(w, http.StatusOK, answer)
}

// members returns the values of a list in the query protocol: prefix1, prefix2, …
func members(form url.Values, prefix string) (list []string) {
	for i := 1; form.Has(fmt.Sprintf("%s%d", prefix, i)); i++ {
		list = append(list, form.Get(fmt.Sprintf("%s%d", prefix, i)))
	}
	return list
}
