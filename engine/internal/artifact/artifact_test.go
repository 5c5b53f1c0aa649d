package artifact

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
		t.Fatal(err)
	}
}

func unpack(t *testing.T, data []byte) map[string]string {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return got
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		got[h.Name] = string(text) + h.Linkname
	}
}

func archive(t *testing.T, dirs ...string) map[string]string {
	t.Helper()
	list, err := Collect(dirs...)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	err = Archive(t.Context(), list, func(_ context.Context, r io.Reader) error {
		_, err := io.Copy(&out, r)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return unpack(t, out.Bytes())
}

func TestArchiveRootIsTheDirectory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "xgboost-model", "bytes")
	write(t, dir, "sub/metrics.json", "{}")
	if err := os.Symlink("xgboost-model", filepath.Join(dir, "latest")); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"latest": "xgboost-model", "sub/": "", "sub/metrics.json": "{}", "xgboost-model": "bytes"}
	if diff := cmp.Diff(want, archive(t, dir)); diff != "" {
		t.Errorf("archive (-want +got):\n%s", diff)
	}
}

func TestHostsShareOneArchive(t *testing.T) {
	t.Parallel()
	one, two := t.TempDir(), t.TempDir()
	write(t, one, "model", "of algo-1")
	write(t, two, "model", "of algo-2")
	write(t, two, "extra", "of algo-2")
	want := map[string]string{"model": "of algo-1", "extra": "of algo-2"}
	if diff := cmp.Diff(want, archive(t, one, two, filepath.Join(one, "missing"))); diff != "" {
		t.Errorf("archive (-want +got):\n%s", diff)
	}
}

func TestEmptyArchiveIsValid(t *testing.T) {
	t.Parallel()
	if got := archive(t, t.TempDir()); len(got) != 0 {
		t.Errorf("archive of nothing holds %v", got)
	}
}

func TestErrorsOfBothEndsArrive(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "a", "1")
	list, err := Collect(dir)
	if err != nil {
		t.Fatal(err)
	}
	full := errors.New("disk full")
	if err := Archive(t.Context(), list, func(context.Context, io.Reader) error { return full }); !errors.Is(err, full) {
		t.Errorf("store fails: %v", err)
	}
	if err := os.Remove(filepath.Join(dir, "a")); err != nil {
		t.Fatal(err)
	}
	err = Archive(t.Context(), list, func(_ context.Context, r io.Reader) error {
		_, err := io.Copy(io.Discard, r)
		return err
	})
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("file vanished: %v", err)
	}
}
