package tarball_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagefly/sagefly/internal/tarball"
)

// member is an entry of a test's archive: a file with its content, a folder when the name ends in "/", or what header says.
type member struct {
	name, text string
	header     tar.Header
}

func archive(t testing.TB, members ...member) []byte {
	t.Helper()
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	w := tar.NewWriter(zip)
	for _, m := range members {
		h := m.header
		h.Name, h.Size = m.name, int64(len(m.text))
		if h.Mode == 0 && h.Typeflag != tar.TypeXGlobalHeader {
			h.Mode = 0o600
		}
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, m.text); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), zip.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// tree is what lies below a path: files by name with their content, folders with "/" at the end, and links with their target.
func tree(t testing.TB, dir string) map[string]string {
	t.Helper()
	got := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		name, _ := filepath.Rel(dir, path)
		switch {
		case err != nil || name == ".":
			return err
		case d.IsDir():
			got[name+"/"] = ""
		case d.Type().IsRegular():
			data, err := os.ReadFile(path)
			got[name] = string(data)
			return err
		default:
			target, _ := os.Readlink(path)
			got[name] = d.Type().String() + " " + target
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

type files = map[string]string

func TestExtract(t *testing.T) {
	t.Parallel()
	scattered := archive(
		t, member{name: "./"}, member{name: "./a/"}, member{name: "./a/one", text: "1"}, member{name: "./ab", text: "no"},
		member{name: "a/deep/two", text: "2"}, member{name: "link", header: tar.Header{Typeflag: tar.TypeSymlink, Linkname: "/etc"}}, member{name: "../away", text: "no"},
	)
	clean := archive(t, member{header: tar.Header{Typeflag: tar.TypeXGlobalHeader, PAXRecords: files{"comment": "c"}}},
		member{name: "b//c/./d", text: "1"}, member{name: "b/c/d", text: "newer"}, member{name: "e/"})
	for name, tt := range map[string]struct {
		archive []byte
		member  tarball.Member
		want    files // below the folder in which out is the member
	}{
		"file":          {scattered, tarball.Member{Name: "a/one"}, files{"out": "1"}},
		"folder":        {scattered, tarball.Member{Name: "a/"}, files{"out/": "", "out/one": "1", "out/deep/": "", "out/deep/two": "2"}},
		"together":      {scattered, tarball.Member{Name: "a", Together: true}, files{"out/": "", "out/one": "1"}},
		"without entry": {scattered, tarball.Member{Name: "a/deep"}, files{"out/": "", "out/two": "2"}},
		"all":           {clean, tarball.Member{Name: "."}, files{"out/": "", "out/b/": "", "out/b/c/": "", "out/b/c/d": "newer", "out/e/": ""}},
		"empty":         {archive(t), tarball.Member{Name: "."}, files{"out/": ""}},
	} {
		dir := t.TempDir()
		if err := tarball.Extract(bytes.NewReader(tt.archive), tt.member, filepath.Join(dir, "out")); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(tt.want, tree(t, dir)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// What is there already is replaced. A file keeps who may run it, and no more of its mode.
func TestExtractAgain(t *testing.T) {
	t.Parallel()
	packed := archive(t, member{name: "run", text: "new", header: tar.Header{Mode: 0o4700}})
	for m, to := range map[string]string{".": "all", "run": "all/run"} {
		dir := t.TempDir()
		path := filepath.Join(dir, "all", "run")
		for range 2 {
			if err := tarball.Extract(bytes.NewReader(packed), tarball.Member{Name: m}, filepath.Join(dir, to)); err != nil {
				t.Fatal(err)
			}
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			if data, _ := os.ReadFile(path); string(data) != "new" || info.Mode() != 0o744 {
				t.Errorf("%s: %q with mode %v, want new with mode 0744", m, data, info.Mode())
			}
			if err := os.WriteFile(path, []byte("old, and longer"), 0o744); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// Each of these is refused by every reader, and nothing is left outside of the folder, nor a link or device in it.
func TestHostileArchives(t *testing.T) {
	t.Parallel()
	link := func(kind byte, to string) tar.Header { return tar.Header{Typeflag: kind, Linkname: to} }
	for name, tt := range map[string]struct {
		members []member
		member  string
		err     string
	}{
		"parent":              {[]member{{name: "../escaped", text: "x"}}, ".", "leaves the folder"},
		"parent in the midst": {[]member{{name: "a/../../escaped", text: "x"}}, ".", "leaves the folder"},
		"absolute":            {[]member{{name: "/escaped", text: "x"}}, ".", "leaves the folder"},
		"folder above":        {[]member{{name: "../"}}, ".", "leaves the folder"},
		"out of the member":   {[]member{{name: "m/../../escaped", text: "x"}}, "m", "no such member"},
		"symbolic link":       {[]member{{name: "m/link", header: link(tar.TypeSymlink, "/etc")}}, "m", "link or device"},
		"link in the folder":  {[]member{{name: "m/a", text: "x"}, {name: "m/b", header: link(tar.TypeSymlink, "a")}}, "m", "link or device"},
		"through a link":      {[]member{{name: "m/way", header: link(tar.TypeSymlink, "..")}, {name: "m/way/escaped", text: "x"}}, ".", "link or device"},
		"hard link":           {[]member{{name: "m", header: link(tar.TypeLink, "/etc/passwd")}}, "m", "link or device"},
		"device":              {[]member{{name: "m/null", header: tar.Header{Typeflag: tar.TypeChar, Devmajor: 1, Devminor: 3}}}, "m", "link or device"},
		"pipe":                {[]member{{name: "m", header: tar.Header{Typeflag: tar.TypeFifo}}}, "m", "link or device"},
		"no name":             {[]member{{name: ".", text: "x"}}, ".", "file without a name"},
		"file as folder":      {[]member{{name: "m/a", text: "x"}, {name: "m/a/b", text: "y"}}, "m", "file exists"},
		"folder as file":      {[]member{{name: "m/a/b", text: "x"}, {name: "m/a", text: "y"}}, "m", "is a directory"},
		"longer name":         {[]member{{name: "mm", text: "x"}}, "m", "no such member"},
		"nothing":             {nil, "m", "no such member"},
	} {
		dir := t.TempDir()
		err := tarball.Extract(bytes.NewReader(archive(t, tt.members...)), tarball.Member{Name: tt.member}, filepath.Join(dir, "in", "out"))
		if err == nil || !strings.Contains(err.Error(), tt.err) {
			t.Errorf("%s: %v, want %q", name, err, tt.err)
		}
		contained(t, dir)
	}
}

// contained wants nothing but files and folders in dir/in/out, and nothing beside it.
func contained(t *testing.T, dir string) {
	t.Helper()
	for path, text := range tree(t, dir) {
		inside := path == "in/" || path == "in/out" || strings.HasPrefix(path, "in/out/")
		if !inside || strings.HasPrefix(text, "L") || strings.HasPrefix(text, "D") {
			t.Errorf("%s is there: %q", path, text)
		}
	}
}

// A link that was in the folder before leads nowhere else either.
func TestLinkThatWasThere(t *testing.T) {
	t.Parallel()
	dir, away := t.TempDir(), t.TempDir()
	if err := os.Symlink(away, filepath.Join(dir, "way")); err != nil {
		t.Fatal(err)
	}
	if err := tarball.Extract(bytes.NewReader(archive(t, member{name: "way/out", text: "x"})), tarball.Member{Name: "."}, dir); err == nil {
		t.Error("it was written through the link")
	}
	if got := tree(t, away); len(got) > 0 {
		t.Errorf("written elsewhere: %v", got)
	}
}

// Half a kilobyte of archive is a file of a terabyte, in both of GNU tar's forms.
func TestSparseBomb(t *testing.T) {
	t.Parallel()
	if said, err := exec.Command("tar", "--version").Output(); err != nil || !bytes.Contains(said, []byte("GNU tar")) {
		t.Skip("needs GNU tar, which makes such archives")
	}
	src := t.TempDir()
	if err := os.WriteFile(filepath.Join(src, "huge"), []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(filepath.Join(src, "huge"), 1<<40); err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{"gnu", "posix"} {
		packed, err := exec.Command("tar", "--create", "--gzip", "--sparse", "--format="+format, "--directory="+src, "huge").Output()
		if err != nil || len(packed) > 1024 {
			t.Fatalf("%s: %d bytes, %v", format, len(packed), err)
		}
		dir := t.TempDir()
		for _, m := range []string{".", "huge"} {
			err = tarball.Extract(bytes.NewReader(packed), tarball.Member{Name: m}, filepath.Join(dir, "out"))
			if err == nil || !strings.Contains(err.Error(), "it is a sparse file") {
				t.Errorf("%s, member %s: %v", format, m, err)
			}
		}
	}
}

// Half an archive, and one whose content changed, is an error wherever all of it is read; of a single file nothing is left then.
func TestBrokenArchives(t *testing.T) {
	t.Parallel()
	noise := make([]byte, 1<<16)
	_, _ = rand.Read(noise)
	packed := archive(t, member{name: "a", text: "1"}, member{name: "b", text: string(noise)})
	changed := bytes.Clone(packed)
	changed[len(changed)-5] ^= 1 // of the checksum and the length behind the data
	for name, tt := range map[string]struct {
		archive []byte
		member  string
	}{
		"half": {packed[:len(packed)/2], "."}, "half a file": {packed[:len(packed)/2], "b"}, "checksum": {changed, "."},
		"plain": {[]byte("plain text, which is no archive"), "."}, "empty": {nil, "."},
	} {
		dir := t.TempDir()
		if err := tarball.Extract(bytes.NewReader(tt.archive), tarball.Member{Name: tt.member}, filepath.Join(dir, "out")); err == nil {
			t.Errorf("%s: no error", name)
		}
		if got := tree(t, dir); tt.member == "b" && len(got) > 0 {
			t.Errorf("%s: left %d files", name, len(got))
		}
	}
}

// Behind what is asked for nothing is read: a megabyte of noise lies there.
func TestReadsNoFurther(t *testing.T) {
	t.Parallel()
	noise := make([]byte, 1<<20)
	_, _ = rand.Read(noise)
	packed := archive(t, member{name: "a/one", text: "1"}, member{name: "a/two", text: "2"}, member{name: "b", text: string(noise)})
	for _, m := range []tarball.Member{{Name: "a/one"}, {Name: "a", Together: true}} {
		rest := bytes.NewReader(packed)
		if err := tarball.Extract(rest, m, filepath.Join(t.TempDir(), "out")); err != nil {
			t.Fatal(err)
		}
		if read := len(packed) - rest.Len(); read > 64<<10 {
			t.Errorf("%s: %d bytes were read of %d", m.Name, read, len(packed))
		}
	}
}

// Whatever an archive says, nothing is written beside the folder, and nothing but files and folders in it.
func FuzzExtract(f *testing.F) {
	for _, m := range []member{
		{name: "m/a", text: "x"},
		{name: "../escaped", text: "x"},
		{name: "/escaped", text: "x"},
		{name: "m/way", header: tar.Header{Typeflag: tar.TypeSymlink, Linkname: "../.."}},
	} {
		zip, err := gzip.NewReader(bytes.NewReader(archive(f, m, member{name: "m/way/escaped", text: "y"})))
		if err != nil {
			f.Fatal(err)
		}
		data, err := io.ReadAll(zip)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data, "m")
		f.Add(data, ".")
	}
	f.Fuzz(func(t *testing.T, data []byte, name string) {
		if !filepath.IsLocal(name) {
			t.Skip("callers check the member's name")
		}
		var packed bytes.Buffer
		zip := gzip.NewWriter(&packed)
		_, _ = zip.Write(data)
		_ = zip.Close()
		dir := t.TempDir()
		_ = tarball.Extract(&packed, tarball.Member{Name: name, Together: len(data)%2 == 0}, filepath.Join(dir, "in", "out"))
		contained(t, dir)
	})
}
