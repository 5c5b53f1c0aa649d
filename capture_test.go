package sagefly_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagefly/sagefly/container"
)

func TestCaptureFiles(t *testing.T) {
	t.Parallel()
	type m = map[string]string
	tests := map[string]struct{ files, model m }{ // content is the name of the folder where the file was written
		"plain":                 {m{"best": "best.bin", "last": "last.bin"}, m{"best.bin": "a", "last.bin": "b"}},
		"same name":             {m{"best": "model.bin", "last": "last-model.bin"}, m{"model.bin": "a", "last-model.bin": "b"}},
		"same file":             {m{"best": "model.bin", "last": "model.bin"}, m{"model.bin": "a"}},
		"own file of that name": {m{"best": "best-model.bin"}, m{"model.bin": "model", "best-model.bin": "a"}},
		"inside":                {m{"best": "deep/model.bin", "plots": "plots"}, m{"deep/model.bin": "deep", "plots/one.svg": "plots"}},
		"all of it":             {m{"plots": "."}, m{"x": "model"}},
		"folder":                {m{"plots": "plots"}, m{"plots/one.svg": "plots", "plots/deep/two.svg": "deep"}},
		"relative":              {m{"best": "rel.bin"}, nil},
		"nothing":               {nil, m{}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHost(t, "files", map[string]string{"make": name})
			d := h.run(t).captured(t)
			if diff := cmp.Diff(tt.files, d.Files); diff != "" {
				t.Errorf("files of the document (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.model, modelFiles(t, h.layout)); diff != "" && tt.model != nil {
				t.Errorf("model (-want +got):\n%s", diff)
			}
		})
	}
}

// Two processes of one host whose predicates both hold return files of one name: neither is lost, and both are told.
func TestCaptureFilesOfTwoProcesses(t *testing.T) {
	t.Parallel()
	h := newHost(t, "files", map[string]string{"make": "plain"})
	plain := slices.Clip(h.env)
	var r result
	for _, rank := range []string{"0", "1"} {
		h.env = append(plain, "RANK="+rank, "WORLD_SIZE=2", "LOCAL_RANK="+rank, "TMPDIR="+t.TempDir())
		if r = h.run(t); r.code != 0 {
			t.Fatalf("rank %s: %s", rank, r.stderr)
		}
	}
	want := map[string]map[string]string{
		"algo-1-0.json": {"best": "best.bin", "last": "last.bin"},
		"algo-1-1.json": {"best": "best-best.bin", "last": "last-last.bin"},
	}
	got := map[string]map[string]string{}
	for name, d := range r.documents {
		got[name] = d.Files
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("documents (-want +got):\n%s", diff)
	}
}

func TestCaptureRefuses(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"missing":          "field Best: %s/nothing.bin: no such file",
		"link":             "field Best: %s/link: it is a symbolic link, and a model holds files",
		"link as folder":   "field Plots: %s/link: it is a symbolic link, and the field is a sagefly.Dir",
		"link in folder":   "field Plots: %s/plots/two.svg: it is a symbolic link, and a model holds files",
		"folder as file":   "field Best: %s: it is a folder, and a model holds files",
		"file as folder":   "field Plots: %s/f: it is a file, and the field is a sagefly.Dir",
		"device":           "field Best: /dev/null: it is a device, pipe or socket, and a model holds files",
		"pipe":             "field Best: %s/pipe: it is a device, pipe or socket, and a model holds files",
		"around the model": "the model's folder is inside of it",
		"address":          "field Best: s3://bucket/model.bin: a function returns local paths",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHost(t, "files", map[string]string{"make": name})
			tmp := h.variable("TMPDIR")
			r := h.run(t)
			if want := "UserError: output: "; r.code != 1 || !strings.HasPrefix(r.failure, want) {
				t.Errorf("exit code %d, failure %q; want 1, %q…", r.code, r.failure, want)
			}
			if want := strings.ReplaceAll(want, "%s", tmp); !strings.HasSuffix(r.failure, want) {
				t.Errorf("failure %q; want …%q", r.failure, want)
			}
			if len(r.documents) > 0 {
				t.Errorf("captured %v", r.documents)
			}
		})
	}
}

