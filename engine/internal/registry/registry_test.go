package registry

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

const account = "000000000000"

// server is a store behind a port.
type server struct {
	*Store

	key Key
	dir string
	url string // http://HOST:PORT
}

func start(t *testing.T, dir string) *server {
	t.Helper()
	store, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	key := Key("test")
	h := httptest.NewServer(&Handler{Store: store, Key: key, Account: account, Logger: slog.New(slog.DiscardHandler)})
	t.Cleanup(h.Close)
	return &server{Store: store, key: key, dir: dir, url: h.URL}
}

func (s *server) create(t *testing.T, r Repository) {
	t.Helper()
	if r.Region == "" {
		r.Region = "us-east-1"
	}
	if _, err := s.Create(r); err != nil {
		t.Fatal(err)
	}
}

func (s *server) host() string { return strings.TrimPrefix(s.url, "http://") }

func (s *server) ref(t *testing.T, path string) name.Reference {
	t.Helper()
	ref, err := name.ParseReference(s.host() + "/" + path)
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

func (s *server) password(region string) string {
	return s.key.Sign(Token{Region: region, Expires: time.Now().Add(time.Hour)})
}

func (s *server) login(region string) remote.Option {
	return remote.WithAuth(authn.FromConfig(authn.AuthConfig{Username: User, Password: s.password(region)}))
}

// do sends one request as a client that is logged in to us-east-1.
func (s *server) do(t *testing.T, method, path string, body []byte, header ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.url+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth(User, s.password("us-east-1"))
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(text)
}

func digest(data []byte) string { return fmt.Sprintf("sha256:%x", sha256.Sum256(data)) }

func someImage(t *testing.T) v1.Image {
	t.Helper()
	img, err := random.Image(4096, 3)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func digestOf(t *testing.T, img interface{ Digest() (v1.Hash, error) }) string {
	t.Helper()
	d, err := img.Digest()
	if err != nil {
		t.Fatal(err)
	}
	return d.String()
}

func blobFiles(t *testing.T, dir string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "*/*/*"))
	if err != nil {
		t.Fatal(err)
	}
	for i, path := range found {
		found[i], _ = filepath.Rel(dir, path)
	}
	return found
}

// wantError checks the code and the words of a refusal that go-containerregistry reports.
func wantError(t *testing.T, err error, status int, code, words string) {
	t.Helper()
	failed, ok := errors.AsType[*transport.Error](err)
	if !ok {
		t.Fatalf("got %v, want a refusal with %s", err, code)
	}
	if failed.StatusCode != status || len(failed.Errors) != 1 || string(failed.Errors[0].Code) != code || !strings.Contains(failed.Errors[0].Message, words) {
		t.Errorf("got %d %+v, want %d %s with %q", failed.StatusCode, failed.Errors, status, code, words)
	}
}

// An image pushed by go-containerregistry comes back as it was, also from the next process with the folder.
func TestPushAndPull(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir())
	s.create(t, Repository{Name: "team/digits"})
	img := someImage(t)
	if err := remote.Write(s.ref(t, "team/digits:v1"), img, s.login("us-east-1")); err != nil {
		t.Fatal(err)
	}
	s.Close()
	s = start(t, s.dir)
	for _, ref := range []string{"team/digits:v1", "team/digits@" + digestOf(t, img)} {
		got, err := remote.Image(s.ref(t, ref), s.login("us-east-1"))
		if err != nil {
			t.Fatal(err)
		}
		if digestOf(t, got) != digestOf(t, img) {
			t.Errorf("%s is %s, want %s", ref, digestOf(t, got), digestOf(t, img))
		}
		layers, err := got.Layers()
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range layers { // remote verifies what it reads
			r, err := l.Compressed()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.Copy(io.Discard, r); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestTagsAndCatalogByPage(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir())
	img := someImage(t)
	for _, repo := range []string{"aa", "bb", "cc"} {
		s.create(t, Repository{Name: repo})
	}
	s.create(t, Repository{Name: "elsewhere", Region: "eu-west-1"})
	for _, tag := range []string{"b", "a", "c"} {
		if err := remote.Write(s.ref(t, "aa:"+tag), img, s.login("us-east-1")); err != nil {
			t.Fatal(err)
		}
	}
	repo, err := name.NewRepository(s.host() + "/aa")
	if err != nil {
		t.Fatal(err)
	}
	tags, err := remote.List(repo, s.login("us-east-1"), remote.WithPageSize(2))
	if diff := cmp.Diff([]string{"a", "b", "c"}, tags); diff != "" || err != nil {
		t.Errorf("tags: %v %s", err, diff)
	}
	repos, err := remote.Catalog(t.Context(), repo.Registry, s.login("us-east-1"), remote.WithPageSize(2))
	if diff := cmp.Diff([]string{"aa", "bb", "cc"}, repos); diff != "" || err != nil {
		t.Errorf("catalog: %v %s", err, diff)
	}
}

// The words are those that docker prints for ECR.
func TestUnknownRepository(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir())
	s.create(t, Repository{Name: "digits", Region: "eu-west-1"})
	img := someImage(t)
	const words = "The repository with name 'digits' does not exist in the registry with id '000000000000'"
	wantError(t, remote.Write(s.ref(t, "digits:v1"), img, s.login("us-east-1")), http.StatusNotFound, "NAME_UNKNOWN", words)
	if err := remote.Write(s.ref(t, "digits:v1"), img, s.login("eu-west-1")); err != nil {
		t.Errorf("the token's region has the repository: %v", err)
	}
	_, err := remote.Image(s.ref(t, "digits:v2"), s.login("eu-west-1"))
	wantError(t, err, http.StatusNotFound, "MANIFEST_UNKNOWN", "Requested image not found")
}

