package input

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagefly/sagefly/engine/internal/object"
	"github.com/sagefly/sagefly/engine/internal/store"
)

func TestFileName(t *testing.T) {
	t.Parallel()
	tests := []struct {
		prefix, key, want string
		ok, bad           bool
	}{
		{"data/train", "data/train/a.csv", "a.csv", true, false},
		{"data/train/", "data/train/x/a.csv", "x/a.csv", true, false},
		{"data/train.csv", "data/train.csv", "train.csv", true, false},
		{"data/tr", "data/train/a.csv", "train/a.csv", true, false},
		{"data/train", "data/train2/b.csv", "train2/b.csv", true, false},
		{"", "a/b.csv", "a/b.csv", true, false},
		{"data", "data/", "", false, false},
		{"data", "data//a.csv", "a.csv", true, false},
		{"data", "data/../../etc/passwd", "", false, true},
		{"data", "data/x/../../../etc/passwd", "", false, true},
		{"data", "data/..", "", false, true},
		{"data", "data/a\x00b", "", false, true},
		{"data", "data/x/../y", "y", true, false},
	}
	for _, tt := range tests {
		got, ok, err := fileName(tt.prefix, tt.key)
		if got != tt.want || ok != tt.ok || (err != nil) != tt.bad {
			t.Errorf("fileName(%q, %q) = %q, %v, %v", tt.prefix, tt.key, got, ok, err)
		}
	}
}

func TestParseURI(t *testing.T) {
	t.Parallel()
	for uri, want := range map[string][2]string{
		"s3://b/p/x": {"b", "p/x"},
		"s3://b":     {"b", ""},
		"https://s3.us-east-1.amazonaws.com/b/p/x":   {"b", "p/x"},
		"https://s3-us-west-2.amazonaws.com/bucket/": {"bucket", ""},
	} {
		bucket, key, err := ParseURI(uri)
		if bucket != want[0] || key != want[1] || err != nil {
			t.Errorf("ParseURI(%q) = %q, %q, %v", uri, bucket, key, err)
		}
	}
	for _, uri := range []string{"", "s3://", "s3:///key", "file:///etc", "https://example.com/b/k", "gs://b/k"} {
		if _, _, err := ParseURI(uri); err == nil {
			t.Errorf("ParseURI(%q) is accepted", uri)
		}
	}
}

