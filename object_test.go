//go:build !sagefly_task

package sagefly_test

import (
	"archive/tar"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagefly/sagefly"
)

// fill puts objects into a new bucket; each one's content is its key.
func fill(t *testing.T, target sagefly.Target, bucket string, keys ...string) {
	t.Helper()
	client := s3.NewFromConfig(target.AWS, func(o *s3.Options) { o.UsePathStyle = true })
	if _, err := client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &bucket}); err != nil {
		t.Fatal(err)
	}
	for _, key := range keys {
		if _, err := client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: strings.NewReader(key)}); err != nil {
			t.Fatal(err)
		}
	}
}

// A prefix gives a channel every object whose key begins as the file's does, and a key with others below it cannot be laid out: x.csv.bak
// failed the job, and x.csv/inner ended in an internal error. The function's file is the very key, whatever lies beside and below it.
func TestFileAmongSiblings(t *testing.T) {
	t.Parallel()
	target := local(t)
	fill(t, target, "beside", "d/x.csv", "d/x.csv.bak", "d/x.csv2/inner", "d/a")
	fill(t, target, "below", "d/x.csv", "d/x.csv/inner", "d/x.csv/x.csv")
	fill(t, target, "odd", "d//x +ü%2F#&<\".csv", "d//x +ü%2F#&<\".csv.bak", "d/x")
	fill(t, target, "top", "x.csv", "x.csv.bak")
	for uri, key := range map[string]string{
		"s3://beside/d/x.csv": "d/x.csv", "s3://below/d/x.csv": "d/x.csv", "s3://top/x.csv": "x.csv",
		"s3://odd/d//x +ü%2F#&<\".csv": "d//x +ü%2F#&<\".csv",
	} {
		result, err := report.Run(t.Context(), target, reportInput{Train: "s3://odd/d", Base: sagefly.File(uri)})
		if err != nil {
			t.Errorf("%s: %v", uri, err)
			continue
		}
		if result.Output.Base != key {
			t.Errorf("%s: the function read the object %s", uri, result.Output.Base)
		}
	}
}

// An archive's siblings are no part of it either.
func TestArchiveAmongSiblings(t *testing.T) {
	t.Parallel()
	target := local(t)
	archiveAt(t, target, "m.tar.gz", []tar.Header{{Name: "base"}}, map[string][]byte{"base": []byte("a\nb\n")})
	archiveAt(t, target, "m.tar.gz.old", []tar.Header{{Name: "base"}}, map[string][]byte{"base": []byte("wrong\n")})
	result, err := report.Run(t.Context(), target, reportInput{Train: "s3://archives/m.tar.gz", Base: "s3://archives/m.tar.gz#base"})
	if err != nil || result.Output.Base != "a\nb\n" || result.Output.Rows != 2 {
		t.Errorf("the function read %q and %d rows, %v", result.Output.Base, result.Output.Rows, err)
	}
}

// A key that is not there was another object whose key begins alike, without a word. It is an error before there is a job.
func TestFileThatIsNotThere(t *testing.T) {
	t.Parallel()
	target := local(t)
	fill(t, target, "data", "x.csv.bak", "folder/one", "folder/two")
	for uri, want := range map[sagefly.File]string{
		"s3://data/x.csv":            "s3://data/x.csv): keys that begin with it are x.csv.bak",
		"s3://data/folder":           "s3://data/folder): keys that begin with it are folder/one, folder/two",
		"s3://data/y.csv":            "s3://data/y.csv): no key begins with it",
		"s3://data/m.tar.gz#model":   "s3://data/m.tar.gz): no key begins with it",
		"s3://no-such-bucket/y.csv":  "s3://no-such-bucket/y.csv): there is no such bucket",
		"s3://data/x.csv.bak/folder": "s3://data/x.csv.bak/folder): no key begins with it",
	} {
		_, err := report.Request(t.Context(), target, reportInput{Train: "s3://data/folder", Base: uri})
		if _, ok := errors.AsType[*sagefly.PreflightError](err); !ok || !contains(err.Error(), `channel "base" is to be an object that is not there`) || !contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", uri, err, want)
		}
	}
}

// At AWS a prefix with other objects below it would pass every check of the request.
func TestFileThatIsNotThereAtAWS(t *testing.T) {
	t.Parallel()
	target := local(t)
	target.Local = false
	fill(t, target, "data", "x.csv.bak", "rows/a")
	for uri, want := range map[sagefly.File]string{
		"s3://data/x.csv": "keys that begin with it are x.csv.bak",
		"s3://data/y.csv": `channel "base" has no objects`,
	} {
		_, err := report.Request(t.Context(), target, reportInput{Train: "s3://data/rows", Base: uri})
		if _, ok := errors.AsType[*sagefly.PreflightError](err); !ok || !contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", uri, err, want)
		}
	}
}

