package image

import (
	"archive/tar"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func write(t testing.TB, dir string, files map[string]string) string {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func bundle(t testing.TB, source string) (data []byte, sum string) {
	t.Helper()
	dst := filepath.Join(t.TempDir(), "sourcedir.tar.gz")
	sum, err := Bundle(t.Context(), source, dst)
	if err != nil {
		t.Fatal(err)
	}
	data, err = os.ReadFile(dst)
	if err != nil {
		t.Fatal(err)
	}
	return data, sum
}

// contents are the entries of a tar.gz: name → mode and text.
func contents(t testing.TB, data []byte) map[string]string {
	t.Helper()
	z, err := gzip.NewReader(strings.NewReader(string(data)))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for entries := tar.NewReader(z); ; {
		h, err := entries.Next()
		if errors.Is(err, io.EOF) {
			return found
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(entries)
		if err != nil {
			t.Fatal(err)
		}
		if h.Uid != 0 || h.Gid != 0 || h.Uname != "" || h.ModTime.Unix() != 0 || h.Typeflag != tar.TypeReg {
			t.Errorf("%s: %+v is not fixed", h.Name, h)
		}
		found[h.Name] = h.FileInfo().Mode().String() + " " + string(text)
	}
}

// The same content gives the same bytes from another folder, with other times, modes and order of creation.
func TestBundleIsReproducible(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("deep/", 40) + "file.py"
	files := map[string]string{"train.py": "print(1)\n", "requirements.txt": "numpy\n", "lib/a.py": "a", long: "x", "ü.txt": "u", "run.sh": "#!/bin/sh\n"}
	one, two := write(t, t.TempDir(), files), write(t, t.TempDir(), files)
	for name := range files {
		if err := os.Chtimes(filepath.Join(two, name), time.Unix(1e9, 5), time.Unix(1e9, 7)); err != nil {
			t.Fatal(err)
		}
	}
	for path, mode := range map[string]os.FileMode{
		filepath.Join(one, "train.py"): 0o664, filepath.Join(two, "train.py"): 0o640,
		filepath.Join(one, "run.sh"): 0o700, filepath.Join(two, "run.sh"): 0o775,
	} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	first, sum := bundle(t, one)
	second, sum2 := bundle(t, two)
	if string(first) != string(second) || sum != sum2 {
		t.Errorf("%d and %d bytes, hashes %s and %s", len(first), len(second), sum, sum2)
	}
	if want := sha256.Sum256(first); hex.EncodeToString(want[:]) != sum {
		t.Errorf("hash %s, the file has %x", sum, want)
	}
	want := map[string]string{
		"train.py": "-rw-r--r-- print(1)\n", "requirements.txt": "-rw-r--r-- numpy\n", "lib/a.py": "-rw-r--r-- a",
		long: "-rw-r--r-- x", "ü.txt": "-rw-r--r-- u", "run.sh": "-rwxr-xr-x #!/bin/sh\n",
	}
	if diff := cmp.Diff(want, contents(t, first)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Python's tarfile is what unpacks a bundle in AWS's containers.
func TestPythonReadsBundle(t *testing.T) {
	t.Parallel()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("needs python3")
	}
	long := strings.Repeat("d/", 120) + "ü.py"
	dst := filepath.Join(t.TempDir(), "sourcedir.tar.gz")
	if _, err := Bundle(t.Context(), write(t, t.TempDir(), map[string]string{"a.py": "1", long: "2"}), dst); err != nil {
		t.Fatal(err)
	}
	const script = "import sys,tarfile\nfor m in tarfile.open(sys.argv[1]): print(m.name, oct(m.mode), m.size, m.uid, m.mtime)"
	out, err := exec.Command(python, "-X", "utf8", "-c", script, dst).CombinedOutput()
	if want := "a.py 0o644 1 0 0\n" + long + " 0o644 1 0 0\n"; err != nil || string(out) != want {
		t.Errorf("%v\n%s\nwant\n%s", err, out, want)
	}
}

func TestBundleLeavesOut(t *testing.T) {
	t.Parallel()
	dir := write(t, t.TempDir(), map[string]string{
		"train.py": "1", ".git/config": "g", "pkg/__pycache__/a.pyc": "c", "pkg/a.pyc": "c", "pkg/a.py": "2", ".venv/x": "v",
		"myenv/pyvenv.cfg": "v", "myenv/lib/x.py": "v", "node_modules/x": "n", ".sageflyignore": "*.log\n!keep.log\n/data\n# a comment\n\nnotes/**/draft?.md\n",
		"a.log": "l", "sub/b.log": "l", "sub/keep.log": "k", "data/big": "b", "sub/data/x": "s", "notes/a/b/draft1.md": "d", "notes/draft.md": "m",
	})
	data, _ := bundle(t, dir)
	got := contents(t, data)
	for name := range got {
		got[name] = strings.Fields(got[name])[1]
	}
	want := map[string]string{"train.py": "1", "pkg/a.py": "2", "sub/keep.log": "k", "sub/data/x": "s", "notes/draft.md": "m"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// .sageflyignore means what git means by the same lines.
func TestIgnoreAsGit(t *testing.T) {
	t.Parallel()
	git, err := exec.LookPath("git")
	if err != nil {
		t.Skip("needs git")
	}
	const lines = "*.log\n!important.log\n/only-top\nsub/x\ndir/\n**/deep\na/**/z\nb/**\n\\#hash\n\\!bang\nq?r\n[xy]z\n*.t*t \n"
	names := []string{
		"a.log", "s/a.log", "important.log", "s/important.log", "only-top", "s/only-top", "sub/x", "s/sub/x", "dir", "s/dir", "deep", "p/q/deep",
		"a/z", "a/1/z", "a/1/2/z", "a/y", "b/c", "b/c/d", "b", "#hash", "!bang", "qxr", "qxxr", "q/r", "xz", "zz", "f.txt", "f.tt", "tt", "f.txt ",
	}
	dir := t.TempDir()
	if out, err := exec.Command(git, "-C", dir, "init", "-q").CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	write(t, dir, map[string]string{".gitignore": lines})
	list, err := parseIgnore([]byte(lines))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		cmd := exec.Command(git, "-C", dir, "check-ignore", "-q", "--no-index", "--", name)
		err := cmd.Run()
		if err != nil && cmd.ProcessState.ExitCode() != 1 {
			t.Fatalf("git check-ignore %s: %v", name, err)
		}
		// git also looks at the folders above, which a walk does before it comes to the file.
		got := false
		for i, r := range name + "/" {
			if r == '/' && !got {
				got = list.match(name[:i], i < len(name))
			}
		}
		if got != (err == nil) {
			t.Errorf("%q: ignored %v, git says %v", name, got, err == nil)
		}
	}
}

func TestBundleRefuses(t *testing.T) {
	t.Parallel()
	outside := write(t, t.TempDir(), map[string]string{"secret": "s"})
	link := func(name, to string) string {
		dir := write(t, t.TempDir(), map[string]string{"a/b.py": "1"})
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	big := t.TempDir()
	f, err := os.Create(filepath.Join(big, "data.bin"))
	if err == nil {
		err = errors.Join(f.Truncate(MaxBundle+1), f.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	for want, dir := range map[string]string{
		"outside of the folder":            link("x", filepath.Join(outside, "secret")),
		"a symbolic link to a folder":      link("x", "a"),
		"no such file":                     link("x", "nothing"),
		"the folder has no files":          t.TempDir(),
		"data.bin (1024 MB)":               big,
		".sageflyignore: line 2: pattern ": write(t, t.TempDir(), map[string]string{".sageflyignore": "ok\n[bad\n"}),
	} {
		dst := filepath.Join(t.TempDir(), "out")
		if _, err := Bundle(t.Context(), dir, dst); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
		if _, err := os.Stat(dst); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: something was left at the destination: %v", want, err)
		}
	}
}

func TestLinkInsideBecomesFile(t *testing.T) {
	t.Parallel()
	dir := write(t, t.TempDir(), map[string]string{"a/b.py": "1"})
	if err := os.Symlink("a/b.py", filepath.Join(dir, "main.py")); err != nil {
		t.Fatal(err)
	}
	data, _ := bundle(t, dir)
	if got := contents(t, data)["main.py"]; got != "-rw-r--r-- 1" {
		t.Errorf("main.py is %q", got)
	}
}

// A launch waits for this: half a second at most for 25 MB.
func BenchmarkBundleProgram(b *testing.B) {
	p, err := FindProgram(b.Context(), true)
	if err != nil {
		b.Fatal(err)
	}
	dst := filepath.Join(b.TempDir(), "out")
	info, err := os.Stat(p.Path)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(info.Size())
	for b.Loop() {
		if _, err := p.Bundle(b.Context(), dst); err != nil {
			b.Fatal(err)
		}
	}
}

// bundled is the bundle of a program.
func bundled(t *testing.T, p Program) []byte {
	t.Helper()
	dst := filepath.Join(t.TempDir(), "out.tar.gz")
	if _, err := p.Bundle(t.Context(), dst); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(dst)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// A program whose jobs run here is stored as it is, and unpacks to the same file as the compressed one of other targets.
func TestStayingProgramIsNotCompressed(t *testing.T) {
	t.Parallel()
	p, err := FindProgram(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	far := p
	far.Stays = false
	var sizes []int
	var held []string
	for _, one := range []Program{p, far} {
		data := bundled(t, one)
		sizes, held = append(sizes, len(data)), append(held, contents(t, data)[p.Name])
	}
	if sizes[0] < len(held[0]) || sizes[1] > len(held[1])*2/3 || held[0] != held[1] {
		t.Errorf("bundles of %d and %d bytes hold %d and %d", sizes[0], sizes[1], len(held[0]), len(held[1]))
	}
}
