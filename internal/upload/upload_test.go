package upload

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/go-cmp/cmp"

	"github.com/sagefly/sagefly/engine"
	"github.com/sagefly/sagefly/engine/runner/fake"
)

// counter counts requests that send something.
type counter struct{ puts atomic.Int64 }

func (c *counter) Do(r *http.Request) (*http.Response, error) {
	if r.Method == http.MethodPut || r.Method == http.MethodPost {
		c.puts.Add(1)
	}
	return http.DefaultClient.Do(r)
}

func bucket(t testing.TB, region string) (*Bucket, *counter) {
	t.Helper()
	e, err := engine.Open(t.Context(), engine.Config{Dir: t.TempDir(), Runner: fake.New(fake.Config{})})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := e.Listen(t.Context(), "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	var requests counter
	config := e.AWSConfig(region)
	config.HTTPClient = &requests
	return &Bucket{S3: Client(config), Name: "uploads", Region: region}, &requests
}

func (b *Bucket) objects(t testing.TB) map[string]string {
	t.Helper()
	found := map[string]string{}
	list, err := b.S3.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: &b.Name})
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range list.Contents {
		got, err := b.S3.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &b.Name, Key: o.Key})
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(got.Body)
		if err := errors.Join(err, got.Body.Close()); err != nil {
			t.Fatal(err)
		}
		found[*o.Key] = string(data)
	}
	return found
}

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

func TestFolderOnce(t *testing.T) {
	t.Parallel()
	b, requests := bucket(t, "us-east-1")
	files := map[string]string{"a.csv": "1,2\n", "sub/b c.csv": "", "sub/ü.csv": "x"}
	uri, err := b.Path(t.Context(), write(t, t.TempDir(), files))
	if err != nil {
		t.Fatal(err)
	}
	prefix := strings.TrimPrefix(uri, "s3://uploads/")
	hash := strings.TrimSuffix(strings.TrimPrefix(prefix, "sagefly/sha256/"), "/")
	if len(hash) != 64 || prefix != "sagefly/sha256/"+hash+"/" {
		t.Fatalf("uploaded to %s", uri)
	}
	got := b.objects(t)
	var marker struct{ Files []file }
	if err := json.Unmarshal([]byte(got["sagefly/sha256/"+hash+".json"]), &marker); err != nil || len(marker.Files) != 3 {
		t.Errorf("marker %q, %v", got["sagefly/sha256/"+hash+".json"], err)
	}
	delete(got, "sagefly/sha256/"+hash+".json")
	want := map[string]string{prefix + "a.csv": "1,2\n", prefix + "sub/b c.csv": "", prefix + "sub/ü.csv": "x"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("objects (-want +got):\n%s", diff)
	}
	sent := requests.puts.Load()
	again, err := b.Path(t.Context(), write(t, t.TempDir(), files)) // another folder, the same content
	if err != nil || again != uri {
		t.Errorf("second upload: %s, %v, want %s", again, err, uri)
	}
	if n := requests.puts.Load() - sent; n != 0 {
		t.Errorf("the second upload sent %d requests", n)
	}
}

func TestFile(t *testing.T) {
	t.Parallel()
	b, _ := bucket(t, "us-east-1")
	dir := write(t, t.TempDir(), map[string]string{"train.csv": "1\n"})
	uri, err := b.Path(t.Context(), filepath.Join(dir, "train.csv"))
	if err != nil || !strings.HasSuffix(uri, "/train.csv") {
		t.Fatalf("%s, %v", uri, err)
	}
	if got := b.objects(t)[strings.TrimPrefix(uri, "s3://uploads/")]; got != "1\n" {
		t.Errorf("object holds %q", got)
	}
	folder, err := b.Path(t.Context(), dir)
	if err != nil || folder+"train.csv" == uri {
		t.Errorf("the folder with this one file has the address of the file: %s, %v", folder, err)
	}
	if bytes := b.PlanBytes("train.csv", []byte("1\n")); bytes.URI != uri {
		t.Errorf("the same file from memory: %s, want %s", bytes.URI, uri)
	}
}

