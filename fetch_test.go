//go:build !sagefly_task

package sagefly_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"errors"
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/sagefly/sagefly"
)

// archiveAt puts a tar.gz with these entries into a bucket and returns its address.
func archiveAt(t *testing.T, target sagefly.Target, key string, entries []tar.Header, content map[string][]byte) string {
	t.Helper()
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	w := tar.NewWriter(z)
	for _, h := range entries {
		h.Mode, h.Size = 0o644, int64(len(content[h.Name]))
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(content[h.Name]); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), z.Close()); err != nil {
		t.Fatal(err)
	}
	client := s3.NewFromConfig(target.AWS, func(o *s3.Options) { o.UsePathStyle = true })
	_, _ = client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: new("archives")}) // or it is there
	if _, err := client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: new("archives"), Key: &key, Body: bytes.NewReader(packed.Bytes())}); err != nil {
		t.Fatal(err)
	}
	return "s3://archives/" + key
}

// Of an archive no more is read than up to the end of what is fetched: 32 MB of noise lie behind it.
func TestFetchReadsNoFurther(t *testing.T) {
	t.Parallel()
	target := local(t)
	noise := make([]byte, 32<<20)
	_, _ = rand.Read(noise)
	uri := archiveAt(t, target, "model.tar.gz", []tar.Header{{Name: "a/one"}, {Name: "a/two"}, {Name: "b"}}, map[string][]byte{"a/one": []byte("1"), "a/two": []byte("2"), "b": noise})
	for _, member := range []string{"a/one", "a"} {
		var seen recorder
		config := target
		config.AWS.HTTPClient = &seen
		if err := sagefly.Fetch(t.Context(), config, uri+"#"+member, filepath.Join(t.TempDir(), "out")); err != nil {
			t.Fatal(err)
		}
		if seen.bytes > 1<<20 {
			t.Errorf("%s: %d bytes were read of an archive of 32 MB", member, seen.bytes)
		}
	}
}
