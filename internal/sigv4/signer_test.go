package sigv4_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"pgregory.net/rapid"

	"github.com/sagefly/sagefly/internal/sigv4"
)

// TestAgreesWithTheSDK lets the Go SDK sign random requests, sends them through net/http and verifies what arrives.
func TestAgreesWithTheSDK(t *testing.T) {
	t.Parallel()
	creds := aws.Credentials{AccessKeyID: "AKIDSDK", SecretAccessKey: "s/ecret+", SessionToken: "token"}
	var verdict error
	now := time.Now()
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		p, err := sigv4.Verify(r, keyring("AKIDSDK", "s/ecret+"), now)
		if err == nil {
			var body *sigv4.Payload
			if body, err = sigv4.Body(r.WithContext(p.With(r.Context()))); err == nil {
				_, err = io.Copy(io.Discard, body)
			}
		}
		verdict = err
	}))
	t.Cleanup(srv.Close)
	rapid.Check(t, func(t *rapid.T) {
		service := rapid.SampledFrom([]string{"s3", "sagemaker"}).Draw(t, "service")
		body := rapid.SliceOf(rapid.Byte()).Draw(t, "body")
		u := srv.URL + "/" + escape(rapid.StringN(0, 12, 20).Draw(t, "path"), service)
		q := url.Values{}
		for range rapid.IntRange(0, 3).Draw(t, "parameters") {
			q.Add(rapid.StringMatching(`[a-z +é]{1,4}`).Draw(t, "name"), rapid.String().Draw(t, "value"))
		}
		presign := rapid.Bool().Draw(t, "presign")
		if presign {
			q.Set("X-Amz-Expires", "60")
		}
		req, err := http.NewRequestWithContext(context.Background(), http.MethodPut, u, bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.URL.RawQuery = q.Encode()
		req.Header.Set("X-Amz-Meta-A", rapid.StringMatching(`[a-z ]{0,9}`).Draw(t, "header"))
		signed := sign(t, req, body, signing{creds, service, presign, now})
		resp, err := http.DefaultClient.Do(signed)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if verdict != nil {
			t.Fatalf("%s %s: %v", signed.Method, signed.URL, verdict)
		}
	})
}

// escape makes a path as the SDK's clients do. Only S3 has paths with characters that need it.
func escape(p, service string) string {
	if service != "s3" {
		return "endpoints/x%20y/invocations"
	}
	var out strings.Builder
	for _, c := range []byte(p) {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~/", c) >= 0 {
			out.WriteByte(c)
		} else {
			fmt.Fprintf(&out, "%%%02X", c)
		}
	}
	return out.String()
}

type signing struct {
	creds   aws.Credentials
	service string
	presign bool
	now     time.Time
}

func sign(t *rapid.T, req *http.Request, body []byte, s signing) *http.Request {
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:])
	signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = s.service == "s3" })
	if s.presign {
		if s.service == "s3" {
			hash = "UNSIGNED-PAYLOAD"
		}
		link, headers, err := signer.PresignHTTP(req.Context(), s.creds, req, hash, s.service, "eu-west-1", s.now)
		if err != nil {
			t.Fatal(err)
		}
		out, err := http.NewRequestWithContext(req.Context(), req.Method, link, bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		headers.Del("Host")
		out.Header = headers
		return out
	}
	if s.service == "s3" {
		req.Header.Set("X-Amz-Content-Sha256", hash)
	}
	if err := signer.SignHTTP(req.Context(), s.creds, req, hash, s.service, "eu-west-1", s.now); err != nil {
		t.Fatal(err)
	}
	return req
}

// TestVersion2Link verifies a link that botocore 1.44.8 made:
//
//	boto3.client("s3", "us-east-1", aws_access_key_id="AKIDOLD", aws_secret_access_key="secret", endpoint_url="http://127.0.0.1:8717")
//	.generate_presigned_url("get_object", {"Bucket": "bkt", "Key": "a b/ü.txt", "ResponseContentType": "text/x"})
func TestVersion2Link(t *testing.T) {
	t.Parallel()
	const link = "http://127.0.0.1:8717/bkt/a%20b/%C3%BC.txt?response-content-type=text%2Fx&AWSAccessKeyId=AKIDOLD&Signature=xm78uGjJ%2BOZ4E2sW2fluniIC6mU%3D&Expires=1795602815"
	u, err := url.Parse(link)
	if err != nil {
		t.Fatal(err)
	}
	seconds, _ := strconv.ParseInt(u.Query().Get("Expires"), 10, 64)
	end := time.Unix(seconds, 0)
	for name, c := range map[string]struct {
		host, query string
		now         time.Time
		want        error
	}{
		"good":         {u.Host, u.RawQuery, end, nil},
		"late":         {u.Host, u.RawQuery, end.Add(time.Second), sigv4.ErrExpired},
		"other bucket": {"evil.localhost:8717", u.RawQuery, end, sigv4.ErrMismatch},
		"other query":  {u.Host, u.RawQuery + "&response-expires=1", end, sigv4.ErrMismatch},
		"other end":    {u.Host, u.RawQuery + "0", end, sigv4.ErrMismatch},
	} {
		r := request(t, "GET "+u.EscapedPath()+"?"+c.query+" HTTP/1.1\nHost: "+c.host+"\n\n")
		if _, err := sigv4.Verify(r, keyring("AKIDOLD", "secret"), c.now); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}