// ECR refuses a tag that exists even when it would stay where it is.
func TestImmutableTags(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir())
	s.create(t, Repository{Name: "digits", Immutable: true})
	img := someImage(t)
	if err := remote.Write(s.ref(t, "digits:v1"), img, s.login("us-east-1")); err != nil {
		t.Fatal(err)
	}
	const words = "The image tag 'v1' already exists in the 'digits' repository and cannot be overwritten because the repository is immutable."
	wantError(t, remote.Write(s.ref(t, "digits:v1"), someImage(t), s.login("us-east-1")), http.StatusBadRequest, "TAG_INVALID", words)
	same, err := img.RawManifest()
	if err != nil {
		t.Fatal(err)
	}
	res, text := s.do(t, http.MethodPut, "/v2/digits/manifests/v1", same, "Content-Type", DockerManifest) // go-containerregistry would look first
	if res.StatusCode != http.StatusBadRequest || !strings.Contains(text, words) {
		t.Errorf("the same image again: %d %s", res.StatusCode, text)
	}
}

// A tag that moves leaves its old image untagged, and an index holds its children.
func TestMovedTagAndIndex(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir())
	s.create(t, Repository{Name: "digits"})
	first := someImage(t)
	index := mutate.AppendManifests(empty.Index, mutate.IndexAddendum{Add: someImage(t)})
	if err := remote.Write(s.ref(t, "digits:v1"), first, s.login("us-east-1")); err != nil {
		t.Fatal(err)
	}
	if err := remote.WriteIndex(s.ref(t, "digits:v1"), index, s.login("us-east-1")); err != nil {
		t.Fatal(err)
	}
	r, err := s.Find("us-east-1", "digits")
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Images[digestOf(t, first)].Tags; len(got) != 0 {
		t.Errorf("the old image has tags %v", got)
	}
	if got := r.Images[digestOf(t, index)]; len(got.Children) != 1 || got.MediaType != OCIIndex {
		t.Errorf("index %+v", got)
	}
	child := r.Images[digestOf(t, index)].Children[0]
	if _, err := s.Remove("us-east-1", "digits", child); !errors.Is(err, ErrReferenced) {
		t.Errorf("remove a child: %v, want ErrReferenced", err)
	}
}

// Layers of one repository are mounted into another one and stay when the first one goes.
func TestMount(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir())
	s.create(t, Repository{Name: "first"})
	s.create(t, Repository{Name: "second"})
	img := someImage(t)
	if err := remote.Write(s.ref(t, "first:v1"), img, s.login("us-east-1")); err != nil {
		t.Fatal(err)
	}
	pulled, err := remote.Image(s.ref(t, "first:v1"), s.login("us-east-1"))
	if err != nil {
		t.Fatal(err)
	}
	var log uploads
	if err := remote.Write(s.ref(t, "second:v1"), pulled, s.login("us-east-1"), remote.WithTransport(&log)); err != nil {
		t.Fatal(err)
	}
	if log.patched != 0 {
		t.Errorf("%d layers were sent again, want all mounted", log.patched)
	}
	if _, err := s.DropAll("us-east-1", "first"); err != nil {
		t.Fatal(err)
	}
	again, err := remote.Image(s.ref(t, "second:v1"), s.login("us-east-1"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, mutate.Extract(again)); err != nil {
		t.Errorf("the mounted layers cannot be read: %v", err)
	}
	if _, err := s.DropAll("us-east-1", "second"); err != nil {
		t.Fatal(err)
	}
	if left := blobFiles(t, s.dir); len(left) != 0 {
		t.Errorf("files left after the last repository went: %v", left)
	}
}

