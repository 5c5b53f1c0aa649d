package image

import (
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// peer is go-containerregistry's registry, which counts the blobs that are sent to it.
type peer struct {
	host string

	mu    sync.Mutex
	blobs int
}

func startPeer(t *testing.T, around func(http.Handler) http.Handler) *peer {
	t.Helper()
	p := &peer{}
	inner := around(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPatch {
			p.mu.Lock()
			p.blobs++
			p.mu.Unlock()
		}
		inner.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	p.host = strings.TrimPrefix(server.URL, "http://")
	return p
}

func open(h http.Handler) http.Handler { return h }

func (p *peer) sent() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := p.blobs
	p.blobs = 0
	return n
}

// nobody has no logins: tests must not depend on the user's docker.
var nobody = Access{Keychain: authn.NewMultiKeychain()}

// What a registry has is not sent again: of a changed program only its layer and the configuration are.
func TestPushSendsWhatIsNew(t *testing.T) {
	t.Parallel()
	p := startPeer(t, open)
	first := makeImage(t, BuildOptions{Program: someProgram(t, "v1")})
	var total int64
	pushed, err := Push(t.Context(), p.host+"/team/digits", first, PushOptions{Access: nobody, Progress: func(_, n int64) { total = n }})
	if err != nil {
		t.Fatal(err)
	}
	digest, err := first.Digest()
	if err != nil {
		t.Fatal(err)
	}
	want := Pushed{Digest: digest.String(), Tagged: p.host + "/team/digits:" + digest.Hex[:16], ByDigest: p.host + "/team/digits@" + digest.String()}
	if diff := cmp.Diff(want, pushed); diff != "" {
		t.Error(diff)
	}
	if n := p.sent(); n != 3 || total == 0 {
		t.Errorf("first push: %d blobs and a total of %d bytes, want two layers and a configuration", n, total)
	}
	if pushed, err = Push(t.Context(), p.host+"/team/digits", first, PushOptions{Access: nobody}); err != nil || !pushed.Existed || p.sent() != 0 {
		t.Errorf("the same again: %+v %v", pushed, err)
	}
	second := makeImage(t, BuildOptions{Program: someProgram(t, "v2")})
	if pushed, err = Push(t.Context(), p.host+"/team/digits:v2", second, PushOptions{Access: nobody}); err != nil || pushed.Existed || p.sent() != 2 {
		t.Errorf("a changed program: %+v %v, want its layer and a configuration sent", pushed, err)
	}
	back, err := Pull(t.Context(), p.host+"/team/digits:v2", nobody)
	if err != nil || back.Digest != digestOf(t, second) || back.Name != p.host+"/team/digits:v2" {
		t.Errorf("pulled %+v %v", back, err)
	}
}

// buildx pushes an index with the image and an attestation: the image is found, and leaves as schema 2, and the index is named as a problem.
func TestIndexWithAttestation(t *testing.T) {
	t.Parallel()
	p := startPeer(t, open)
	img := python(t)
	attestation := withPlatform(t, mutate.MediaType(empty.Image, types.OCIManifestSchema1), "unknown", "unknown", v1.Config{})
	index := mutate.AppendManifests(
		mutate.IndexMediaType(empty.Index, types.OCIImageIndex),
		mutate.IndexAddendum{Add: withPlatform(t, empty.Image, "linux", "arm64", v1.Config{}), Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: "arm64"}}},
		mutate.IndexAddendum{Add: img, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: "amd64"}}},
		mutate.IndexAddendum{Add: attestation, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "unknown", Architecture: "unknown"}}},
	)
	ref, err := name.ParseReference(p.host + "/python:3")
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.WriteIndex(ref, index); err != nil {
		t.Fatal(err)
	}
	p.sent()
	s, err := Inspect(t.Context(), p.host+"/python:3", nobody)
	if err != nil || len(s.Problems) != 1 || s.Problems[0].Code != CodeFormat {
		t.Errorf("inspect the index: %+v %v", s, err)
	}
	if diff := cmp.Diff([]string{"linux/arm64", "linux/amd64", "unknown/unknown"}, s.Platforms); diff != "" {
		t.Error(diff)
	}
	base, err := Pull(t.Context(), p.host+"/python:3", nobody)
	if err != nil {
		t.Fatal(err)
	}
	if base.Digest != digestOf(t, img) {
		t.Errorf("the base is %s, want the child for amd64, %s", base.Digest, digestOf(t, img))
	}
	pushed, err := Push(t.Context(), p.host+"/copy", base.Image, PushOptions{Access: nobody})
	if err != nil {
		t.Fatal(err)
	}
	s, err = Inspect(t.Context(), pushed.ByDigest, nobody)
	if err != nil || len(s.Problems) != 0 || s.MediaType != string(types.DockerManifestSchema2) || len(s.Layers) != 3 {
		t.Errorf("inspect the copy: %+v %v", s, err)
	}
	only := mutate.AppendManifests(empty.Index, mutate.IndexAddendum{Add: empty.Image, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: "arm64"}}})
	if err := remote.WriteIndex(ref, only); err != nil {
		t.Fatal(err)
	}
	if _, err := Pull(t.Context(), p.host+"/python:3", nobody); !errors.Is(err, ErrPlatform) {
		t.Errorf("an index without amd64: %v", err)
	}
}

