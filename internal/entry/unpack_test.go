package entry

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func archive(t testing.TB, headers ...tar.Header) []byte {
	t.Helper()
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	w := tar.NewWriter(zip)
	for _, h := range headers {
		text := h.PAXRecords["text"]
		h.PAXRecords = nil
		h.Size = int64(len(text))
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func file(name, text string, mode int64) tar.Header {
	return tar.Header{Name: name, Mode: mode, PAXRecords: map[string]string{"text": text}}
}

// tree is what lies below dir: mode and content, or a link's target.
func tree(t testing.TB, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(dir, func(at string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, _ := filepath.Rel(dir, at)
		info, err := d.Info()
		if err != nil {
			return err
		}
		if target, err := os.Readlink(at); err == nil {
			found[rel] = "→ " + target
			return nil
		}
		text, err := os.ReadFile(at)
		found[rel] = info.Mode().String() + " " + string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// No entry leaves the folder, whatever the archive tries.
func TestUnpackHostile(t *testing.T) {
	t.Parallel()
	outside := t.TempDir()
	dir := filepath.Join(outside, "code")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	data := archive(t,
		file("train.py", "print()", 0o644), file("./run", "#!", 0o4777), file("../up", "u", 0o600), file("/abs", "a", 0o644), file("a/../../b", "b", 0o644),
		tar.Header{Name: "out", Typeflag: tar.TypeSymlink, Linkname: outside}, file("out/planted", "p", 0o644),
		tar.Header{Name: "rel", Typeflag: tar.TypeSymlink, Linkname: "../"}, file("rel/planted", "p", 0o644),
		tar.Header{Name: "sub/in", Typeflag: tar.TypeSymlink, Linkname: "../train.py"},
		tar.Header{Name: "hard", Typeflag: tar.TypeLink, Linkname: "train.py"}, tar.Header{Name: "hardout", Typeflag: tar.TypeLink, Linkname: "/etc/passwd"},
		tar.Header{Name: "fifo", Typeflag: tar.TypeFifo}, tar.Header{Name: "dev", Typeflag: tar.TypeChar, Devmajor: 1, Devminor: 3},
		tar.Header{Name: "..", Typeflag: tar.TypeDir}, tar.Header{Name: "empty/", Typeflag: tar.TypeDir},
		file("sub/in", "a file in the link's place", 0o644),
	)
	var log bytes.Buffer
	h := &host{out: &log}
	if err := h.unpack(bytes.NewReader(data), dir); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"train.py": "-rw-r--r-- print()", "run": "-rwxr-xr-x #!", "up": "-rw------- u", "abs": "-rw-r--r-- a", "a/b": "-rw-r--r-- b",
		"out/planted": "-rw-r--r-- p", "rel/planted": "-rw-r--r-- p", "hard": "-rw-r--r-- print()", "sub/in": "-rw-r--r-- a file in the link's place",
	}
	if diff := cmp.Diff(want, tree(t, dir)); diff != "" {
		t.Errorf("unpacked (-want +got):\n%s", diff)
	}
	if entries, _ := os.ReadDir(outside); len(entries) != 1 {
		t.Errorf("something was written outside: %v", entries)
	}
	for _, name := range []string{`"out"`, `"hardout"`, `"fifo"`, `"dev"`} {
		if !strings.Contains(log.String(), name) {
			t.Errorf("nothing is said of %s:\n%s", name, log.String())
		}
	}
}

// A link made by one entry must not carry a later one out, also when the link itself stays inside at first.
func TestUnpackThroughLinks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	data := archive(t,
		tar.Header{Name: "d/", Typeflag: tar.TypeDir}, tar.Header{Name: "d/l", Typeflag: tar.TypeSymlink, Linkname: "../d2"},
		tar.Header{Name: "d2", Typeflag: tar.TypeSymlink, Linkname: "d/.."}, file("d/l/x", "x", 0o644),
	)
	h := &host{out: new(bytes.Buffer)}
	_ = h.unpack(bytes.NewReader(data), dir) // refused or kept inside
	if entries, _ := os.ReadDir(filepath.Dir(dir)); len(entries) != 1 {
		t.Errorf("something lies beside the folder: %v", entries)
	}
}

func TestUnpackBroken(t *testing.T) {
	t.Parallel()
	whole := archive(t, file("train.py", strings.Repeat("x", 10000), 0o644))
	for name, data := range map[string][]byte{"empty": nil, "text": []byte("import os\n"), "cut": whole[:len(whole)/2], "no checksum": whole[:len(whole)-4]} {
		h := &host{out: new(bytes.Buffer)}
		if err := h.unpack(bytes.NewReader(data), t.TempDir()); err == nil {
			t.Errorf("%s: unpacked without an error", name)
		}
	}
}

func FuzzUnpack(f *testing.F) {
	f.Add(archive(f, file("train.py", "x", 0o644), tar.Header{Name: "l", Typeflag: tar.TypeSymlink, Linkname: ".."}, file("l/y", "", 0o644)))
	f.Fuzz(func(t *testing.T, data []byte) {
		outside := t.TempDir()
		dir := filepath.Join(outside, "code")
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		_ = (&host{out: new(bytes.Buffer)}).unpack(bytes.NewReader(data), dir)
		if entries, err := os.ReadDir(outside); err != nil || len(entries) != 1 {
			t.Fatalf("something was written outside: %v, %v", entries, err)
		}
	})
}

func TestNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"train.py", "bin/train.sh", "a+b_c-1", ".hidden.py", "..py"} {
		if err := checkName(name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, name := range []string{"", "/train.py", "../train.py", "a/../b", "./train.py", "a//b", "a/", "-m", "a b", "a;b", "a\nb", "é.py", "$(x)", "a\x00"} {
		if err := checkName(name); err == nil {
			t.Errorf("%q is taken as a name", name)
		}
	}
}
