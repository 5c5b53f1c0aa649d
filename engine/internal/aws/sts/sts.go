// Package sts is the little of AWS STS that SageMaker clients call: who am I, and a session for a role.
package sts

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/sagefly/sagefly/engine/internal/access"
	"github.com/sagefly/sagefly/engine/internal/aws"
)

const namespace = "https://sts.amazonaws.com/doc/2011-06-15/"

type identityResponse struct {
	XMLName xml.Name             `xml:"https://sts.amazonaws.com/doc/2011-06-15/ GetCallerIdentityResponse"`
	Result  identity             `xml:"GetCallerIdentityResult"`
	Meta    aws.ResponseMetadata `xml:"ResponseMetadata"`
}

type identity struct{ Arn, UserId, Account string }

// Face answers requests. With an account's rules, the caller is theirs.
type Face struct{ Access *access.Access }

// Serve answers one request of the query protocol, whose parameters are form.
func (f Face) Serve(w http.ResponseWriter, r *http.Request, form url.Values) {
	q := aws.From(r.Context())
	switch action := form.Get("Action"); action {
	case "GetCallerIdentity":
		aws.WriteXML(w, http.StatusOK, identityResponse{
			Result: identity{Arn: f.Access.Caller(q.Account), UserId: q.Account, Account: q.Account},
			Meta:   aws.ResponseMetadata{RequestId: q.ID},
		})
	case "AssumeRole":
		assumeRole(w, q, form)
	default:
		aws.WriteQueryError(w, q, namespace, aws.InvalidAction(action))
	}
}

type assumeRoleResponse struct {
	XMLName xml.Name             `xml:"https://sts.amazonaws.com/doc/2011-06-15/ AssumeRoleResponse"`
	Result  assumedRole          `xml:"AssumeRoleResult"`
	Meta    aws.ResponseMetadata `xml:"ResponseMetadata"`
}

type assumedRole struct {
	AssumedRoleUser struct{ AssumedRoleId, Arn string }
	Credentials     struct{ AccessKeyId, SecretAccessKey, SessionToken, Expiration string }
}

// assumeRole hands the caller's own standing back under the role's name: credentials are not verified on loopback, so
// any key does.
func assumeRole(w http.ResponseWriter, q aws.Request, form url.Values) {
	role, session := form.Get("RoleArn"), form.Get("RoleSessionName")
	account, name, ok := aws.ParseRole(role)
	if !ok || session == "" {
		aws.WriteQueryError(w, q, namespace, aws.QueryError{
			Status: http.StatusBadRequest, Code: "ValidationError", Message: fmt.Sprintf("%s is invalid", role),
		})
		return
	}
	var a assumedRole
	a.AssumedRoleUser.AssumedRoleId = "AROAEMBEDDEDENGINE000:" + session
	a.AssumedRoleUser.Arn = fmt.Sprintf("arn:aws:sts::%s:assumed-role/%s/%s", account, name, session)
	a.Credentials.AccessKeyId, a.Credentials.SecretAccessKey = "ASIAEMBEDDEDENGINE000", "embedded-engine"
	a.Credentials.SessionToken = "embedded-engine"
	a.Credentials.Expiration = time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	aws.WriteXML(w, http.StatusOK, assumeRoleResponse{Result: a, Meta: aws.ResponseMetadata{RequestId: q.ID}})
}
