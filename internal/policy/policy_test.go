package policy

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func parse(t *testing.T, text string) Document {
	t.Helper()
	d, err := Parse(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return d
}

func trust(statement string) string {
	return `{"Version":"2012-10-17","Statement":[` + statement + `]}`
}

// The expected decisions follow the IAM user guide: principals, NotPrincipal, Deny before Allow, condition operators.
func TestTrustInService(t *testing.T) {
	t.Parallel()
	const assume = `"Action":"sts:AssumeRole"`
	context := map[string][]string{
		"aws:SourceAccount": {"123456789012"},
		"aws:SourceArn":     {"arn:aws:sagemaker:us-west-2:123456789012:training-job/x"},
	}
	for name, c := range map[string]struct {
		text string
		want Decision
	}{
		"the service":             {trust(`{"Effect":"Allow","Principal":{"Service":"sagemaker.amazonaws.com"},` + assume + `}`), Allowed},
		"a list":                  {trust(`{"Effect":"Allow","Principal":{"Service":["ec2.amazonaws.com","sagemaker.amazonaws.com"]},` + assume + `}`), Allowed},
		"one statement, no list":  {`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"sagemaker.amazonaws.com"},` + assume + `}}`, Allowed},
		"actions by wildcard":     {trust(`{"Effect":"Allow","Principal":{"Service":"sagemaker.amazonaws.com"},"Action":["sts:TagSession","sts:Assume*"]}`), Allowed},
		"another service":         {trust(`{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},` + assume + `}`), ImplicitDeny},
		"an account":              {trust(`{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},` + assume + `}`), ImplicitDeny},
		"another action":          {trust(`{"Effect":"Allow","Principal":{"Service":"sagemaker.amazonaws.com"},"Action":"sts:TagSession"}`), ImplicitDeny},
		"everyone":                {trust(`{"Effect":"Allow","Principal":"*",` + assume + `}`), Unknown},
		"all accounts":            {trust(`{"Effect":"Allow","Principal":{"AWS":"*"},` + assume + `}`), Unknown},
		"not somebody":            {trust(`{"Effect":"Allow","NotPrincipal":{"AWS":"arn:aws:iam::1:root"},` + assume + `}`), Unknown},
		"denied to everyone":      {trust(`{"Effect":"Allow","Principal":{"Service":"sagemaker.amazonaws.com"},` + assume + `},{"Effect":"Deny","Principal":"*",` + assume + `}`), ExplicitDeny},
		"denied on a condition":   {trust(`{"Effect":"Allow","Principal":{"Service":"sagemaker.amazonaws.com"},` + assume + `},{"Effect":"Deny","Principal":"*",` + assume + `,"Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-1"}}}`), Unknown},
		"this account":            {trust(`{"Effect":"Allow","Principal":{"Service":"sagemaker.amazonaws.com"},` + assume + `,"Condition":{"StringEquals":{"aws:SourceAccount":"123456789012"},"ArnLike":{"aws:sourcearn":"arn:aws:sagemaker:us-west-2:123456789012:*"}}}`), Allowed},
		"another account":         {trust(`{"Effect":"Allow","Principal":{"Service":"sagemaker.amazonaws.com"},` + assume + `,"Condition":{"StringEquals":{"aws:SourceAccount":["210987654321"]}}}`), ImplicitDeny},
		"a condition of no known": {trust(`{"Effect":"Allow","Principal":{"Service":"sagemaker.amazonaws.com"},` + assume + `,"Condition":{"StringEquals":{"sts:ExternalId":"7"}}}`), Unknown},
		"an unknown operator":     {trust(`{"Effect":"Allow","Principal":{"Service":"sagemaker.amazonaws.com"},` + assume + `,"Condition":{"DateLessThan":{"aws:CurrentTime":"2030-01-01T00:00:00Z"}}}`), Unknown},
	} {
		got := Decide([]Document{parse(t, c.text)}, Request{Action: "sts:AssumeRole", Service: "sagemaker.amazonaws.com", Context: context})
		if got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

func TestIdentityPolicies(t *testing.T) {
	t.Parallel()
	documents := []Document{
		parse(t, `{"Version":"2012-10-17","Statement":[
			{"Effect":"Allow","Action":["s3:Get*","s3:PutObject"],"Resource":"arn:aws:s3:::data/in/*"},
			{"Effect":"Allow","Action":"iam:PassRole","Resource":"arn:aws:iam::123456789012:role/ml-*","Condition":{"StringEquals":{"iam:PassedToService":"sagemaker.amazonaws.com"}}},
			{"Effect":"Allow","NotAction":"iam:*","Resource":"arn:aws:x:::?"}]}`),
		parse(t, `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:*","NotResource":"arn:aws:s3:::data/in/*"},
			{"Effect":"Deny","Action":"s3:getobject","Resource":"arn:aws:s3:::data/in/secret/*"}]}`),
	}
	passed := map[string][]string{"iam:PassedToService": {"sagemaker.amazonaws.com"}}
	for _, c := range []struct {
		action, resource string
		context          map[string][]string
		want             Decision
	}{
		{"s3:GetObject", "arn:aws:s3:::data/in/a", nil, Allowed},
		{"S3:getobject", "arn:aws:s3:::data/in/a", nil, Allowed},
		{"s3:GetObject", "arn:aws:s3:::data/in/secret/a", nil, ExplicitDeny},
		{"s3:GetObject", "arn:aws:s3:::data/out/a", nil, ExplicitDeny},
		{"s3:DeleteObject", "arn:aws:s3:::data/in/a", nil, ImplicitDeny},
		{"s3:GetObject", "arn:aws:s3:::DATA/in/a", nil, ExplicitDeny}, // resources have case
		{"iam:PassRole", "arn:aws:iam::123456789012:role/ml-train", passed, Allowed},
		{"iam:PassRole", "arn:aws:iam::123456789012:role/ml-train", map[string][]string{"iam:PassedToService": {"ec2.amazonaws.com"}}, ImplicitDeny},
		{"iam:PassRole", "arn:aws:iam::123456789012:role/ml-train", nil, ImplicitDeny},
		{"iam:PassRole", "arn:aws:iam::123456789012:role/admin", passed, ImplicitDeny},
		{"x:Do", "arn:aws:x:::a", nil, Allowed},
		{"iam:Do", "arn:aws:x:::a", nil, ImplicitDeny},
		{"x:Do", "arn:aws:x:::ab", nil, ImplicitDeny},
	} {
		got := Decide(documents, Request{Action: c.action, Resource: c.resource, Context: c.context, Complete: true})
		if got != c.want {
			t.Errorf("%s on %s: %d, want %d", c.action, c.resource, got, c.want)
		}
	}
}

// Cases of the IAM user guide's pages on condition operators and on several values.
func TestConditions(t *testing.T) {
	t.Parallel()
	context := map[string][]string{"k": {"a"}, "tags": {"x", "y"}}
	for _, c := range []struct {
		operator, key string
		values        List
		want          truth
	}{
		{"StringEquals", "k", List{"b", "a"}, yes},
		{"StringEquals", "K", List{"a"}, yes},
		{"StringEquals", "k", List{"A"}, no},
		{"StringEqualsIgnoreCase", "k", List{"A"}, yes},
		{"StringNotEquals", "k", List{"b", "a"}, no},
		{"StringNotEquals", "k", List{"b", "c"}, yes},
		{"StringEquals", "none", List{"a"}, no},
		{"StringNotEquals", "none", List{"a"}, yes},
		{"StringEqualsIfExists", "none", List{"a"}, yes},
		{"StringLike", "k", List{"?"}, yes},
		{"StringNotLike", "k", List{"?"}, no},
		{"StringLike", "k", List{"${aws:username}"}, maybe},
		{"ForAllValues:StringEquals", "tags", List{"x", "y", "z"}, yes},
		{"ForAllValues:StringEquals", "tags", List{"x"}, no},
		{"ForAllValues:StringEquals", "none", List{"x"}, yes},
		{"ForAnyValue:StringEquals", "tags", List{"y"}, yes},
		{"ForAnyValue:StringEquals", "none", List{"y"}, no},
		{"ForAnyValue:StringNotEquals", "tags", List{"y"}, yes},
		{"Null", "none", List{"true"}, yes},
		{"Null", "k", List{"true"}, no},
		{"Null", "k", List{"false"}, yes},
		{"IpAddress", "k", List{"10.0.0.0/8"}, maybe},
	} {
		if got := (Request{Context: context, Complete: true}).holds(c.operator, c.key, c.values); got != c.want {
			t.Errorf("%s %s %v: %d, want %d", c.operator, c.key, c.values, got, c.want)
		}
	}
}

func TestDocumentsSurvive(t *testing.T) {
	t.Parallel()
	const text = `{"Version":"2012-10-17","Statement":[{"Sid":"A","Effect":"Allow","Principal":{"Service":"sagemaker.amazonaws.com"},"Action":["a:B","a:C"],"Condition":{"Bool":{"aws:SecureTransport":true}}},{"Effect":"Deny","Principal":"*","Action":"a:D","Resource":"*"}]}`
	var want, got any
	if err := json.Unmarshal([]byte(text), &want); err != nil {
		t.Fatal(err)
	}
	want.(map[string]any)["Statement"].([]any)[0].(map[string]any)["Condition"].(map[string]any)["Bool"].(map[string]any)["aws:SecureTransport"] = "true"
	if err := json.Unmarshal([]byte(parse(t, text).String()), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, bad := range []string{``, `[]`, `{}`, `{"Statement":[]}`, `{"Statement":[{"Effect":"allow"}]}`, `{"Statement":[{"Effect":"Allow","Action":[{}]}]}`, `{"Statement":[{"Effect":"Allow","Action":null}]}x`} {
		if _, err := Parse(bad); err == nil {
			t.Errorf("%s is taken", bad)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(trust(`{"Effect":"Allow","Principal":{"Service":"s"},"Action":["a","b*"],"Condition":{"ForAnyValue:StringLike":{"k":["*"]}}}`), "a", "k")
	f.Fuzz(func(t *testing.T, text, action, key string) {
		d, err := Parse(text)
		if err != nil {
			return
		}
		r := Request{Action: action, Service: "s", Resource: action, Context: map[string][]string{key: {action}}}
		want := Decide([]Document{d}, r)
		again, err := Parse(d.String())
		if err != nil {
			t.Fatalf("%s: %v", d, err)
		}
		if got := Decide([]Document{again}, r); got != want {
			t.Errorf("%d, then %d: %s", want, got, d)
		}
	})
}
