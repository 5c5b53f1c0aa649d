package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagefly/sagefly/internal/testenv"
	"github.com/sagefly/sagefly/internal/version"
)

func testSources(t *testing.T) sources {
	t.Helper()
	python, err := readPackage(filepath.Join(testenv.Root(t), "python"))
	if err != nil {
		t.Fatal(err)
	}
	return sources{licence: []byte("licence\n"), readme: []byte("# read me\n"), python: python}
}

// The hash is the one of the empty file in the specification's notation, from `printf ” | openssl dgst -sha256 -binary | base64`.
func TestRecord(t *testing.T) {
	t.Parallel()
	got := string(record([]file{{path: "sagefly/__init__.py"}}, "sagefly-1.dist-info/RECORD"))
	want := "sagefly/__init__.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\nsagefly-1.dist-info/RECORD,,\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestSameBytes(t *testing.T) {
	t.Parallel()
	src := testSources(t)
	dir := t.TempDir()
	write := func(name string) (wheel, archive []byte) {
		w, a := filepath.Join(dir, name+".whl"), filepath.Join(dir, name+".tar.gz")
		err := errors.Join(
			writeWheel(w, wheelContent("1", []string{"any"}, programs{[]byte("program"), []byte("host"), []byte("entry")}, src)),
			writeArchive(a, programs{[]byte("program"), []byte("host"), []byte("entry")}, src),
		)
		if err != nil {
			t.Fatal(err)
		}
		wheel, errW := os.ReadFile(w)
		archive, errA := os.ReadFile(a)
		if err := errors.Join(errW, errA); err != nil {
			t.Fatal(err)
		}
		return wheel, archive
	}
	w1, a1 := write("one")
	w2, a2 := write("two")
	if !bytes.Equal(w1, w2) || !bytes.Equal(a1, a2) {
		t.Error("two writes of the same content differ")
	}
}

func TestArchive(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.tar.gz")
	src := testSources(t)
	if err := writeArchive(path, programs{[]byte("program"), []byte("host"), []byte("entry")}, src); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		got[h.Name] = h.FileInfo().Mode().String() + " " + string(data)
	}
	want := map[string]string{
		"sagefly":       "-rwxr-xr-x program",
		"sagefly-host":  "-rwxr-xr-x host",
		"sagefly-train": "-rwxr-xr-x entry",
		"LICENSE":       "-rw-r--r-- licence\n",
		"README.md":     "-rw-r--r-- # read me\n",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// The program as it is built for tests must run wherever the wheel's tags say.
func TestFloor(t *testing.T) {
	t.Parallel()
	testenv.Require(t, runtime.GOOS == "linux", "an ELF system", "running on Linux")
	program, err := os.ReadFile(testenv.Program(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := checkFloor(program); err != nil {
		t.Error(err)
	}
	// Python itself asks for versioned symbols of glibc, so it stands for a program built with cgo.
	python, err := filepath.EvalSymlinks(testenv.Python(t))
	if err != nil {
		t.Fatal(err)
	}
	cgo, err := os.ReadFile(python)
	if err != nil {
		t.Fatal(err)
	}
	if err := checkFloor(cgo); err == nil {
		t.Error("a program with versioned symbols passed")
	}
}

// One number: the Go constant, the Python package, the newest released heading of the change log if there is one.
func TestVersionsAgree(t *testing.T) {
	t.Parallel()
	root := testenv.Root(t)
	for path, pattern := range map[string]string{
		"python/sagefly/__init__.py": `(?m)^__version__ = "(.+)"$`,
		"CHANGELOG.md":               `(?m)^## \[?(\d[^\] ]*)`,
	} {
		text, err := os.ReadFile(filepath.Join(root, path))
		if err != nil {
			t.Fatal(err)
		}
		m := regexp.MustCompile(pattern).FindSubmatch(text)
		if m == nil && path == "CHANGELOG.md" {
			continue
		}
		if m == nil || string(m[1]) != version.Version {
			t.Errorf("%s has version %q, want %s", path, m, version.Version)
		}
	}
}
