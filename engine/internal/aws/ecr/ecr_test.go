package ecr

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagefly/sagefly/api"
	"github.com/sagefly/sagefly/engine/internal/registry"
)

func open(t *testing.T, dir string) Face {
	t.Helper()
	store, err := registry.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return Face{Account: "000000000000", Store: store, Key: registry.Key("test")}
}

// ask sends a request and returns the answer's JSON, or the error's code.
func (f Face) ask(t *testing.T, operation, body string) string {
	t.Helper()
	answer, err := f.Do(context.Background(), "us-east-1", operation, []byte(body))
	if refused, ok := errors.AsType[*api.Error](err); ok {
		return refused.Code
	}
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(answer)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Each refusal has the name that the API reference of ECR gives it.
func TestRefusals(t *testing.T) {
	t.Parallel()
	f := open(t, t.TempDir())
	f.ask(t, "CreateRepository", `{"repositoryName":"team/digits"}`)
	for _, c := range []struct{ operation, body, code string }{
		{"CreateRepository", `{"repositoryName":"team/digits"}`, "RepositoryAlreadyExistsException"},
		{"CreateRepository", `{"repositoryName":"Upper"}`, "InvalidParameterException"},
		{"CreateRepository", `{"repositoryName":"../x"}`, "InvalidParameterException"},
		{"CreateRepository", `{"repositoryName":"x","imageTagMutability":"SOMETIMES"}`, "InvalidParameterException"},
		{"DescribeRepositories", `{"repositoryNames":["none"]}`, "RepositoryNotFoundException"},
		{"DescribeRepositories", `{"registryId":"123456789012","repositoryNames":["team/digits"]}`, "RepositoryNotFoundException"},
		{"DescribeImages", `{"repositoryName":"none"}`, "RepositoryNotFoundException"},
		{"DescribeImages", `{"repositoryName":"team/digits","imageIds":[{"imageTag":"v1"}]}`, "ImageNotFoundException"},
		{"DeleteRepository", `{"repositoryName":"none"}`, "RepositoryNotFoundException"},
		{"GetRepositoryPolicy", `{"repositoryName":"team/digits"}`, "RepositoryPolicyNotFoundException"},
		{"StartImageScan", `{}`, "UnknownOperationException"},
	} {
		if got := f.ask(t, c.operation, c.body); got != c.code {
			t.Errorf("%s %s: %s, want %s", c.operation, c.body, got, c.code)
		}
	}
}

// Repositories, their settings and policies are there for the next engine on the same folder, in their region alone.
func TestReopened(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := open(t, dir)
	f.ask(t, "CreateRepository", `{"repositoryName":"digits","imageTagMutability":"IMMUTABLE","tags":[{"Key":"team","Value":"x"}]}`)
	const policy = `{"Version":"2012-10-17","Statement":[]}`
	text, _ := json.Marshal(policy)
	f.ask(t, "SetRepositoryPolicy", `{"repositoryName":"digits","policyText":`+string(text)+`}`)
	before := f.ask(t, "DescribeRepositories", `{}`)
	if !strings.Contains(before, `"imageTagMutability":"IMMUTABLE"`) || !strings.Contains(before, "arn:aws:ecr:us-east-1:000000000000:repository/digits") {
		t.Errorf("shown as %s", before)
	}
	again := open(t, dir)
	if diff := cmp.Diff(before, again.ask(t, "DescribeRepositories", `{}`)); diff != "" {
		t.Error(diff)
	}
	if got := again.ask(t, "GetRepositoryPolicy", `{"repositoryName":"digits"}`); !strings.Contains(got, string(text)) {
		t.Errorf("the policy is %s, want %s in it", got, text)
	}
	elsewhere, err := again.Do(t.Context(), "eu-west-1", "DescribeRepositories", nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := json.Marshal(elsewhere); string(got) != `{"repositories":[]}` {
		t.Errorf("another region has %s", got)
	}
}

// The token is "AWS:password" in base64, as docker login takes it.
func TestToken(t *testing.T) {
	t.Parallel()
	var answer struct {
		AuthorizationData []struct{ AuthorizationToken string }
	}
	f := open(t, t.TempDir())
	if err := json.Unmarshal([]byte(f.ask(t, "GetAuthorizationToken", `{}`)), &answer); err != nil || len(answer.AuthorizationData) != 1 {
		t.Fatalf("%+v, %v", answer, err)
	}
	text, err := base64.StdEncoding.DecodeString(answer.AuthorizationData[0].AuthorizationToken)
	if err != nil || !strings.HasPrefix(string(text), "AWS:") || len(text) < 20 {
		t.Errorf("the token is %q, %v", text, err)
	}
}
