package object_test

import (
	"crypto/md5"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagefly/sagefly/engine/internal/object"
)

func begin(t *testing.T, s *object.Store, key string) object.UploadRef {
	t.Helper()
	ref, err := s.CreateUpload(t.Context(), object.Ref{Bucket: "b", Key: key}, map[string]string{"Content-Type": "x/y"})
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

func putPart(t *testing.T, s *object.Store, ref object.UploadRef, n int, text string) object.PartRef {
	t.Helper()
	p, err := s.PutPart(t.Context(), ref, n, strings.NewReader(text), object.PutOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return object.PartRef{Number: p.Number, ETag: p.ETag}
}

func TestCompleteJoinsPartsInOrder(t *testing.T) {
	t.Parallel()
	s, dir := openBucket(t)
	put(t, s, "k", "old")
	ref := begin(t, s, "k")
	third := putPart(t, s, ref, 3, "tail")
	putPart(t, s, ref, 1, "replaced")
	first := putPart(t, s, ref, 1, "head-")
	putPart(t, s, ref, 2, "not named in the end")
	info, err := s.Complete(t.Context(), ref, object.CompleteOptions{Parts: []object.PartRef{first, third}})
	if err != nil {
		t.Fatal(err)
	}
	head, tail := md5.Sum([]byte("head-")), md5.Sum([]byte("tail"))
	want := fmt.Sprintf("%x-2", md5.Sum(append(head[:], tail[:]...)))
	if info.ETag != want || info.Size != 9 || content(t, s, "k") != "head-tail" {
		t.Errorf("etag, size, content = %s, %d, %q; want %s, 9, head-tail", info.ETag, info.Size, content(t, s, "k"), want)
	}
	stat, err := s.Stat(t.Context(), "b", "k")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(info, stat); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]int64{5, 4}, stat.Parts); diff != "" || stat.Headers["Content-Type"] != "x/y" {
		t.Errorf("parts %s headers %v", diff, stat.Headers)
	}
	if n := blobs(t, dir); n != 1 {
		t.Errorf("%d blobs left, want 1", n)
	}
	if _, err := s.Parts(t.Context(), ref); !errors.Is(err, object.ErrNoUpload) {
		t.Errorf("parts after completion: %v", err)
	}
}

func TestCompleteRefusesWrongParts(t *testing.T) {
	t.Parallel()
	s, _ := openBucket(t)
	ref := begin(t, s, "k")
	one, two := putPart(t, s, ref, 1, "1"), putPart(t, s, ref, 2, "2")
	for name, c := range map[string]struct {
		opts object.CompleteOptions
		want error
	}{
		"order":   {object.CompleteOptions{Parts: []object.PartRef{two, one}}, object.ErrPartOrder},
		"twice":   {object.CompleteOptions{Parts: []object.PartRef{one, one}}, object.ErrPartOrder},
		"missing": {object.CompleteOptions{Parts: []object.PartRef{one, {Number: 3, ETag: one.ETag}}}, object.ErrPart},
		"etag":    {object.CompleteOptions{Parts: []object.PartRef{{Number: 1, ETag: two.ETag}}}, object.ErrPart},
		"small":   {object.CompleteOptions{Parts: []object.PartRef{one, two}, MinPart: 2}, object.ErrPartTooSmall},
		"condition": {
			object.CompleteOptions{Parts: []object.PartRef{one, two}, Condition: object.Condition{ETag: "*"}}, object.ErrNoKey,
		},
	} {
		if _, err := s.Complete(t.Context(), ref, c.opts); !errors.Is(err, c.want) {
			t.Errorf("%s: err = %v, want %v", name, err, c.want)
		}
	}
	if _, err := s.Complete(t.Context(), ref, object.CompleteOptions{Parts: []object.PartRef{one, two}, MinPart: 1}); err != nil {
		t.Errorf("after the refusals: %v", err)
	}
}

func TestAbortAndDeleteBucketDropParts(t *testing.T) {
	t.Parallel()
	s, dir := openBucket(t)
	aborted, open := begin(t, s, "a\xff"), begin(t, s, "a\xff\x00b")
	putPart(t, s, aborted, 1, "x")
	putPart(t, s, open, 1, "y")
	ups, err := s.Uploads(t.Context(), "b", "a\xff\x00")
	if err != nil || len(ups) != 1 || ups[0].UploadRef != open {
		t.Errorf("uploads = %+v, %v; want only %v", ups, err, open)
	}
	wrongKey := aborted
	wrongKey.Key = "other"
	if err := s.Abort(t.Context(), wrongKey); !errors.Is(err, object.ErrNoUpload) {
		t.Errorf("abort under another key: %v", err)
	}
	if err := s.Abort(t.Context(), aborted); err != nil {
		t.Fatal(err)
	}
	if n := blobs(t, dir); n != 1 {
		t.Errorf("%d blobs after abort, want 1", n)
	}
	if err := s.DeleteBucket(t.Context(), "b"); err != nil {
		t.Fatal(err)
	}
	if n := blobs(t, dir); n != 0 {
		t.Errorf("%d blobs after deleting the bucket, want 0", n)
	}
}
