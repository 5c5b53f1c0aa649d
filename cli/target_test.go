//go:build !sagefly_task

package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// world is an app with an environment and buffers for streams.
func world(env map[string]string) (*app, *bytes.Buffer, *bytes.Buffer) {
	var out, err bytes.Buffer
	a := newApp(IO{In: strings.NewReader(""), Out: &out, Err: &err, Env: func(name string) string { return env[name] }})
	return a, &out, &err
}

func TestDataDir(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		env  map[string]string
		want string
	}{
		{"home", map[string]string{"HOME": "/home/u"}, "/home/u/.local/share/sagefly"},
		{"XDG", map[string]string{"HOME": "/home/u", "XDG_DATA_HOME": "/data"}, "/data/sagefly"},
		{"a relative XDG path is invalid", map[string]string{"HOME": "/home/u", "XDG_DATA_HOME": "data"}, "/home/u/.local/share/sagefly"},
	} {
		a, _, _ := world(c.env)
		if dir, temp, err := a.dataDir(); dir != c.want || temp || err != nil {
			t.Errorf("%s: %s, %v", c.name, dir, err)
		}
	}
	a, _, _ := world(nil)
	if _, _, err := a.dataDir(); err == nil {
		t.Error("no HOME is no error")
	}
}

func TestTargetRefusals(t *testing.T) {
	t.Parallel()
	for _, on := range []string{"AWS", "http://", "http://127.0.0.1:1/path", "ftp://x"} {
		a, _, _ := world(nil)
		a.on = on
		_, err := a.target(context.Background())
		if p, ok := errors.AsType[*Problem](err); !ok || p.Exit != exitUsage {
			t.Errorf("%s: %v", on, err)
		}
	}
}

func TestKeysAndRegion(t *testing.T) {
	t.Parallel()
	a, _, _ := world(map[string]string{"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "s", "AWS_DEFAULT_REGION": "eu-west-1"})
	if k := a.keys(); k.AccessKeyID != "AKIA" || a.awsRegion() != "eu-west-1" {
		t.Errorf("%v %s", k.AccessKeyID, a.awsRegion())
	}
	a, _, _ = world(map[string]string{"AWS_ACCESS_KEY_ID": "AKIA"})
	if k := a.keys(); k.AccessKeyID != dummyKey || a.awsRegion() != "us-east-1" {
		t.Errorf("half a pair of keys was used: %v %s", k.AccessKeyID, a.awsRegion())
	}
}

// The answer's form is that of the AWS STS API reference.
func TestWhere(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if !strings.Contains(r.Header.Get("Authorization"), "/us-east-1/sts/aws4_request") || !strings.Contains(string(body), "Action=GetCallerIdentity") {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		_, _ = io.WriteString(w, `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
			<Arn>arn:aws:iam::123456789012:user/Alice</Arn><UserId>A</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`)
	}))
	defer server.Close()
	a, _, _ := world(nil)
	a.on = server.URL
	target, err := a.target(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	p, err := target.where(context.Background())
	if err != nil || p.bucket != "sagemaker-us-east-1-123456789012" || p.role != "arn:aws:iam::123456789012:role/sagefly" {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	a, _, _ := world(nil)
	a.on = server.URL
	target, err := a.target(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	target.aws.RetryMaxAttempts = 1
	_, err = target.describe(context.Background(), "x")
	ps, code := explain(err)
	if code != exitError || ps[0].What != "the target does not answer" || ps[0].Where != server.URL {
		t.Errorf("%d %+v", code, ps)
	}
}