// shut forbids to look for the objects of a bucket.
type shut struct{ bucket string }

func (s shut) Do(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodHead || !strings.HasPrefix(r.URL.Path, "/"+s.bucket+"/") {
		return http.DefaultClient.Do(r)
	}
	return &http.Response{StatusCode: http.StatusForbidden, Header: http.Header{}, Body: http.NoBody, Request: r}, nil
}

// Who may not look is told so, and the job, whose role may, is made.
func TestFileThatCannotBeLookedFor(t *testing.T) {
	t.Parallel()
	target := local(t)
	target.AWS.HTTPClient = shut{"closed"}
	var unchecked []string
	target.Unchecked = func(what string) { unchecked = append(unchecked, what) }
	r, err := report.Request(t.Context(), target, reportInput{Train: "s3://rows", Base: "s3://closed/x.csv"})
	if err != nil || len(r.InputDataConfig) != 2 {
		t.Fatalf("%v", err)
	}
	if len(unchecked) != 1 || !strings.HasPrefix(unchecked[0], "whether there is an object s3://closed/x.csv: ") || !contains(unchecked[0], "403") {
		t.Errorf("unchecked: %q", unchecked)
	}
}

// A file is the one object below a prefix when its address says that it is one.
func TestFileBelowPrefix(t *testing.T) {
	t.Parallel()
	target := local(t)
	fill(t, target, "data", "one/part-0", "one.csv")
	result, err := report.Run(t.Context(), target, reportInput{Train: "s3://data", Base: "s3://data/one/"})
	if err != nil || result.Output.Base != "one/part-0" {
		t.Errorf("the function read %q, %v", result.Output.Base, err)
	}
}

// A folder that is all of a bucket was s3://BUCKET//, under which nothing lies.
func TestFolderIsWholeBucket(t *testing.T) {
	t.Parallel()
	target := local(t)
	fill(t, target, "rows", "a\n", "b\n")
	for _, uri := range []sagefly.Dir{"s3://rows", "s3://rows/"} {
		if result, err := report.Run(t.Context(), target, reportInput{Train: uri}); err != nil || result.Output.Rows != 2 {
			t.Errorf("%s: %d rows, %v; want 2", uri, result.Output.Rows, err)
		}
	}
}

// The manifest is as the API reference of S3DataSource has it, and the same for the same object, so that a job by name is adopted.
func TestManifestOfOneObject(t *testing.T) {
	t.Parallel()
	target := local(t)
	fill(t, target, "data", "deep/er/x.csv", "x.csv")
	for uri, want := range map[sagefly.File]string{
		"s3://data/deep/er/x.csv": `[{"prefix":"s3://data/deep/er/"},"x.csv"]`,
		"s3://data/x.csv":         `[{"prefix":"s3://data/"},"x.csv"]`,
	} {
		var addresses []string
		for range 2 {
			r, err := report.Request(t.Context(), target, reportInput{Train: "s3://data/deep", Base: uri})
			if err != nil {
				t.Fatal(err)
			}
			if kind := r.InputDataConfig[0].DataSource.S3DataSource.S3DataType; kind != types.S3DataTypeS3Prefix {
				t.Errorf("the folder is a %s", kind)
			}
			source := r.InputDataConfig[1].DataSource.S3DataSource
			if source.S3DataType != types.S3DataTypeManifestFile {
				t.Fatalf("the file is a %s", source.S3DataType)
			}
			addresses = append(addresses, *source.S3Uri)
		}
		if got := content(t, target, addresses[0]); got != want || addresses[0] != addresses[1] {
			t.Errorf("%v hold %s, want one with %s", addresses, got, want)
		}
	}
}

// content is what an object holds.
func content(t *testing.T, target sagefly.Target, uri string) string {
	t.Helper()
	bucket, key, _ := strings.Cut(strings.TrimPrefix(uri, "s3://"), "/")
	client := s3.NewFromConfig(target.AWS, func(o *s3.Options) { o.UsePathStyle = true })
	object, err := client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &bucket, Key: &key})
	if err != nil {
		t.Fatal(err)
	}
	defer object.Body.Close()
	data, err := io.ReadAll(object.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