func objects(t *testing.T, content map[string]string) *object.Store {
	t.Helper()
	dir := t.TempDir()
	db, err := store.Open(t.Context(), filepath.Join(dir, "db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	s, err := object.Open(t.Context(), db, filepath.Join(dir, "objects"))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.CreateBucket(t.Context(), "bucket", "us-east-1"); err != nil {
		t.Fatal(err)
	}
	for key, text := range content {
		if _, err := s.Put(t.Context(), "bucket", key, strings.NewReader(text), object.PutOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	got := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		got[rel] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestStage(t *testing.T) {
	t.Parallel()
	s := objects(t, map[string]string{"p/a": "1", "p/b/c": "2", "p/": "", "q": "3", "p/d": "4"})
	channel := Channel{Name: "train", URI: "s3://bucket/p"}
	dir := filepath.Join(t.TempDir(), "train")
	for range 2 { // a repeated run replaces what the first left
		n, size, err := Stage(t.Context(), s, channel, Shard{0, 1}, dir, Copy)
		if n != 3 || size != 3 || err != nil {
			t.Fatalf("Stage = %d files, %d bytes, %v", n, size, err)
		}
	}
	if diff := cmp.Diff(map[string]string{"a": "1", "b/c": "2", "d": "4"}, files(t, dir)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

func TestShardsShareTheObjects(t *testing.T) {
	t.Parallel()
	s := objects(t, map[string]string{"p/a": "", "p/b": "", "p/c": "", "p/d": "", "p/e": ""})
	want := []map[string]string{{"a": "", "c": "", "e": ""}, {"b": "", "d": ""}}
	for i := range 2 {
		dir := filepath.Join(t.TempDir(), "train")
		if _, _, err := Stage(t.Context(), s, Channel{URI: "s3://bucket/p", Sharded: true}, Shard{i, 2}, dir, Copy); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want[i], files(t, dir)); diff != "" {
			t.Errorf("shard %d (-want +got):\n%s", i, diff)
		}
	}
}

// A job that rewrites its input must not change the object.
func TestCopyIsTheJobsOwn(t *testing.T) {
	t.Parallel()
	s := objects(t, map[string]string{"p/a": "original"})
	dir := filepath.Join(t.TempDir(), "train")
	if _, _, err := Stage(t.Context(), s, Channel{URI: "s3://bucket/p"}, Shard{0, 1}, dir, Copy); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "a"), []byte("changed"), 0o644); err != nil {
		t.Fatal(err)
	}
	info, err := s.Stat(t.Context(), "bucket", "p/a")
	if err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(info.Path); string(data) != "original" || err != nil {
		t.Errorf("the object is %q, %v", data, err)
	}
}

// The object is replaced, or deleted, between the listing and the copy.
func TestObjectsThatChangeMeanwhile(t *testing.T) {
	t.Parallel()
	s := objects(t, map[string]string{"p/a": "old"})
	channel, dir := Channel{URI: "s3://bucket/p"}, filepath.Join(t.TempDir(), "c")
	replaced := false
	_, size, err := Stage(t.Context(), s, channel, Shard{0, 1}, dir, func(blob, path string) error {
		if !replaced {
			replaced = true
			if _, err := s.Put(t.Context(), "bucket", "p/a", strings.NewReader("newer"), object.PutOptions{}); err != nil {
				return err
			}
		}
		return Copy(blob, path)
	})
	if err != nil || size != 5 {
		t.Fatalf("replaced: %d bytes, %v", size, err)
	}
	if diff := cmp.Diff(map[string]string{"a": "newer"}, files(t, dir)); diff != "" {
		t.Errorf("replaced (-want +got):\n%s", diff)
	}
	_, _, err = Stage(t.Context(), s, channel, Shard{0, 1}, dir, func(blob, path string) error {
		return errors.Join(s.Delete(t.Context(), "bucket", "p/a"), Copy(blob, path))
	})
	if !errors.Is(err, object.ErrNoKey) {
		t.Errorf("deleted: %v, want ErrNoKey", err)
	}
}

func TestStopEndsStaging(t *testing.T) {
	t.Parallel()
	s := objects(t, map[string]string{"p/a": "1", "p/b": "2", "p/c": "3"})
	stopped := errors.New("stopped")
	ctx, cancel := context.WithCancelCause(t.Context())
	n, _, err := Stage(ctx, s, Channel{URI: "s3://bucket/p"}, Shard{0, 1}, filepath.Join(t.TempDir(), "c"), func(blob, path string) error {
		cancel(stopped)
		return Copy(blob, path)
	})
	if n != 1 || !errors.Is(err, stopped) {
		t.Errorf("%d files, %v; want one file and the cause", n, err)
	}
}

func TestStageErrors(t *testing.T) {
	t.Parallel()
	s := objects(t, map[string]string{"p/a": "1", "clash/a": "1", "clash/a/b": "2", "marker/": ""})
	tests := map[string]struct {
		uri  string
		want error
		text string
	}{
		"empty prefix":    {"s3://bucket/none", ErrEmpty, `No S3 objects found under S3 URL "s3://bucket/none" given in input data source`},
		"only a marker":   {"s3://bucket/marker", ErrEmpty, "No S3 objects"},
		"unknown bucket":  {"s3://other/p", object.ErrNoBucket, "other"},
		"file and folder": {"s3://bucket/clash", nil, "s3://bucket/clash/a/b"},
	}
	for name, tt := range tests {
		_, _, err := Stage(t.Context(), s, Channel{URI: tt.uri}, Shard{0, 1}, filepath.Join(t.TempDir(), "c"), Copy)
		wantError(t, name, err, tt.want, tt.text)
	}
}

// wantError wants an error that is the kind, where that is not nil, and says the text.
func wantError(t *testing.T, name string, err, kind error, text string) {
	t.Helper()
	if err == nil || kind != nil && !errors.Is(err, kind) || !strings.Contains(err.Error(), text) {
		t.Errorf("%s: %v, want %q", name, err, text)
	}
}
