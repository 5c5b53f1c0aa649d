package cloud

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/google/go-cmp/cmp"

	"github.com/sagefly/sagefly/engine/account"
)

// Both forms of IAM's answer, after the API reference of EvaluationResult: a decision for one resource, or a list by resource; what
// organizations and boundaries say; and context that was asked for and not given.
func TestDenials(t *testing.T) {
	t.Parallel()
	one := types.EvaluationResult{EvalActionName: aws.String("s3:GetObject"), EvalResourceName: aws.String("arn:aws:s3:::b/a")}
	with := func(change func(*types.EvaluationResult)) types.EvaluationResult {
		r := one
		change(&r)
		return r
	}
	for name, c := range map[string]struct {
		result types.EvaluationResult
		want   []denial
	}{
		"allowed":  {with(func(r *types.EvaluationResult) { r.EvalDecision = "allowed" }), nil},
		"implicit": {with(func(r *types.EvaluationResult) { r.EvalDecision = "implicitDeny" }), []denial{{"s3:GetObject", "arn:aws:s3:::b/a", false, "no identity-based policy allows it", false}}},
		"explicit": {with(func(r *types.EvaluationResult) { r.EvalDecision = "explicitDeny" }), []denial{{"s3:GetObject", "arn:aws:s3:::b/a", true, "a policy denies it explicitly", false}}},
		"organization": {with(func(r *types.EvaluationResult) {
			r.EvalDecision, r.OrganizationsDecisionDetail = "implicitDeny", &types.OrganizationsDecisionDetail{}
		}), []denial{{"s3:GetObject", "arn:aws:s3:::b/a", false, "a policy of the organization does not allow it", false}}},
		"boundary": {with(func(r *types.EvaluationResult) {
			r.EvalDecision, r.PermissionsBoundaryDecisionDetail = "implicitDeny", &types.PermissionsBoundaryDecisionDetail{}
		}), []denial{{"s3:GetObject", "arn:aws:s3:::b/a", false, "the permissions boundary does not allow it", false}}},
		"missing context": {with(func(r *types.EvaluationResult) {
			r.EvalDecision, r.MissingContextValues = "implicitDeny", []string{"aws:SourceVpce"}
		}), []denial{{"s3:GetObject", "arn:aws:s3:::b/a", false, "no identity-based policy allows it", true}}},
		"by resource": {with(func(r *types.EvaluationResult) {
			r.EvalDecision = "implicitDeny"
			r.ResourceSpecificResults = []types.ResourceSpecificResult{
				{EvalResourceName: aws.String("arn:aws:s3:::b/1"), EvalResourceDecision: "allowed"},
				{EvalResourceName: aws.String("arn:aws:s3:::b/2"), EvalResourceDecision: "implicitDeny"},
			}
		}), []denial{{"s3:GetObject", "arn:aws:s3:::b/2", false, "no identity-based policy allows it", false}}},
	} {
		if diff := cmp.Diff(c.want, denials(c.result), cmp.AllowUnexported(denial{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// withPolicy answers that every bucket has a policy, which the engine's never have.
type withPolicy struct{ rest aws.HTTPClient }

func (w withPolicy) Do(r *http.Request) (*http.Response, error) {
	if r.URL.Query().Has("policy") {
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(`{"Version":"2012-10-17","Statement":[]}`)), Request: r}, nil
	}
	return w.rest.Do(r)
}

// Where a resource has a policy of its own, a denial by the role's policies proves nothing: either may allow it. An explicit deny does.
func TestPoliciesOfResources(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		statement         string
		findings, unknown int
	}{
		"implicit": {`{"Effect":"Allow","NotAction":["s3:GetObject","kms:Encrypt"],"Resource":"*"}`, 0, 2},
		"explicit": {`{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"s3:GetObject","Resource":"*"}`, 1, 0},
	} {
		rule := rules()
		rule.Roles[0].Policies = []string{`{"Version":"2012-10-17","Statement":[` + c.statement + `]}`}
		r := ready(t, rule)
		config := r.config.Copy()
		config.HTTPClient = withPolicy{loopback()}
		in := good(t)
		in.OutputDataConfig.KmsKeyId = aws.String("1234abcd-12ab-34cd-56ef-1234567890ab")
		report, err := Check(t.Context(), config, in)
		if err != nil || len(report.Findings) != c.findings || len(report.Unknown) != c.unknown {
			t.Errorf("%s: %+v, %v", name, report, err)
		}
	}
}

// A session's ARN lacks the role's path: the role that is simulated is the one IAM knows.
func TestSessionBecomesItsRole(t *testing.T) {
	t.Parallel()
	rule := rules()
	rule.Caller = account.Principal{ARN: "arn:aws:sts::000000000000:assumed-role/dev/alice@example.com"}
	rule.Roles = append(rule.Roles, account.Role{Name: "dev", Path: "/aws-reserved/sso.amazonaws.com/"})
	r := ready(t, rule)
	asked := &recorder{rest: loopback()}
	config := r.config.Copy()
	config.HTTPClient = asked
	report, err := Check(t.Context(), config, good(t))
	if err != nil || len(report.Findings)+len(report.Unknown) > 0 {
		t.Errorf("%+v, %v", report, err)
	}
	if got := strings.Join(asked.forms, "\n"); !strings.Contains(got, "role%2Faws-reserved%2Fsso.amazonaws.com%2Fdev") || strings.Contains(got, "assumed-role") {
		t.Errorf("simulated: %s", got)
	}
}

// recorder keeps the forms of simulations.
type recorder struct {
	rest  aws.HTTPClient
	mu    sync.Mutex
	forms []string
}

func (c *recorder) Do(r *http.Request) (*http.Response, error) {
	if r.Body != nil && r.Header.Get("Content-Type") == "application/x-www-form-urlencoded" {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		if strings.Contains(string(body), "SimulatePrincipalPolicy") {
			c.mu.Lock()
			c.forms = append(c.forms, string(body))
			c.mu.Unlock()
		}
	}
	return c.rest.Do(r)
}