// uploads counts requests that carry a blob's bytes.
type uploads struct {
	mu      sync.Mutex
	patched int
}

func (u *uploads) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method == http.MethodPatch {
		u.mu.Lock()
		u.patched++
		u.mu.Unlock()
	}
	return http.DefaultTransport.RoundTrip(r)
}

// The steps are those of docker's daemon: POST, PATCH in pieces, PUT.
func TestResumedUpload(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir())
	s.create(t, Repository{Name: "digits"})
	data := []byte("a layer in three pieces")
	res, _ := s.do(t, http.MethodPost, "/v2/digits/blobs/uploads/", nil)
	at := res.Header.Get("Location")
	if res.StatusCode != http.StatusAccepted || at == "" || res.Header.Get("Docker-Upload-Uuid") == "" {
		t.Fatalf("POST: %d %v", res.StatusCode, res.Header)
	}
	if res, _ = s.do(t, http.MethodPatch, at, data[:7], "Content-Range", "0-6"); res.StatusCode != http.StatusAccepted || res.Header.Get("Range") != "0-6" {
		t.Errorf("first piece: %d, Range %q", res.StatusCode, res.Header.Get("Range"))
	}
	if res, _ = s.do(t, http.MethodPatch, at, data[3:9], "Content-Range", "3-8"); res.StatusCode != http.StatusRequestedRangeNotSatisfiable || res.Header.Get("Range") != "0-6" {
		t.Errorf("overlapping piece: %d, Range %q", res.StatusCode, res.Header.Get("Range"))
	}
	if res, _ = s.do(t, http.MethodGet, at, nil); res.StatusCode != http.StatusNoContent || res.Header.Get("Range") != "0-6" {
		t.Errorf("progress: %d, Range %q", res.StatusCode, res.Header.Get("Range"))
	}
	if res, _ = s.do(t, http.MethodPatch, at, data[7:12]); res.StatusCode != http.StatusAccepted {
		t.Errorf("second piece: %d", res.StatusCode)
	}
	res, _ = s.do(t, http.MethodPut, at+"?digest="+digest(data), data[12:])
	if res.StatusCode != http.StatusCreated || res.Header.Get("Docker-Content-Digest") != digest(data) {
		t.Errorf("last piece: %d %v", res.StatusCode, res.Header)
	}
	res, text := s.do(t, http.MethodGet, "/v2/digits/blobs/"+digest(data), nil, "Range", "bytes=2-6")
	if res.StatusCode != http.StatusPartialContent || text != string(data[2:7]) {
		t.Errorf("part of the blob: %d %q", res.StatusCode, text)
	}
	if res, _ = s.do(t, http.MethodPatch, at, data); res.StatusCode != http.StatusNotFound {
		t.Errorf("a finished upload takes more: %d", res.StatusCode)
	}
}

func TestWrongDigestKeepsNothing(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir())
	s.create(t, Repository{Name: "digits"})
	for _, path := range []string{"?digest=" + digest([]byte("b")), "?digest=sha256:../../../../etc/passwd", "?digest=md5:0cc175b9c0f1b6a831c399e269772661", "?digest=sha256:" + strings.Repeat("A", 64)} {
		res, text := s.do(t, http.MethodPost, "/v2/digits/blobs/uploads/"+path, []byte("a"))
		if res.StatusCode != http.StatusBadRequest || !strings.Contains(text, `"DIGEST_INVALID"`) {
			t.Errorf("%s: %d %s", path, res.StatusCode, text)
		}
	}
	if res, _ := s.do(t, http.MethodHead, "/v2/digits/blobs/"+digest([]byte("a")), nil); res.StatusCode != http.StatusNotFound {
		t.Errorf("a refused blob is there: %d", res.StatusCode)
	}
}

