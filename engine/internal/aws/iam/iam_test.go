package iam

import (
	"encoding/json"
	"encoding/xml"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/sagefly/sagefly/engine/internal/aws"
)

func serve(t *testing.T, form url.Values, answer any) int {
	t.Helper()
	r := httptest.NewRequest("POST", "/", nil)
	r = r.WithContext(aws.With(r.Context(), aws.Request{Account: "000000000000"}))
	w := httptest.NewRecorder()
	Face{}.Serve(w, r, form)
	if err := xml.Unmarshal(w.Body.Bytes(), answer); err != nil {
		t.Fatalf("%s: %v", w.Body, err)
	}
	return w.Code
}

// SageMaker's SDK 3 refuses a role whose trust policy does not name the service; the policy is URL-encoded JSON, as the
// API reference says.
func TestGetRole(t *testing.T) {
	t.Parallel()
	var a struct {
		Arn    string `xml:"GetRoleResult>Role>Arn"`
		Policy string `xml:"GetRoleResult>Role>AssumeRolePolicyDocument"`
	}
	if code := serve(t, url.Values{"Action": {"GetRole"}, "RoleName": {"my.role@x"}}, &a); code != 200 || a.Arn != "arn:aws:iam::000000000000:role/my.role@x" {
		t.Errorf("%d %+v", code, a)
	}
	text, err := url.QueryUnescape(a.Policy)
	if err != nil {
		t.Fatal(err)
	}
	var policy struct {
		Statement []struct {
			Principal struct{ Service string }
			Action    string
		}
	}
	if err := json.Unmarshal([]byte(text), &policy); err != nil {
		t.Fatal(err)
	}
	if s := policy.Statement[0]; s.Principal.Service != "sagemaker.amazonaws.com" || s.Action != "sts:AssumeRole" {
		t.Errorf("trust policy %s", text)
	}
}

func TestSimulateAllowsEveryActionOnEveryResource(t *testing.T) {
	t.Parallel()
	var a struct {
		Results []evaluation `xml:"SimulatePrincipalPolicyResult>EvaluationResults>member"`
	}
	code := serve(t, url.Values{
		"Action": {"SimulatePrincipalPolicy"}, "PolicySourceArn": {"arn:aws:iam::000000000000:role/r"},
		"ActionNames.member.1": {"s3:GetObject"}, "ActionNames.member.2": {"s3:PutObject"},
		"ResourceArns.member.1": {"arn:aws:s3:::a"}, "ResourceArns.member.2": {"arn:aws:s3:::b"},
	}, &a)
	if code != 200 || len(a.Results) != 4 {
		t.Fatalf("%d, %d results", code, len(a.Results))
	}
	for _, r := range a.Results {
		if r.EvalDecision != "allowed" {
			t.Errorf("%+v", r)
		}
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	for want, form := range map[string]url.Values{
		"InvalidAction":    {"Action": {"CreateRole"}},
		"ValidationError":  {"Action": {"GetRole"}, "RoleName": {"a/b"}},
		"ValidationError ": {"Action": {"GetRole"}, "RoleName": {strings.Repeat("x", 65)}},
		"InvalidInput":     {"Action": {"SimulatePrincipalPolicy"}, "PolicySourceArn": {"me"}},
	} {
		var a struct {
			Code string `xml:"Error>Code"`
		}
		if code := serve(t, form, &a); code != 400 || a.Code != strings.TrimSpace(want) {
			t.Errorf("%d %s, want %s", code, a.Code, want)
		}
	}
}
