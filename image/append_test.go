package image

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	v1 "github.com/google/go-containerregistry/pkg/v1"
)

func pythonBase(t *testing.T) *Base {
	t.Helper()
	return &Base{Image: python(t), Name: "python:3", Digest: digestOf(t, python(t))}
}

func TestAppend(t *testing.T) {
	t.Parallel()
	src := write(t, t.TempDir(), map[string]string{"train.py": "print(1)\n", "lib/model.py": "", ".git/config": "", "__pycache__/x.pyc": ""})
	entry := elfFile(t, "sagefly-train", 2, 62, "entry")
	appendIt := func(src string) v1.Image {
		img, err := Append(t.Context(), pythonBase(t), AppendOptions{Src: src, Program: "train.py", Entry: entry})
		if err != nil {
			t.Fatal(err)
		}
		return img
	}
	img := appendIt(src)
	list := layers(t, img)
	want := []string{
		"0755 0:0 0 opt/", "0755 0:0 0 opt/sagefly/", "0755 0:0 0 opt/sagefly/code/", "0755 0:0 0 opt/sagefly/code/lib/",
		"0644 0:0 0 opt/sagefly/code/lib/model.py", "0644 0:0 0 opt/sagefly/code/train.py", "0755 0:0 0 sagefly-train",
	}
	if diff := cmp.Diff(want, listing(t, list[len(list)-1])); diff != "" || len(list) != 4 {
		t.Errorf("layer (-want +got):\n%s", diff)
	}
	c := configOf(t, img)
	if c.User != "" || c.Cmd != nil || len(c.Entrypoint) != 1 || c.Entrypoint[0] != "/sagefly-train" {
		t.Errorf("configuration %+v", c)
	}
	env := []string{
		"PATH=/usr/bin", "LANG=C.UTF-8", "SAGEMAKER_SUBMIT_DIRECTORY=/opt/sagefly/code", "SAGEMAKER_PROGRAM=train.py",
		`SAGEFLY_COMMAND=["/usr/bin/env","train"]`,
	}
	if diff := cmp.Diff(env, c.Env); diff != "" {
		t.Errorf("environment (-want +got):\n%s", diff)
	}
	if got := c.Labels["org.sagefly.base.entrypoint"]; got != `["/usr/bin/env","python3"]` {
		t.Errorf("label %s", got)
	}
	other := write(t, t.TempDir(), map[string]string{"train.py": "print(1)\n", "lib/model.py": ""})
	if digestOf(t, appendIt(other)) != digestOf(t, img) {
		t.Error("the same code in another folder has another digest")
	}
}

// Code alone leaves the entry point to the image's own training toolkit, and appending to what was appended to still runs the base.
func TestAppendCodeOnlyAndTwice(t *testing.T) {
	t.Parallel()
	src := write(t, t.TempDir(), map[string]string{"train.py": ""})
	code, err := Append(t.Context(), pythonBase(t), AppendOptions{Src: src, Program: "train.py"})
	if err != nil {
		t.Fatal(err)
	}
	if c := configOf(t, code); c.Entrypoint[0] != "/usr/bin/env" || c.Cmd[0] != "python3" || strings.Contains(strings.Join(c.Env, " "), "SAGEFLY_COMMAND") {
		t.Errorf("code alone: %+v", c)
	}
	entry := elfFile(t, "sagefly-train", 2, 62, "entry")
	img := code
	for range 2 {
		if img, err = Append(t.Context(), &Base{Image: img}, AppendOptions{Entry: entry}); err != nil {
			t.Fatal(err)
		}
	}
	c := configOf(t, img)
	if c.Labels[LabelEntrypoint] != `["/usr/bin/env","python3"]` || c.Env[len(c.Env)-1] != `SAGEFLY_COMMAND=["/usr/bin/env","train"]` {
		t.Errorf("twice: %+v", c)
	}
}

func TestAppendRefuses(t *testing.T) {
	t.Parallel()
	src := write(t, t.TempDir(), map[string]string{"train.py": ""})
	for _, test := range []struct {
		o    AppendOptions
		want string
	}{
		{AppendOptions{}, "neither code nor an entry"},
		{AppendOptions{Program: "train.py"}, "without the folder"},
		{AppendOptions{Src: src, Program: "../train.py"}, "not in the folder"},
		{AppendOptions{Src: src, Program: "other.py"}, "not in the folder"},
		{AppendOptions{Src: "/no/such/folder"}, "no such file"},
		{AppendOptions{Entry: "/bin/sh"}, "linked dynamically"},
	} {
		if _, err := Append(t.Context(), pythonBase(t), test.o); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: %v, want %q", test.o, err, test.want)
		}
	}
}

func TestFindEntry(t *testing.T) {
	t.Parallel()
	env := func(path string) func(string) string {
		return func(string) string { return path }
	}
	other := goBuild(t, []string{"CGO_ENABLED=0", "GOOS=linux", "GOARCH=amd64"}, hello)
	if _, err := FindEntry(t.Context(), env(other)); err == nil || !strings.Contains(err.Error(), "it was built from example.com/hello") {
		t.Errorf("another program: %v", err)
	}
	if _, err := FindEntry(t.Context(), env("/bin/sh")); err == nil || !strings.Contains(err.Error(), EnvEntry) {
		t.Errorf("a dynamic program: %v", err)
	}
	p, err := FindEntry(t.Context(), env(""))
	if failed, ok := errors.AsType[*EntryError](err); ok {
		t.Fatalf("not built here: %v", failed.Tried)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(isEntry(p.Path), p.Remove()); err != nil {
		t.Error(err)
	}
}
