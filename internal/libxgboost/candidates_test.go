package libxgboost

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// tree makes files (name → content) below a new folder.
func tree(t testing.TB, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, content := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func envOf(pairs map[string]string) func(string) string {
	return func(name string) string { return pairs[name] }
}

func TestExplicitPathIsTheOnlyCandidate(t *testing.T) {
	t.Parallel()
	env := envOf(map[string]string{Variable: "/a/lib.so", "VIRTUAL_ENV": "/venv"})
	if diff := cmp.Diff([]Candidate{{Path: "/a/lib.so", Source: Variable}}, Candidates(Search{Env: env}, "3.0.5")); diff != "" {
		t.Errorf("variable (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]Candidate{{Path: "/b.so", Source: "given path"}}, Candidates(Search{Explicit: "/b.so", Env: env}, "3.0.5")); diff != "" {
		t.Errorf("flag (-want +got):\n%s", diff)
	}
}

func TestCandidates(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("the names are Linux's")
	}
	root := tree(t, map[string]string{
		"usr/lib/libxgboost.so.0":                                      "",
		"venv/lib/python3.11/site-packages/xgboost/VERSION":            "3.0.5\n",
		"venv/lib/python3.11/site-packages/xgboost/lib/libxgboost.so":  "",
		"conda/lib/python3.12/site-packages/xgboost/VERSION":           "2.1.0\n",
		"conda/lib/python3.12/site-packages/xgboost/lib/libxgboost.so": "",
		"cache/sagefly/xgboost/3.0.5/xgboost/VERSION":                  "3.0.5",
		"cache/sagefly/xgboost/3.0.5/xgboost/lib/libxgboost.so":        "",
		"path/bin/python3": "",
		"path/pyvenv.cfg":  "",
		"path/lib/python3.10/site-packages/xgboost/lib/libxgboost.so": "",
		"pyenv/shims/python3": "",
		"pyenv/version":       "3.9.1:system\n",
		"pyenv/versions/3.9.1/lib/python3.9/site-packages/xgboost/VERSION":           "3.0.5",
		"pyenv/versions/3.9.1/lib/python3.9/site-packages/xgboost/lib/libxgboost.so": "",
	})
	at := func(name string) string { return filepath.Join(root, name) }
	env := map[string]string{
		"VIRTUAL_ENV": at("venv"), "CONDA_PREFIX": at("conda"), "XDG_CACHE_HOME": at("cache"), "PATH": at("none") + ":" + at("path/bin"),
	}
	want := []Candidate{
		{at("venv/lib/python3.11/site-packages/xgboost/lib/libxgboost.so"), "Python (VIRTUAL_ENV)", "3.0.5"},
		{at("cache/sagefly/xgboost/3.0.5/xgboost/lib/libxgboost.so"), "cache", "3.0.5"},
		{at("usr/lib/libxgboost.so.0"), "system", ""},
		{at("path/lib/python3.10/site-packages/xgboost/lib/libxgboost.so"), "Python (PATH)", ""},
	}
	if diff := cmp.Diff(want, Candidates(Search{Env: envOf(env), Root: root}, "3.0.5")); diff != "" {
		t.Errorf("candidates (-want +got):\n%s", diff)
	}
	env = map[string]string{"PATH": at("pyenv/shims"), "PYENV_VERSION": "3.9.1", "HOME": root}
	want = []Candidate{
		{at("pyenv/versions/3.9.1/lib/python3.9/site-packages/xgboost/lib/libxgboost.so"), "Python (pyenv)", "3.0.5"},
		{at("usr/lib/libxgboost.so.0"), "system", ""},
	}
	if diff := cmp.Diff(want, Candidates(Search{Env: envOf(env), Root: root}, "3.0.5")); diff != "" {
		t.Errorf("pyenv (-want +got):\n%s", diff)
	}
}

// A version of another number is not a candidate when its package says so.
func TestOtherVersionIsNoCandidate(t *testing.T) {
	t.Parallel()
	root := tree(t, map[string]string{
		"venv/lib/python3.11/site-packages/xgboost/VERSION":           "3.0.4",
		"venv/lib/python3.11/site-packages/xgboost/lib/" + fileName(): "",
	})
	got := Candidates(Search{Env: envOf(map[string]string{"VIRTUAL_ENV": filepath.Join(root, "venv")}), Root: root}, "3.0.5")
	if len(got) > 0 {
		t.Errorf("candidates %v, want none", got)
	}
}

func TestCacheDir(t *testing.T) {
	t.Parallel()
	for want, env := range map[string]map[string]string{
		"/home/u/.cache/sagefly/xgboost/3.0.5": {"HOME": "/home/u"},
		"/x/sagefly/xgboost/3.0.5":             {"HOME": "/home/u", "XDG_CACHE_HOME": "/x"},
	} {
		if got := CacheDir(envOf(env), "3.0.5"); got != want {
			t.Errorf("CacheDir = %q, want %q", got, want)
		}
	}
}
