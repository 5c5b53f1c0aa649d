package sagefly_test

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sagefly/sagefly/engine"
	"github.com/sagefly/sagefly/engine/account"
	"github.com/sagefly/sagefly/internal/testenv"
)

// secondKey and secondSecret are the only credentials that the second engine takes.
const secondKey, secondSecret = "AKIASECONDENGINE0001", "a-secret-that-is-really-verified"

const trust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"sagemaker.amazonaws.com"},"Action":"sts:AssumeRole"}]}`

// second is another engine at another address, as strict as an account at AWS: signatures are verified, roles and quotas count. What
// reaches it from a client goes over the wire; there is no shared folder.
func second(t *testing.T) *engine.Engine {
	t.Helper()
	e, err := engine.Open(t.Context(), engine.Config{
		Dir:    t.TempDir(),
		Secret: func(key string) (string, bool) { return secondSecret, key == secondKey },
		Rules: &account.Rules{
			Roles:  []account.Role{{Name: "train", Trust: trust, Policies: []string{allowAll}}},
			Caller: account.Principal{Policies: []string{allowAll}},
			Quotas: map[string]int{account.Training("ml.m5.xlarge"): 4, account.Training("ml.c5.xlarge"): 4},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := e.Listen(t.Context(), "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	return e
}

const allowAll = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`

// The program that trains on this machine trains at another account with --on aws and nothing else changed.
func TestTaskAtSecondEngine(t *testing.T) {
	t.Parallel()
	e := second(t)
	program := filepath.Join(t.TempDir(), "digits")
	build := exec.Command("go", "build", "-o", program, "./examples/digits")
	build.Dir = testenv.Root(t)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	run := func(role string) (string, string, error) {
		cmd := exec.Command(program, "run", "--json", "--epochs", "5", "--on", "aws", "--role", "arn:aws:iam::"+engine.Account+":role/"+role)
		cmd.Env = []string{
			"HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH"), "AWS_ENDPOINT_URL=http://" + e.Addr(), "AWS_REGION=us-west-2",
			"AWS_ACCESS_KEY_ID=" + secondKey, "AWS_SECRET_ACCESS_KEY=" + secondSecret, "AWS_EC2_METADATA_DISABLED=true",
		}
		var out, errs strings.Builder
		cmd.Stdout, cmd.Stderr = &out, &errs
		err := cmd.Run()
		return out.String(), errs.String(), err
	}
	out, errs, err := run("train")
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, out, errs)
	}
	var got struct {
		TrainingJobName string
		Output          struct{ Accuracy float64 }
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil || got.Output.Accuracy < 0.8 {
		t.Errorf("%v: %s", err, out)
	}
	out, errs, err = run("nobody")
	if code := exitCode(err); code != 7 || !strings.Contains(errs+out, "role") {
		t.Errorf("a role that does not exist: exit %d\n%s\n%s", code, out, errs)
	}
	// A job whose end is known may still be clearing its directory away, on a busy disk for a while.
	for deadline := time.Now().Add(30 * time.Second); len(e.Unfinished()) != 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%v go on", e.Unfinished())
		}
	}
}

func exitCode(err error) int {
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode()
	}
	return 0
}
