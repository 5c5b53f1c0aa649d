package sigv4

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// The SDK's own signer signs the same request at the same time to the same header.
func TestSignAsTheSDK(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	for _, key := range []string{"sourcedir.tar.gz", "a b/ü+~$&'()*,;=:@/x", "a//b/../c", "%41"} {
		for _, session := range []string{"", "to/ken+"} {
			ours, theirs := get(t, key), get(t, key)
			if err := Sign(ours, Keys{"AKID", "s/ecret+", session}, Scope{Region: "eu-west-1", Service: "s3"}, now); err != nil {
				t.Fatal(err)
			}
			theirs.Header.Set(payloadHeader, hashHex(""))
			creds := aws.Credentials{AccessKeyID: "AKID", SecretAccessKey: "s/ecret+", SessionToken: session}
			err := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true }).
				SignHTTP(t.Context(), creds, theirs, hashHex(""), "s3", "eu-west-1", now)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := ours.Header.Get("Authorization"), theirs.Header.Get("Authorization"); got != want {
				t.Errorf("%s: Authorization\n%s\nwant\n%s", key, got, want)
			}
		}
	}
}

func get(t *testing.T, key string) *http.Request {
	t.Helper()
	u := &url.URL{Scheme: "http", Host: "bucket.s3.eu-west-1.amazonaws.com", Path: "/" + key}
	u.RawPath = encode(u.Path, true)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, u.String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	r.URL = u
	return r
}

// What Sign signed, Verify takes, as it arrives over HTTP.
func TestSignVerifies(t *testing.T) {
	t.Parallel()
	var verdict error
	now := time.Now()
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, verdict = Verify(r, func(string) (string, bool) { return "secret", true }, now)
	}))
	defer srv.Close()
	r := get(t, "dir/a b+c/ü.tar.gz")
	r.URL.Host = strings.TrimPrefix(srv.URL, "http://")
	r.Host = ""
	if err := Sign(r, Keys{AccessKey: "AKID", Secret: "secret", Session: "t"}, Scope{Region: "us-east-1", Service: "s3"}, now); err != nil {
		t.Fatal(err)
	}
	res, err := srv.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if verdict != nil {
		t.Error(verdict)
	}
}
