package entry

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sagefly/sagefly/internal/sigv4"
)

const (
	accessKey = "AKIDTEST"
	secretKey = "s/e+cret"
)

// bucket is an S3 that verifies signatures and answers a key, after its first answers failed in a given way.
type bucket struct {
	*httptest.Server
	asked atomic.Int32
	token atomic.Value // of the last request
}

func serveBucket(t *testing.T, content []byte, failures ...func(http.ResponseWriter)) *bucket {
	t.Helper()
	b := &bucket{}
	b.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := int(b.asked.Add(1))
		b.token.Store(r.Header.Get("X-Amz-Security-Token"))
		secret := func(key string) (string, bool) { return secretKey, key == accessKey }
		if _, err := sigv4.Verify(r, secret, time.Now()); err != nil {
			http.Error(w, err.Error(), http.StatusForbidden)
			return
		}
		switch {
		case n <= len(failures):
			failures[n-1](w)
		case r.URL.Path == "/b/dir/source dir+.tar.gz":
			_, _ = w.Write(content)
		default:
			http.Error(w, "NoSuchKey", http.StatusNotFound)
		}
	}))
	t.Cleanup(b.Close)
	return b
}

func source(t *testing.T) []byte {
	t.Helper()
	return archive(t, file("train.py", "import os, shutil; print('here'); shutil.copy('data', os.environ['SM_MODEL_DIR'])\n", 0o644), file("data", strings.Repeat("0123456789", 20000), 0o644))
}

func remote(t *testing.T, key string, env ...string) job {
	t.Helper()
	j := lay(t, map[string]string{"sagemaker_program": `"train.py"`, "sagemaker_submit_directory": `"s3://b/` + key + `"`}, nil)
	j.env = append(append(j.env, "AWS_REGION=eu-west-1"), env...)
	return j
}

const sourceKey = "dir/source dir+.tar.gz"

// The source comes by a signed request; a server that is away, overloaded or cut off in the middle is asked again.
func TestDownload(t *testing.T) {
	t.Parallel()
	content := source(t)
	b := serveBucket(
		t, content,
		func(w http.ResponseWriter) { http.Error(w, "SlowDown", http.StatusServiceUnavailable) },
		func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", fmt.Sprint(len(content)))
			_, _ = w.Write(content[:len(content)/2])
			panic(http.ErrAbortHandler)
		},
		func(w http.ResponseWriter) { panic(http.ErrAbortHandler) },
	)
	for _, variable := range []string{"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"} {
		j := remote(t, sourceKey, variable+"="+b.URL, "AWS_ACCESS_KEY_ID="+accessKey, "AWS_SECRET_ACCESS_KEY="+secretKey, "AWS_SESSION_TOKEN=tok/en")
		if code, output := j.run(t); code != 0 || len(j.read("model/data")) != 200000 {
			t.Fatalf("%s: exit code %d\n%s", variable, code, output)
		}
		if b.token.Load() != "tok/en" {
			t.Errorf("session token %v", b.token.Load())
		}
	}
	if n := b.asked.Load(); n != 5 {
		t.Errorf("the server was asked %d times, want 5", n)
	}
}

func TestDownloadRefused(t *testing.T) {
	t.Parallel()
	b := serveBucket(t, source(t))
	good := []string{"AWS_ENDPOINT_URL_S3=" + b.URL, "AWS_ACCESS_KEY_ID=" + accessKey, "AWS_SECRET_ACCESS_KEY=" + secretKey}
	for name, tt := range map[string]struct {
		key, want string
		env       []string
	}{
		"no such key":    {"other.tar.gz", "S3 answered 404", good},
		"wrong secret":   {sourceKey, "S3 answered 403", []string{good[0], good[1], "AWS_SECRET_ACCESS_KEY=wrong"}},
		"no credentials": {sourceKey, "no AWS credentials", good[:1]},
		"no key":         {"", "want s3://BUCKET/KEY", good},
		"plain HTTP":     {sourceKey, "over plain HTTP from this machine", []string{good[0], "AWS_CONTAINER_CREDENTIALS_FULL_URI=http://192.0.2.1/x"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := remote(t, tt.key, tt.env...)
			if code, output := j.run(t); code != 1 || !strings.Contains(j.read("output/failure"), tt.want) {
				t.Errorf("exit code %d, failure file %q, want %q\n%s", code, j.read("output/failure"), tt.want, output)
			}
		})
	}
}

// The container's credential server, with its token from a file.
func TestContainerCredentials(t *testing.T) {
	t.Parallel()
	b := serveBucket(t, source(t))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "secret token" || r.URL.Path != "/v2/credentials/1" {
			http.Error(w, "no", http.StatusForbidden)
			return
		}
		fmt.Fprintf(w, `{"AccessKeyId":%q,"SecretAccessKey":%q,"Token":"container","Expiration":"2099-01-01T00:00:00Z"}`, accessKey, secretKey)
	}))
	defer server.Close()
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("secret token\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	j := remote(t, sourceKey, "AWS_ENDPOINT_URL_S3="+b.URL, "AWS_CONTAINER_CREDENTIALS_FULL_URI="+server.URL+"/v2/credentials/1", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE="+token)
	if code, output := j.run(t); code != 0 || b.token.Load() != "container" {
		t.Errorf("exit code %d, session token %v\n%s", code, b.token.Load(), output)
	}
}

// Addresses of AWS as its documentation of endpoints has them.
func TestAddress(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ region, bucket, key, want string }{
		{"eu-west-1", "my-bucket", "a b/c+d", "https://my-bucket.s3.eu-west-1.amazonaws.com/a%20b/c%2Bd"},
		{"us-east-1", "dotted.bucket", "k", "https://s3.us-east-1.amazonaws.com/dotted.bucket/k"},
		{"cn-north-1", "b", "k", "https://b.s3.cn-north-1.amazonaws.com.cn/k"},
	} {
		s := store{getenv: func(string) string { return "" }, region: tt.region}
		if got, err := s.address(tt.bucket, tt.key); err != nil || got.String() != tt.want {
			t.Errorf("%s: %v, %v", tt.want, got, err)
		}
	}
}

// A folder or an archive of the image is the source; the request's own comes first.
func TestLocalSource(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "src/train.py"), "import os; open(os.environ['SM_MODEL_DIR'] + '/folder', 'w')\n")
	if err := os.WriteFile(filepath.Join(dir, "sourcedir.tar.gz"), source(t), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ hyperparameter, variable, want string }{
		{"", "src", "folder"}, {"sourcedir.tar.gz", "src", "data"}, {"src/train.py", "", "folder"},
	} {
		h := map[string]string{}
		if tt.hyperparameter != "" {
			h["sagemaker_submit_directory"] = filepath.Join(dir, tt.hyperparameter)
		}
		j := lay(t, h, nil)
		j.env = append(j.env, "SAGEMAKER_PROGRAM=train.py")
		if tt.variable != "" {
			j.env = append(j.env, "SAGEMAKER_SUBMIT_DIRECTORY="+filepath.Join(dir, tt.variable))
		}
		if code, output := j.run(t); code != 0 || !exists(j, "model/"+tt.want) {
			t.Errorf("%+v: exit code %d\n%s", tt, code, output)
		}
	}
	var log bytes.Buffer
	h := &host{out: &log}
	if err := h.copySource(filepath.Join(dir, "nothing"), dir); err == nil || !strings.Contains(err.Error(), "does not exist") {
		t.Errorf("missing folder: %v", err)
	}
}
