//go:build !sagefly_task

package sagefly

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// folder makes files with their names as content.
func folder(t *testing.T, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range names {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestFindEntry(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		files []string
		entry string
		want  string // "" = an error
	}{
		{[]string{"train.py", "other.py"}, "", "train.py"},
		{[]string{"only.py", "sub/other.py", "notes.md"}, "", "only.py"},
		{[]string{"a.py", "b.py"}, "", ""},
		{[]string{"a.py", "b.py"}, "b.py", "b.py"},
		{[]string{"src/go.py"}, "src/go.py", "src/go.py"},
		{[]string{"src/go.py"}, "./src//go.py", "src/go.py"},
		{[]string{"src/go.py"}, "", ""},
		{[]string{"a.py"}, "../a.py", ""},
		{[]string{"a.py"}, "/etc/passwd", ""},
		{[]string{"a.py", "src/x"}, "src", ""},
		{[]string{"notes.md"}, "", ""},
		{[]string{"run.sh"}, "run.sh", "run.sh"},
	} {
		got, err := findEntry(folder(t, c.files...), c.entry)
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%v, entry %q: %q, %v", c.files, c.entry, got, err)
		}
	}
	file := filepath.Join(folder(t, "train.py"), "train.py")
	if got, err := findEntry(file, ""); got != "" || err != nil {
		t.Errorf("a file: %q, %v", got, err)
	}
	if _, err := findEntry(file, "x.py"); err == nil {
		t.Error("a file has an entry")
	}
	if _, err := findEntry(file+"x", ""); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

func TestEntryCandidates(t *testing.T) {
	t.Parallel()
	_, err := findEntry(folder(t, "a.py", "b.py", "src/c.py", ".git/d.py", "env/pyvenv.cfg", "env/e.py"), "")
	e, ok := errors.AsType[*EntryError](err)
	if !ok {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"a.py", "b.py", "src/c.py"}, e.Candidates); d != "" {
		t.Error(d)
	}
}

func TestScriptName(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"/w/iris.py": "iris", "/w/My_Model/train.py": "my-model", "/w/Größe 2": "gr-e-2", "/w/--x--.py": "x", "/w/日本.py": "script",
		"/w/" + strings.Repeat("a", 39) + "-bc": strings.Repeat("a", 39), "/w/main.sh": "w",
	} {
		if got := scriptName(path); got != want || !taskName.MatchString(got) {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}

func TestScriptConfig(t *testing.T) {
	t.Parallel()
	for words, c := range map[string]ScriptConfig{
		"has no group":          {Patterns: map[string]string{"a": "b"}},
		"missing closing":       {Patterns: map[string]string{"a": "("}},
		"characters":            {Patterns: map[string]string{"a": "(" + strings.Repeat("x", 500) + ")"}},
		"control":               {Patterns: map[string]string{"a": "(x)\n"}},
		"printable":             {Patterns: map[string]string{"": "(x)"}},
		"in Metrics and in":     {Patterns: map[string]string{"a": "(x)"}, TrainingConfig: TrainingConfig{Metrics: []string{"a"}}},
		"Persist is set":        {TrainingConfig: TrainingConfig{Persist: RankZero}},
		"InstanceType":          {TrainingConfig: TrainingConfig{InstanceType: "big"}},
		"is no name of a varia": {TrainingConfig: TrainingConfig{Environment: map[string]string{"1": "x"}}},
	} {
		if _, err := newScript("a", "x.py", c); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%v, want %q", err, words)
		}
	}
	for words, in := range map[string]ScriptInput{
		"platform's own": {Hyperparameters: map[string]string{"sagemaker_program": "x"}},
		`channel "a b"`:  {Channels: map[string]string{"a b": "x"}},
		"is not":         {Channels: map[string]string{"sagefly": "x"}},
		"want a path":    {Channels: map[string]string{"train": ""}},
	} {
		if err := checkScriptInput(in); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%v, want %q", err, words)
		}
	}
	if s := NewScript("a", "nowhere.py", ScriptConfig{}); s.Name() != "a" || s.Describe().Kind != KindScript {
		t.Errorf("%+v", s.Describe())
	}
}

// A requirements.txt beside a script travels with it; nothing else of its folder does.
func TestScriptSource(t *testing.T) {
	t.Parallel()
	dir := folder(t, "train.py", "requirements.txt", "secret.txt")
	source, err := (&definition{path: filepath.Join(dir, "train.py")}).scriptSource(filepath.Join(t.TempDir(), "source"))
	if err != nil {
		t.Fatal(err)
	}
	entries, _ := os.ReadDir(source)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if d := cmp.Diff([]string{"requirements.txt", "train.py"}, names); d != "" {
		t.Error(d)
	}
	alone := filepath.Join(folder(t, "train.py"), "train.py")
	if source, err := (&definition{path: alone}).scriptSource("unused"); source != alone || err != nil {
		t.Errorf("%s, %v", source, err)
	}
}