func TestHostileRequests(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir())
	s.create(t, Repository{Name: "digits"})
	config := []byte("{}")
	if res, _ := s.do(t, http.MethodPost, "/v2/digits/blobs/uploads/?digest="+digest(config), config); res.StatusCode != http.StatusCreated {
		t.Fatal(res.StatusCode)
	}
	manifest := func(mediaType, rest string) string {
		return fmt.Sprintf(`{"schemaVersion":2,"mediaType":%q,"config":{"mediaType":"c","digest":%q,"size":2},"layers":[%s]}`, mediaType, digest(config), rest)
	}
	const escape = `{"digest":"sha256:../../../../../../etc/passwd","size":1}`
	for _, test := range []struct {
		method, path, body, mediaType, code string
	}{
		{http.MethodGet, "/v2/..%2f..%2fetc/manifests/x", "", "", "NAME_INVALID"},
		{http.MethodPost, "/v2/Digits/blobs/uploads/", "", "", "NAME_INVALID"},
		{http.MethodPost, "/v2/a/blobs/uploads/", "", "", "NAME_INVALID"},
		{http.MethodGet, "/v2/digits/blobs/sha256:..%2f..%2f..%2fowner.json", "", "", "UNSUPPORTED"},
		{http.MethodGet, "/v2/digits/blobs/uploads/..%2f..%2frepositories", "", "", "UNSUPPORTED"},
		{http.MethodPatch, "/v2/digits/blobs/uploads/..", "x", "", "BLOB_UPLOAD_UNKNOWN"},
		{http.MethodPut, "/v2/digits/manifests/v1", manifest(DockerManifest, escape), DockerManifest, "MANIFEST_INVALID"},
		{http.MethodPut, "/v2/digits/manifests/v1", manifest(OCIManifest, ""), DockerManifest, "MANIFEST_INVALID"},
		{http.MethodPut, "/v2/digits/manifests/v1", manifest("text/html", ""), "text/html", "MANIFEST_INVALID"},
		{http.MethodPut, "/v2/digits/manifests/v1", strings.Repeat("[", 1<<20), DockerManifest, "MANIFEST_INVALID"},
		{http.MethodPut, "/v2/digits/manifests/v1", manifest(DockerManifest, "") + strings.Repeat(" ", MaxManifest), DockerManifest, "MANIFEST_INVALID"},
		{http.MethodPut, "/v2/digits/manifests/v1", manifest(DockerManifest, `{"digest":"`+digest([]byte("none"))+`","size":4}`), DockerManifest, "MANIFEST_BLOB_UNKNOWN"},
		{http.MethodPut, "/v2/digits/manifests/-v1", manifest(DockerManifest, ""), DockerManifest, "TAG_INVALID"},
		{http.MethodPut, "/v2/digits/manifests/" + digest(config), manifest(DockerManifest, ""), DockerManifest, "DIGEST_INVALID"},
		{http.MethodDelete, "/v2/digits/manifests/v1", "", "", "UNSUPPORTED"},
		{http.MethodGet, "/v2/digits/tags/list?n=-1", "", "", "PAGINATION_NUMBER_INVALID"},
	} {
		res, text := s.do(t, test.method, test.path, []byte(test.body), "Content-Type", test.mediaType)
		if res.StatusCode < 400 || res.StatusCode > 499 || !strings.Contains(text, `"`+test.code+`"`) {
			t.Errorf("%s %s: %d %.200s, want %s", test.method, test.path, res.StatusCode, text, test.code)
		}
	}
	if res, text := s.do(t, http.MethodPut, "/v2/digits/manifests/v1", []byte(manifest(DockerManifest, "")), "Content-Type", DockerManifest); res.StatusCode != http.StatusCreated {
		t.Errorf("the manifest that the others were made from: %d %s", res.StatusCode, text)
	}
}