// What is planned is not sent before Send, not even the bucket made.
func TestPlanSendsNothing(t *testing.T) {
	t.Parallel()
	b, requests := bucket(t, "us-east-1")
	dir := write(t, t.TempDir(), map[string]string{"a": "1"})
	folder, err := b.Plan(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	data := b.PlanBytes("spec.json", []byte("{}"))
	if n := requests.puts.Load(); n != 0 {
		t.Errorf("planning sent %d requests", n)
	}
	for _, p := range []Pending{folder, data} {
		if err := p.Send(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	got := b.objects(t)
	if got[strings.TrimPrefix(folder.URI, "s3://uploads/")+"a"] != "1" || got[strings.TrimPrefix(data.URI, "s3://uploads/")] != "{}" {
		t.Errorf("objects %v at %s and %s", got, folder.URI, data.URI)
	}
}

// More than one part, and its bytes.
func TestLargeFile(t *testing.T) {
	t.Parallel()
	b, requests := bucket(t, "us-east-1")
	data := make([]byte, 3*partSize+12345)
	random := rand.NewChaCha8([32]byte{1})
	_, _ = random.Read(data)
	dir := write(t, t.TempDir(), map[string]string{"large.bin": string(data)})
	uri, err := b.Path(t.Context(), filepath.Join(dir, "large.bin"))
	if err != nil {
		t.Fatal(err)
	}
	if got := b.objects(t)[strings.TrimPrefix(uri, "s3://uploads/")]; !bytes.Equal([]byte(got), data) {
		t.Errorf("%d bytes came back, or others than the %d sent", len(got), len(data))
	}
	if n := requests.puts.Load(); n < 6 { // create, four parts, complete
		t.Errorf("%d requests, want a multipart upload", n)
	}
}

func TestChangedMeanwhile(t *testing.T) {
	t.Parallel()
	b, _ := bucket(t, "us-east-1")
	if err := b.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name, size := range map[string]int{"small": 10, "large": 2 * partSize} {
		dir := write(t, t.TempDir(), map[string]string{name: strings.Repeat("a", size)})
		list, err := scan(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		write(t, dir, map[string]string{name: strings.Repeat("a", size-1) + "b"})
		if err := b.once(t.Context(), list); !errors.Is(err, errChanged) || !strings.HasPrefix(err.Error(), name+": ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := b.objects(t); len(got) != 0 {
		t.Errorf("left behind: %v", len(got))
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	b := &Bucket{Name: "unused"}
	dir := write(t, t.TempDir(), map[string]string{"real/x": "1", "linked/y": "2"})
	if err := os.Symlink(filepath.Join(dir, "linked"), filepath.Join(dir, "real", "link")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "empty"), 0o755); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		filepath.Join(dir, "none"):  "none: no such file or directory",
		filepath.Join(dir, "empty"): "the folder has no files",
		filepath.Join(dir, "real"):  "link: a symbolic link to a folder",
		"/dev/null":                 "null: neither a file nor a folder",
	} {
		_, err := b.Path(t.Context(), path)
		if err == nil || !strings.HasPrefix(err.Error(), "upload "+path+": "+want) {
			t.Errorf("%s: %v, want %s", path, err, want)
		}
	}
}

func TestLinkToFile(t *testing.T) {
	t.Parallel()
	dir := write(t, t.TempDir(), map[string]string{"real": "1", "in/x": "2"})
	if err := os.Symlink(filepath.Join(dir, "real"), filepath.Join(dir, "in", "link")); err != nil {
		t.Fatal(err)
	}
	list, err := scan(t.Context(), filepath.Join(dir, "in"))
	if err != nil || len(list.files) != 2 || list.files[0].SHA256 != sum("1") {
		t.Errorf("%+v, %v", list, err)
	}
}

func sum(text string) string {
	s := sha256.Sum256([]byte(text))
	return hex.EncodeToString(s[:])
}

func TestTwoAtOnce(t *testing.T) {
	t.Parallel()
	b, _ := bucket(t, "eu-west-1")
	dir := write(t, t.TempDir(), map[string]string{"a": "1", "b": "2"})
	var wg sync.WaitGroup
	uris := make([]string, 8)
	for i := range uris {
		wg.Go(func() {
			own := &Bucket{S3: b.S3, Name: b.Name, Region: b.Region} // as another process has it
			uri, err := own.Path(t.Context(), dir)
			if err != nil {
				t.Error(err)
			}
			uris[i] = uri
		})
	}
	wg.Wait()
	for _, uri := range uris {
		if uri != uris[0] {
			t.Errorf("addresses %v", uris)
		}
	}
	at, err := b.S3.GetBucketLocation(t.Context(), &s3.GetBucketLocationInput{Bucket: &b.Name})
	if err != nil || at.LocationConstraint != "eu-west-1" {
		t.Errorf("bucket in %v, %v", at, err)
	}
}

func TestProgress(t *testing.T) {
	t.Parallel()
	b, _ := bucket(t, "us-east-1")
	var last Progress
	b.Progress = func(p Progress) {
		if p.Files != last.Files+1 || p.Bytes < last.Bytes {
			t.Errorf("%+v after %+v", p, last)
		}
		last = p
	}
	dir := write(t, t.TempDir(), map[string]string{"a": "1", "b": "22", "c": "333"})
	if _, err := b.Path(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	if want := (Progress{Path: dir, Files: 3, Of: 3, Bytes: 6, Total: 6}); last != want {
		t.Errorf("last %+v, want %+v", last, want)
	}
}

func BenchmarkScan25MB(b *testing.B) {
	dir := write(b, b.TempDir(), map[string]string{"program": strings.Repeat("x", 25<<20)})
	for b.Loop() {
		if _, err := scan(b.Context(), dir); err != nil {
			b.Fatal(err)
		}
	}
}

func TestMadeOnce(t *testing.T) {
	t.Parallel()
	b, requests := bucket(t, "us-east-1")
	made := 0
	recipe := Recipe{Name: "sourcedir.tar.gz", From: "program 1", Make: func(dst string) error {
		made++
		return os.WriteFile(dst, []byte("packed"), 0o600)
	}}
	first, err := b.Made(t.Context(), recipe)
	if err != nil {
		t.Fatal(err)
	}
	sent := requests.puts.Load()
	second, err := b.Made(t.Context(), recipe)
	if err != nil || second != first || made != 1 || requests.puts.Load() != sent {
		t.Errorf("%s then %s, %v; made %d times, %d more requests", first, second, err, made, requests.puts.Load()-sent)
	}
	recipe.From = "program 2"
	if other, err := b.Made(t.Context(), recipe); err != nil || other == first || made != 2 {
		t.Errorf("another program: %s, %v, made %d times", other, err, made)
	}
	if got := b.objects(t)[strings.TrimPrefix(first, "s3://uploads/")]; got != "packed" {
		t.Errorf("object holds %q", got)
	}
}
