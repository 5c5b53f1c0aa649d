//go:build !sagefly_task

package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
)

func TestProblemText(t *testing.T) {
	t.Parallel()
	p := refused("column 1 is text", "\"M\" is not a number", "run:  sagefly train", "or drop it")
	p.Where = "a.csv:1"
	var b bytes.Buffer
	p.print(&b, false)
	want := "error: column 1 is text\n  where a.csv:1\n  why   \"M\" is not a number\n  fix   run:  sagefly train\n        or drop it\n"
	if d := cmp.Diff(want, b.String()); d != "" {
		t.Error(d)
	}
	got, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	wantJSON := `{"error":"column 1 is text","where":"a.csv:1","why":"\"M\" is not a number","fix":["run:  sagefly train","or drop it"],"exit":7}`
	if d := cmp.Diff(wantJSON, string(got)); d != "" {
		t.Error(d)
	}
}

func TestExplain(t *testing.T) {
	t.Parallel()
	answer := func(code string) error {
		return &smithy.OperationError{
			ServiceID: "SageMaker", OperationName: "CreateTrainingJob",
			Err: &smithy.GenericAPIError{Code: code, Message: "the service's text"},
		}
	}
	for _, c := range []struct {
		name string
		err  error
		code int
		what string
	}{
		{"a code alone", exit(exitStopped), exitStopped, ""},
		{"wrapped", fmt.Errorf("x: %w", usage("bad", "")), exitUsage, "bad"},
		{"several", problems{refused("worst", ""), usage("other", "")}, exitRefused, "worst"},
		{"quota", answer("ResourceLimitExceeded"), exitQuota, "the service's text"},
		{"access", answer("AccessDeniedException"), exitAccess, "the service's text"},
		{"signature", answer("InvalidSignatureException"), exitAccess, "the service's text"},
		{"validation", answer("ValidationException"), exitRefused, "the service's text"},
		{"interrupted", context.Canceled, exitInterrupted, "interrupted"},
		{"anything", errors.New("disk full"), exitError, "disk full"},
	} {
		ps, code := explain(c.err)
		what := ""
		if len(ps) > 0 {
			what = ps[0].What
		}
		if code != c.code || what != c.what {
			t.Errorf("%s: %d %q, want %d %q", c.name, code, what, c.code, c.what)
		}
	}
}
