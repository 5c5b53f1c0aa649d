package object_test

import (
	"context"
	"crypto/md5"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/sagefly/sagefly/engine/internal/object"
	"github.com/sagefly/sagefly/engine/internal/store"
)

// open opens a store in dir; closing is the returned function's job when a test wants it before the end.
func open(t *testing.T, dir string) (*object.Store, func()) {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(dir, "sagefly.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	s, err := object.Open(t.Context(), db, filepath.Join(dir, "objects"))
	if err != nil {
		t.Fatal(err)
	}
	return s, func() { _ = db.Close() }
}

func openBucket(t *testing.T) (*object.Store, string) {
	t.Helper()
	dir := memoryDir(t)
	s, _ := open(t, dir)
	if err := s.CreateBucket(t.Context(), "b", "us-east-1"); err != nil {
		t.Fatal(err)
	}
	return s, filepath.Join(dir, "objects")
}

// memoryDir is a temporary folder where flushing costs nothing, if there is such a place: flushing is what these tests would
// spend their time on.
func memoryDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "sagefly-object-*")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func put(t *testing.T, s *object.Store, key, content string) object.Info {
	t.Helper()
	info, err := s.Put(t.Context(), "b", key, strings.NewReader(content), object.PutOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return info
}

func content(t *testing.T, s *object.Store, key string) string {
	t.Helper()
	f, _, err := s.Open(t.Context(), "b", key)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func blobs(t *testing.T, dir string) int {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

func TestPutKeepsContentHeadersAndMD5(t *testing.T) {
	t.Parallel()
	s, _ := openBucket(t)
	headers := map[string]string{"Content-Type": "text/csv", "x-amz-meta-Ünï": "ja"}
	_, err := s.Put(t.Context(), "b", "train/a.csv", strings.NewReader("1,2\n"), object.PutOptions{Headers: headers})
	if err != nil {
		t.Fatal(err)
	}
	info, err := s.Stat(t.Context(), "b", "train/a.csv")
	if err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("%x", md5.Sum([]byte("1,2\n"))); info.ETag != want || info.Size != 4 {
		t.Errorf("etag, size = %s, %d; want %s, 4", info.ETag, info.Size, want)
	}
	if diff := cmp.Diff(headers, info.Headers); diff != "" {
		t.Error(diff)
	}
	if data, err := os.ReadFile(info.Path); err != nil || string(data) != "1,2\n" {
		t.Errorf("blob = %q, %v", data, err)
	}
}

func TestErrorsNameTheirSubject(t *testing.T) {
	t.Parallel()
	s, _ := openBucket(t)
	ctx := t.Context()
	put(t, s, "k", "x")
	ref := object.UploadRef{Bucket: "b", Key: "k", ID: "none"}
	_, errStat := s.Stat(ctx, "b", "no")
	_, errStatBucket := s.Stat(ctx, "no", "k")
	_, errPut := s.Put(ctx, "no", "k", strings.NewReader(""), object.PutOptions{})
	_, errList := s.List(ctx, "no", object.ListOptions{})
	_, errUpload := s.CreateUpload(ctx, object.Ref{Bucket: "no", Key: "k"}, nil)
	_, errPart := s.PutPart(ctx, ref, 1, strings.NewReader(""), object.PutOptions{})
	_, errCopy := s.Copy(ctx, object.Ref{Bucket: "b", Key: "no"}, object.Ref{Bucket: "b", Key: "k"}, object.CopyOptions{})
	_, errCopyTo := s.Copy(ctx, object.Ref{Bucket: "b", Key: "k"}, object.Ref{Bucket: "no", Key: "k"}, object.CopyOptions{})
	for _, c := range []struct {
		name    string
		err     error
		want    error
		subject string
	}{
		{"stat", errStat, object.ErrNoKey, "s3://b/no"},
		{"stat bucket", errStatBucket, object.ErrNoBucket, "s3://no"},
		{"put", errPut, object.ErrNoBucket, "s3://no"},
		{"list", errList, object.ErrNoBucket, "s3://no"},
		{"create upload", errUpload, object.ErrNoBucket, "s3://no"},
		{"put part", errPart, object.ErrNoUpload, "s3://b/k"},
		{"copy", errCopy, object.ErrNoKey, "s3://b/no"},
		{"copy to", errCopyTo, object.ErrNoBucket, "s3://no"},
		{"create", s.CreateBucket(ctx, "b", ""), object.ErrBucketExists, "s3://b"},
		{"delete full", s.DeleteBucket(ctx, "b"), object.ErrBucketNotEmpty, "s3://b"},
		{"delete bucket", s.DeleteBucket(ctx, "no"), object.ErrNoBucket, "s3://no"},
		{"delete", s.Delete(ctx, "no", "k"), object.ErrNoBucket, "s3://no"},
		{"abort", s.Abort(ctx, ref), object.ErrNoUpload, "s3://b/k"},
	} {
		if !errors.Is(c.err, c.want) || !strings.Contains(c.err.Error(), c.subject) {
			t.Errorf("%s: err = %v, want %v about %s", c.name, c.err, c.want, c.subject)
		}
	}
}

func TestFailedPutLeavesTheOldObject(t *testing.T) {
	t.Parallel()
	s, dir := openBucket(t)
	put(t, s, "k", "old")
	broken := io.MultiReader(strings.NewReader("half of it"), iotest.ErrReader(io.ErrUnexpectedEOF))
	refuse := errors.New("bad digest")
	cancelled, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("client went away"))
	for name, try := range map[string]func() error{
		"reader fails": func() error {
			_, err := s.Put(t.Context(), "b", "k", broken, object.PutOptions{})
			return err
		},
		"final refuses": func() error {
			final := func(*object.Info) error { return refuse }
			_, err := s.Put(t.Context(), "b", "k", strings.NewReader("new"), object.PutOptions{Final: final})
			return err
		},
		"condition absent": func() error {
			c := object.Condition{Absent: true}
			_, err := s.Put(t.Context(), "b", "k", strings.NewReader("new"), object.PutOptions{Condition: c})
			return err
		},
		"condition etag": func() error {
			c := object.Condition{ETag: "0"}
			_, err := s.Put(t.Context(), "b", "k", strings.NewReader("new"), object.PutOptions{Condition: c})
			return err
		},
		"context ended": func() error {
			_, err := s.Put(cancelled, "b", "k", strings.NewReader("new"), object.PutOptions{})
			return err
		},
	} {
		if try() == nil {
			t.Errorf("%s: put succeeded", name)
		}
	}
	if got := content(t, s, "k"); got != "old" {
		t.Errorf("content = %q, want old", got)
	}
	if n := blobs(t, dir); n != 1 {
		t.Errorf("%d blobs left, want 1", n)
	}
}

func TestReaderKeepsWhatItOpened(t *testing.T) {
	t.Parallel()
	s, dir := openBucket(t)
	put(t, s, "k", "first")
	f, _, err := s.Open(t.Context(), "b", "k")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	put(t, s, "k", "second")
	if err := s.Delete(t.Context(), "b", "k", "never there"); err != nil {
		t.Fatal(err)
	}
	if data, err := io.ReadAll(f); err != nil || string(data) != "first" {
		t.Errorf("content = %q, %v; want first", data, err)
	}
	if n := blobs(t, dir); n != 0 {
		t.Errorf("%d blobs left, want 0", n)
	}
}

func TestCopySharesContentUntilTheLastIsGone(t *testing.T) {
	t.Parallel()
	s, dir := openBucket(t)
	put(t, s, "a", "data")
	from := object.Ref{Bucket: "b", Key: "a"}
	for range 2 { // the second replaces a copy by the same content
		if _, err := s.Copy(t.Context(), from, object.Ref{Bucket: "b", Key: "c"}, object.CopyOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	final := func(i *object.Info) error { i.Headers["X"] = "1"; return nil }
	if _, err := s.Copy(t.Context(), from, from, object.CopyOptions{Final: final}); err != nil {
		t.Fatal(err)
	}
	if n := blobs(t, dir); n != 1 {
		t.Errorf("%d blobs, want 1", n)
	}
	if err := s.Delete(t.Context(), "b", "a"); err != nil {
		t.Fatal(err)
	}
	if got := content(t, s, "c"); got != "data" {
		t.Errorf("content = %q, want data", got)
	}
	if err := s.Delete(t.Context(), "b", "c"); err != nil {
		t.Fatal(err)
	}
	if n := blobs(t, dir); n != 0 {
		t.Errorf("%d blobs left, want 0", n)
	}
}

func TestOpenSweepsWhatACrashLeft(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, closeDB := open(t, dir)
	if err := s.CreateBucket(t.Context(), "b", ""); err != nil {
		t.Fatal(err)
	}
	put(t, s, "kept", "x")
	ref, err := s.CreateUpload(t.Context(), object.Ref{Bucket: "b", Key: "k"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.PutPart(t.Context(), ref, 1, strings.NewReader("part"), object.PutOptions{}); err != nil {
		t.Fatal(err)
	}
	closeDB()
	if err := os.WriteFile(filepath.Join(dir, "objects", "ORPHAN"), []byte("half"), 0o400); err != nil {
		t.Fatal(err)
	}
	s, _ = open(t, dir)
	if n := blobs(t, filepath.Join(dir, "objects")); n != 2 {
		t.Errorf("%d blobs after reopening, want 2", n)
	}
	if got := content(t, s, "kept"); got != "x" {
		t.Errorf("content = %q", got)
	}
	if parts, err := s.Parts(t.Context(), ref); err != nil || len(parts) != 1 {
		t.Errorf("parts = %v, %v; want the one from before", parts, err)
	}
}

func TestConcurrentPutsNeverTear(t *testing.T) {
	t.Parallel()
	s, dir := openBucket(t)
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			text := strings.Repeat(string(rune('a'+w)), 1000+w)
			for range 10 {
				if _, err := s.Put(t.Context(), "b", "k", strings.NewReader(text), object.PutOptions{}); err != nil {
					t.Error(err)
				}
				f, info, err := s.Open(t.Context(), "b", "k")
				if err != nil {
					t.Error(err)
					continue
				}
				data, err := io.ReadAll(f)
				_ = f.Close()
				if sum := fmt.Sprintf("%x", md5.Sum(data)); err != nil || sum != info.ETag || int64(len(data)) != info.Size {
					t.Errorf("read %d bytes with MD5 %s, %v; want %d, %s", len(data), sum, err, info.Size, info.ETag)
				}
			}
		})
	}
	wg.Wait()
	if n := blobs(t, dir); n != 1 {
		t.Errorf("%d blobs left, want 1", n)
	}
}

func TestOnlyOneOfManyPutsOfAnAbsentKeyWins(t *testing.T) {
	t.Parallel()
	s, _ := openBucket(t)
	won := make(chan int, 8)
	var wg sync.WaitGroup
	for w := range cap(won) {
		wg.Go(func() {
			opts := object.PutOptions{Condition: object.Condition{Absent: true}}
			_, err := s.Put(t.Context(), "b", "lock", strings.NewReader(fmt.Sprint(w)), opts)
			if err == nil {
				won <- w
			} else if !errors.Is(err, object.ErrPrecondition) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	close(won)
	if winner := fmt.Sprint(<-won); content(t, s, "lock") != winner || len(won) != 0 {
		t.Errorf("content %q, first winner %s, %d more winners", content(t, s, "lock"), winner, len(won))
	}
}