// A registry that wants a login says so by name, and gets one from the keychain.
func TestLogin(t *testing.T) {
	t.Parallel()
	p := startPeer(t, func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if user, password, _ := r.BasicAuth(); user != "me" || password != "secret" {
				w.Header().Set("Www-Authenticate", `Basic realm="peer"`)
				http.Error(w, "no", http.StatusUnauthorized)
				return
			}
			h.ServeHTTP(w, r)
		})
	})
	img := makeImage(t, BuildOptions{Program: someProgram(t, "")})
	if _, err := Push(t.Context(), p.host+"/digits", img, PushOptions{Access: nobody}); !errors.Is(err, ErrLogin) || !strings.Contains(err.Error(), p.host) {
		t.Errorf("without a login: %v", err)
	}
	if _, err := Push(t.Context(), p.host+"/digits", img, PushOptions{Access: Access{Keychain: keychain{}}}); err != nil {
		t.Errorf("with a login: %v", err)
	}
}

type keychain struct{}

// Resolve knows one login.
func (keychain) Resolve(authn.Resource) (authn.Authenticator, error) {
	return authn.FromConfig(authn.AuthConfig{Username: "me", Password: "secret"}), nil
}

// A registry on a private network gets nothing by plain HTTP, which go-containerregistry alone would try.
func TestPlainHTTP(t *testing.T) {
	t.Parallel()
	_, err := guarded{http.DefaultTransport}.RoundTrip(httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://10.0.0.1:5000/v2/", nil))
	if !errors.Is(err, ErrPlainHTTP) {
		t.Errorf("got %v, want ErrPlainHTTP", err)
	}
	for host, want := range map[string]bool{
		"localhost:5000": true, "127.0.0.1:1": true, "127.1.2.3": true, "[::1]:5000": true, "registry.localhost": true,
		"10.0.0.1": false, "localhost.example.com": false, "registry.local": false, "0.0.0.0": false, "127.0.0.1.example.com": false,
	} {
		if loopback(host) != want {
			t.Errorf("loopback(%s) = %v", host, !want)
		}
	}
}

func TestOtherRegion(t *testing.T) {
	t.Parallel()
	img := makeImage(t, BuildOptions{Program: someProgram(t, "")})
	config := aws.Config{Region: "us-east-1", BaseEndpoint: new("http://127.0.0.1:1")}
	_, err := Push(t.Context(), "123456789012.dkr.ecr.eu-west-1.amazonaws.com/digits", img, PushOptions{Access: Access{AWS: &config}})
	got, ok := errors.AsType[*RegionError](err)
	if !ok || got.Region != "eu-west-1" || got.Want != "us-east-1" {
		t.Errorf("got %v, want a RegionError", err)
	}
}

func TestReferences(t *testing.T) {
	t.Parallel()
	for reference, want := range map[string][3]string{
		"digits":                     {"", "digits", ""},
		"team/digits:v1":             {"", "team/digits", "v1"},
		"localhost/digits":           {"localhost", "digits", ""},
		"localhost:5000/a/b:v1":      {"localhost:5000", "a/b", "v1"},
		"registry.example.com/a":     {"registry.example.com", "a", ""},
		"127.0.0.1:8717/digits:v1":   {"127.0.0.1:8717", "digits", "v1"},
		"1.dkr.ecr.x.amazonaws.com/": {"1.dkr.ecr.x.amazonaws.com", "", ""},
	} {
		host, repository, tag := split(reference)
		if diff := cmp.Diff(want, [3]string{host, repository, tag}); diff != "" {
			t.Errorf("%s: %s", reference, diff)
		}
	}
	for reference, want := range map[string]ECR{
		"123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/digits:v1":      {"123456789012", "eu-west-1", "team/digits"},
		"123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/d@sha256:00":     {"123456789012", "cn-north-1", "d"},
		"123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com/d":          {"123456789012", "us-gov-west-1", "d"},
		"123456789012.dkr-ecr.us-east-1.on.aws/d":                          {"123456789012", "us-east-1", "d"},
		"123456789012.dkr.ecr.eu-west-1.amazonaws.com":                     {},
		"123456789012.dkr.ecr.eu-west-1.amazonaws.com.evil.example/digits": {},
		"digits": {},
	} {
		if got, ok := ParseECR(reference); got != want || ok != (want != ECR{}) {
			t.Errorf("%s: %+v", reference, got)
		}
	}
}

// A saved image is the same image when it is loaded, and docker can load it where there is one.
func TestSaveAndLoad(t *testing.T) {
	t.Parallel()
	img := makeImage(t, BuildOptions{Program: someProgram(t, "")})
	path := filepath.Join(t.TempDir(), "digits.tar")
	reference, err := Save(path, "digits", img)
	if err != nil {
		t.Fatal(err)
	}
	base, err := Load(path)
	if err != nil || base.Digest != digestOf(t, img) || !strings.HasPrefix(reference, "digits:") {
		t.Errorf("%s: %+v %v, want %s", reference, base, err, digestOf(t, img))
	}
	s, err := InspectFile(path)
	if err != nil || len(s.Problems) != 0 || s.Platforms[0] != "linux/amd64" {
		t.Errorf("%+v %v", s, err)
	}
	list, err := exec.Command("tar", "-tf", path).Output()
	if err != nil || !strings.Contains(string(list), "manifest.json") {
		t.Errorf("tar lists %s %v", list, err)
	}
	if _, err := Load(someRoots(t)); err == nil {
		t.Error("a file that is no image was loaded")
	}
}

// A registry that does not answer is an error, not a wait for ever.
func TestNoRegistry(t *testing.T) {
	t.Parallel()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	host := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Pull(t.Context(), host+"/digits", nobody); err == nil {
		t.Error("an image came from nowhere")
	}
}
