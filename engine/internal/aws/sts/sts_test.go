package sts

import (
	"encoding/xml"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/sagefly/sagefly/engine/internal/aws"
)

func serve(t *testing.T, form url.Values, answer any) int {
	t.Helper()
	r := httptest.NewRequest("POST", "/", nil)
	r = r.WithContext(aws.With(r.Context(), aws.Request{ID: "request-1", Account: "000000000000"}))
	w := httptest.NewRecorder()
	Face{}.Serve(w, r, form)
	if err := xml.Unmarshal(w.Body.Bytes(), answer); err != nil {
		t.Fatalf("%s: %v", w.Body, err)
	}
	return w.Code
}

// The shape is that of the API reference's sample answer.
func TestGetCallerIdentity(t *testing.T) {
	t.Parallel()
	var a struct {
		XMLName   xml.Name `xml:"https://sts.amazonaws.com/doc/2011-06-15/ GetCallerIdentityResponse"`
		Account   string   `xml:"GetCallerIdentityResult>Account"`
		Arn       string   `xml:"GetCallerIdentityResult>Arn"`
		RequestID string   `xml:"ResponseMetadata>RequestId"`
	}
	code := serve(t, url.Values{"Action": {"GetCallerIdentity"}}, &a)
	if code != 200 || a.Account != "000000000000" || a.Arn != "arn:aws:iam::000000000000:root" || a.RequestID != "request-1" {
		t.Errorf("%d %+v", code, a)
	}
}

func TestAssumeRole(t *testing.T) {
	t.Parallel()
	var a struct {
		Arn string `xml:"AssumeRoleResult>AssumedRoleUser>Arn"`
		Key string `xml:"AssumeRoleResult>Credentials>AccessKeyId"`
	}
	form := url.Values{"Action": {"AssumeRole"}, "RoleArn": {"arn:aws:iam::123456789012:role/path/train"}, "RoleSessionName": {"me"}}
	if code := serve(t, form, &a); code != 200 || a.Arn != "arn:aws:sts::123456789012:assumed-role/train/me" || a.Key == "" {
		t.Errorf("%d %+v", code, a)
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	for want, form := range map[string]url.Values{
		"InvalidAction":   {"Action": {"GetFederationToken"}},
		"ValidationError": {"Action": {"AssumeRole"}, "RoleArn": {"train"}, "RoleSessionName": {"me"}},
	} {
		var a struct {
			XMLName xml.Name `xml:"https://sts.amazonaws.com/doc/2011-06-15/ ErrorResponse"`
			Code    string   `xml:"Error>Code"`
			Type    string   `xml:"Error>Type"`
		}
		if code := serve(t, form, &a); code != 400 || a.Code != want || a.Type != "Sender" {
			t.Errorf("%d %+v, want %s", code, a, want)
		}
	}
}
