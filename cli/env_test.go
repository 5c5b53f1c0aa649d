//go:build !sagefly_task

package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// apply changes an environment as a shell would.
func apply(env map[string]string, list []variable) {
	for _, v := range list {
		if v.value == nil {
			delete(env, v.name)
		} else {
			env[v.name] = *v.value
		}
	}
}

func clone(env map[string]string) map[string]string {
	out := map[string]string{}
	for k, v := range env {
		out[k] = v
	}
	return out
}

// Whatever was set before, env any number of times and then --unset leaves the environment as it was.
func TestEnvUnsetRestores(t *testing.T) {
	t.Parallel()
	for _, before := range []map[string]string{
		{"HOME": "/nowhere"},
		{"HOME": "/nowhere", "AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL_S3": "http://minio:9000", "AWS_ACCESS_KEY_ID": "AKIA"},
		{"HOME": "/nowhere", "AWS_DEFAULT_REGION": "eu-west-1", "SAGEMAKER_USER_CONFIG_OVERRIDE": "/my/own"},
	} {
		env := clone(before)
		for _, base := range []string{"http://127.0.0.1:1", "http://127.0.0.1:2"} {
			a, _, _ := world(env)
			apply(env, a.saved(append(a.pointing(base), variable{"SAGEMAKER_USER_CONFIG_OVERRIDE", new("/d/f.yaml")})))
			if env["AWS_ENDPOINT_URL_SAGEMAKER"] != base || env["AWS_ENDPOINT_URL_S3"] != base {
				t.Errorf("not pointed at %s: %v", base, env)
			}
		}
		a, _, _ := world(env)
		apply(env, a.restored())
		if d := cmp.Diff(before, env); d != "" {
			t.Error(d)
		}
	}
}

func TestHasKeys(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	if err := os.MkdirAll(filepath.Join(home, ".aws"), 0o700); err != nil {
		t.Fatal(err)
	}
	a, _, _ := world(map[string]string{"HOME": home})
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(home, ".aws", name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("config", "[default]\nregion = eu-west-1\n")
	if a.hasKeys() {
		t.Error("a region alone is no credentials")
	}
	write("credentials", "[default]\naws_access_key_id = AKIA\n")
	if !a.hasKeys() {
		t.Error("credentials file overlooked")
	}
}

func TestEnvForms(t *testing.T) {
	t.Parallel()
	v := variable{"A", new("it's")}
	if got := v.in("sh"); got != `export A='it'\''s'` {
		t.Error(got)
	}
	if got := v.in("fish"); got != `set -gx A 'it\'s';` {
		t.Error(got)
	}
	if got := (variable{"A", nil}).in("sh"); got != "unset A" {
		t.Error(got)
	}
	a, out, _ := world(nil)
	if err := a.printEnv([]variable{v, {"B", nil}}, "json"); err != nil || strings.TrimSpace(out.String()) != `{"A":"it's","B":null}` {
		t.Errorf("%v %s", err, out)
	}
}