func TestServeChannels(t *testing.T) {
	t.Parallel()
	type m = map[string]string
	packed := tarGz(t, []member{
		{"./", tar.TypeDir, ""},
		{"./other.bin", tar.TypeReg, "other"},
		{"./deep/", tar.TypeDir, ""},
		{"./deep/model.bin", tar.TypeReg, "the model"},
		{"./deep/more/x.bin", tar.TypeReg, "x"},
		{"./deeper.bin", tar.TypeReg, "deeper"},
		{"../../escaped", tar.TypeReg, "bad"},
		{"./linked/away", tar.TypeSymlink, "/etc"},
		{"./linked/away/x", tar.TypeReg, "bad"},
	})
	tests := map[string]struct {
		channels map[string]m
		members  m
		read     string
		names    string // JSON
		fails    string
	}{
		"file and folder": {map[string]m{"one": {"a.csv": "1,2"}, "train": {"x": "", "y/z": ""}}, nil, "1,2", `["x","y/z"]`, ""},
		"deep file":       {map[string]m{"one": {"part/a.csv": "3"}}, nil, "3", "null", ""},
		"no file":         {map[string]m{"one": {}}, nil, "", "", `input: channel "one" (field One): want one file, there is none in `},
		"several files": {
			map[string]m{"one": {"a": "", "b/c": "", "d": ""}},
			nil, "", "",
			"want one file, there are 3: a, b/c, d. A field of type sagefly.Dir takes them all",
		},
		"member":           {map[string]m{"one": {"model.tar.gz": packed}}, m{"one": "deep/model.bin"}, "the model", "null", ""},
		"folder member":    {map[string]m{"train": {"model.tar.gz": packed}}, m{"train": "deep"}, "", `["model.bin","more/x.bin"]`, ""},
		"missing member":   {map[string]m{"one": {"model.tar.gz": packed}}, m{"one": "model.bin"}, "", "", "unpack model.bin of model.tar.gz: the archive has no such member"},
		"folder as file":   {map[string]m{"one": {"model.tar.gz": packed}}, m{"one": "deep"}, "", "", "it is a folder, and the field is a sagefly.File"},
		"file as folder":   {map[string]m{"train": {"model.tar.gz": packed}}, m{"train": "other.bin"}, "", "", "it is a file, and the field is a sagefly.Dir"},
		"member that goes": {map[string]m{"train": {"model.tar.gz": packed}}, m{"train": "linked"}, "", "", "linked/away: it is a link or device"},
		"no archive":       {map[string]m{"one": {"model.tar.gz": "plain"}}, m{"one": "x"}, "", "", "unpack x of model.tar.gz: "},
		"half an archive":  {map[string]m{"train": {"model.tar.gz": packed[:len(packed)-20]}}, m{"train": "deep"}, "", "", "unexpected EOF"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHost(t, "echo", map[string]string{"text": "", "__proto__": ""})
			for channel, files := range tt.channels {
				h.addChannel(t, channel, files)
			}
			if tt.members != nil {
				h.addSpec(t, container.Spec{Members: tt.members})
			}
			r := h.run(t)
			if tt.fails != "" {
				if r.code != 1 || !strings.HasPrefix(r.failure, "UserError: input: ") || !strings.Contains(r.failure, tt.fails) {
					t.Errorf("exit code %d, failure %q; want 1, %q", r.code, r.failure, tt.fails)
				}
				return
			}
			d := r.captured(t)
			if d.Values["read"] != tt.read || d.Values["names"] != tt.names {
				t.Errorf("read %q, names %s; want %q, %s", d.Values["read"], d.Values["names"], tt.read, tt.names)
			}
		})
	}
}

// "." is the whole archive. One that would leave the folder is refused, and what is beside the folder stays as it was.
func TestServeWholeArchive(t *testing.T) {
	t.Parallel()
	h := newHost(t, "echo", map[string]string{"text": "", "__proto__": ""})
	h.addChannel(t, "train", map[string]string{"model.tar.gz": tarGz(t, []member{{"a", tar.TypeReg, "1"}, {"b/c", tar.TypeReg, "2"}})})
	h.addSpec(t, container.Spec{Members: map[string]string{"train": "."}})
	if d := h.run(t).captured(t); d.Values["names"] != `["a","b/c"]` {
		t.Errorf("unpacked %s, want a and b/c", d.Values["names"])
	}
	h.addChannel(t, "train", map[string]string{"model.tar.gz": tarGz(t, []member{{"a", tar.TypeReg, "1"}, {"../../b", tar.TypeReg, "2"}})})
	if r := h.run(t); r.code != 1 || !strings.Contains(r.failure, "../../b: leaves the folder") {
		t.Errorf("exit code %d, failure %q", r.code, r.failure)
	}
	if names, _ := filepath.Glob(filepath.Join(h.variable("TMPDIR"), "*")); len(names) != 2 {
		t.Errorf("the temporary folder holds %v, want the two folders that were unpacked into", names)
	}
}

func TestServePipeMode(t *testing.T) {
	t.Parallel()
	h := newHost(t, "echo", map[string]string{"text": "", "__proto__": ""})
	h.Channels = []container.Channel{{Name: "train", InputMode: "Pipe"}}
	if r := h.run(t); r.code != 1 || !strings.Contains(r.failure, `channel "train" (field Train): input mode Pipe`) {
		t.Errorf("exit code %d, failure %q", r.code, r.failure)
	}
}

type member struct {
	name    string
	kind    byte
	content string // of a link its target
}

func tarGz(t *testing.T, members []member) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for _, m := range members {
		h := &tar.Header{Name: m.name, Typeflag: m.kind, Mode: 0o755}
		if m.kind == tar.TypeReg {
			h.Size = int64(len(m.content))
		} else {
			h.Linkname = m.content
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if m.kind != tar.TypeReg {
			continue
		}
		if _, err := w.Write([]byte(m.content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// variable is a variable of the host's environment.
func (h *host) variable(name string) string {
	for _, pair := range h.env {
		if v, ok := strings.CutPrefix(pair, name+"="); ok {
			return v
		}
	}
	return os.Getenv(name)
}