// What a process that was killed in mid-upload has left is swept, and the push can begin again.
func TestKilledInMidUpload(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir())
	s.create(t, Repository{Name: "digits"})
	res, _ := s.do(t, http.MethodPost, "/v2/digits/blobs/uploads/", nil)
	if res, _ := s.do(t, http.MethodPatch, res.Header.Get("Location"), []byte("half a lay")); res.StatusCode != http.StatusAccepted {
		t.Fatal(res.StatusCode)
	}
	for path, data := range map[string]string{"blobs/sha256/" + digest([]byte("x"))[7:]: "x", "repositories/us-east-1/.digits.json.1.tmp": "{"} {
		if err := os.WriteFile(filepath.Join(s.dir, path), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	next := start(t, s.dir)
	if diff := cmp.Diff([]string{"repositories/us-east-1/digits.json"}, blobFiles(t, s.dir)); diff != "" {
		t.Errorf("files after the restart: %s", diff)
	}
	if err := remote.Write(next.ref(t, "digits:v1"), someImage(t), next.login("us-east-1")); err != nil {
		t.Error(err)
	}
}

// Blobs wait a day for their manifest.
func TestSweepOfBlobsWithoutImage(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir())
	s.create(t, Repository{Name: "digits"})
	for _, age := range []time.Duration{time.Hour, 25 * time.Hour} {
		s.now = func() time.Time { return time.Now().Add(-age) }
		data := []byte(age.String())
		if res, _ := s.do(t, http.MethodPost, "/v2/digits/blobs/uploads/?digest="+digest(data), data); res.StatusCode != http.StatusCreated {
			t.Fatal(res.StatusCode)
		}
	}
	next := start(t, s.dir)
	r, err := next.Find("us-east-1", "digits")
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := r.Blobs[digest([]byte("1h0m0s"))]; !ok || len(r.Blobs) != 1 || len(blobFiles(t, s.dir)) != 2 {
		t.Errorf("blobs %v, files %v", r.Blobs, blobFiles(t, s.dir))
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir())
	s.create(t, Repository{Name: "digits"})
	data := []byte("config")
	if res, _ := s.do(t, http.MethodPost, "/v2/digits/blobs/uploads/?digest="+digest(data), data); res.StatusCode != http.StatusCreated {
		t.Fatal(res.StatusCode)
	}
	path := "/v2/digits/blobs/" + digest(data)
	link := s.key.Sign(Token{Region: "us-east-1", Path: path, Expires: time.Now().Add(time.Hour)})
	forged := Key("other").Sign(Token{Region: "us-east-1", Expires: time.Now().Add(time.Hour)})
	expired := s.key.Sign(Token{Region: "us-east-1", Expires: time.Now().Add(-time.Second)})
	for _, test := range []struct {
		name, method, path, user, password string
		status                             int
	}{
		{"none", http.MethodGet, "/v2/", "", "", http.StatusUnauthorized},
		{"good", http.MethodGet, "/v2/", User, s.password("us-east-1"), http.StatusOK},
		{"other user", http.MethodGet, "/v2/", "root", s.password("us-east-1"), http.StatusUnauthorized},
		{"forged", http.MethodGet, "/v2/", User, forged, http.StatusUnauthorized},
		{"expired", http.MethodGet, "/v2/", User, expired, http.StatusForbidden},
		{"link", http.MethodGet, path + "?token=" + link, "", "", http.StatusOK},
		{"link elsewhere", http.MethodGet, "/v2/digits/tags/list?token=" + link, "", "", http.StatusUnauthorized},
		{"link that writes", http.MethodPut, path + "?token=" + link, "", "", http.StatusUnauthorized},
		{"link as password", http.MethodGet, "/v2/", User, link, http.StatusUnauthorized},
	} {
		req, err := http.NewRequestWithContext(t.Context(), test.method, s.url+test.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if test.user != "" {
			req.SetBasicAuth(test.user, test.password)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != test.status {
			t.Errorf("%s: %d, want %d", test.name, res.StatusCode, test.status)
		}
		want := fmt.Sprintf(`Basic realm="%s/",service="ecr.amazonaws.com"`, s.url)
		if got := res.Header.Get("Www-Authenticate"); res.StatusCode == http.StatusUnauthorized && got != want {
			t.Errorf("%s: challenge %s, want %s", test.name, got, want)
		}
	}
}

// Pushes of the same layers into many repositories, and deletions beside them, end with every image whole.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir())
	img := someImage(t)
	var wait sync.WaitGroup
	for i := range 8 {
		repo := fmt.Sprintf("repo%d", i)
		s.create(t, Repository{Name: repo})
		wait.Go(func() {
			for _, tag := range []string{"a", "b"} {
				if err := remote.Write(s.ref(t, repo+":"+tag), img, s.login("us-east-1")); err != nil {
					t.Error(err)
				}
			}
			if i%2 == 0 {
				if _, err := s.DropAll("us-east-1", repo); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	for i := 1; i < 8; i += 2 {
		got, err := remote.Image(s.ref(t, fmt.Sprintf("repo%d:b", i)), s.login("us-east-1"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, mutate.Extract(got)); err != nil {
			t.Error(err)
		}
	}
}

func FuzzManifest(f *testing.F) {
	f.Add([]byte(`{"schemaVersion":2,"mediaType":"`+DockerManifest+`","config":{"digest":"sha256:00","size":1},"layers":[]}`), DockerManifest)
	f.Add([]byte(`{"schemaVersion":2,"manifests":[{"digest":"","size":-1}]}`), OCIIndex)
	f.Fuzz(func(t *testing.T, data []byte, mediaType string) {
		i, err := Manifest{MediaType: mediaType, Data: data}.image()
		if err != nil {
			return
		}
		for _, d := range append(append([]string{i.Digest}, i.Blobs...), i.Children...) {
			if !ValidDigest(d) {
				t.Errorf("digest %q was accepted", d)
			}
		}
	})
}

func FuzzToken(f *testing.F) {
	f.Add(Key("k").Sign(Token{Region: "us-east-1"}))
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := Key("other").Read(text, time.Time{}); err == nil {
			t.Errorf("%q was accepted without its key", text)
		}
	})
}
