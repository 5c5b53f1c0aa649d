package sigv4_test

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/sagefly/sagefly/internal/sigv4"
)

func TestParse(t *testing.T) {
	t.Parallel()
	const v4 = "AWS4-HMAC-SHA256 Credential=AK/20260102/us-west-2/sagemaker/aws4_request, SignedHeaders=host;x-amz-date, Signature="
	sig := strings.Repeat("0", 64)
	scope := sigv4.Scope{AccessKey: "AK", Date: "20260102", Region: "us-west-2", Service: "sagemaker"}
	s3 := sigv4.Scope{AccessKey: "AK", Service: "s3"}
	for _, c := range []struct {
		auth, date, query string
		want              sigv4.Scope
		err               error
	}{
		{auth: v4 + sig, date: "20260102T235959Z", want: scope},
		{auth: strings.ReplaceAll(v4, ", ", ",") + sig, date: "20260102T000000Z", want: scope},
		{auth: v4 + sig, date: "20260103T000000Z", err: sigv4.ErrMalformed},
		{auth: v4 + sig, err: sigv4.ErrMalformed},
		{auth: v4 + "abc", date: "20260102T235959Z", err: sigv4.ErrMalformed},
		{auth: "Bearer abc", err: sigv4.ErrMalformed},
		{auth: "AWS AK:c2ln", want: s3},
		{auth: "AWS :", err: sigv4.ErrMalformed},
		{query: "AWSAccessKeyId=AK&Signature=x&Expires=1", want: s3},
		{query: "AWSAccessKeyId=AK&Signature=x&Expires=soon", err: sigv4.ErrMalformed},
		{query: "X-Amz-Credential=AK", err: sigv4.ErrMalformed},
		{query: "X-Amz-Credential=%zz", err: sigv4.ErrMalformed},
		{query: "list-type=2", err: sigv4.ErrUnsigned},
		{err: sigv4.ErrUnsigned},
	} {
		r := &http.Request{Header: http.Header{"Authorization": {c.auth}, "X-Amz-Date": {c.date}}, URL: &url.URL{RawQuery: c.query}}
		a, err := sigv4.Parse(r)
		if !errors.Is(err, c.err) || err == nil && a.Scope != c.want {
			t.Errorf("%+v: %+v, %v", c, a.Scope, err)
		}
	}
}

func TestHeaderSkew(t *testing.T) {
	t.Parallel()
	text := "GET / HTTP/1.1\nHost:example.amazonaws.com\n" + suiteHead +
		"host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31\nX-Amz-Date:20150830T123600Z\n\n"
	at := time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC)
	for off, want := range map[time.Duration]error{5 * time.Minute: nil, -5 * time.Minute: nil, 6 * time.Minute: sigv4.ErrSkewed, -6 * time.Minute: sigv4.ErrSkewed} {
		if _, err := sigv4.Verify(request(t, text), keyring("AKIDEXAMPLE", suiteKey), at.Add(off)); !errors.Is(err, want) {
			t.Errorf("off by %v: %v, want %v", off, err, want)
		}
	}
}

func unsigned(body, length string) *http.Request {
	h := http.Header{"X-Amz-Content-Sha256": {"STREAMING-UNSIGNED-PAYLOAD-TRAILER"}, "X-Amz-Decoded-Content-Length": {length}}
	return &http.Request{Header: h, Body: io.NopCloser(strings.NewReader(body))}
}

func TestUnsignedTrailer(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		body, length string
		want         error
	}{
		"good":           {"3\r\nabc\r\n2\r\nde\r\n0\r\nx-amz-checksum-crc32:AA==\r\n\r\n", "5", nil},
		"no last line":   {"5\r\nabcde\r\n0\r\nx-amz-checksum-crc32:AA==\r\n", "5", nil},
		"no trailer end": {"5\r\nabcde\r\n0\r\nx-amz-checksum-crc32:AA==", "5", sigv4.ErrIncomplete},
		"short":          {"4\r\nabcd\r\n0\r\n\r\n", "5", sigv4.ErrIncomplete},
		"cut":            {"5\r\nab", "5", sigv4.ErrIncomplete},
		"empty":          {"", "5", sigv4.ErrIncomplete},
		"huge size":      {"7fffffffffffffff\r\nabcde", "5", sigv4.ErrIncomplete},
		"no colon":       {"5\r\nabcde\r\n0\r\nx-amz\r\n\r\n", "5", sigv4.ErrFraming},
		"no size":        {"abcde", "5", sigv4.ErrIncomplete},
		"long line":      {strings.Repeat("0", 1<<16), "5", sigv4.ErrFraming},
	} {
		p, err := sigv4.Body(unsigned(c.body, c.length))
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(p)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if err == nil && (string(got) != "abcde" || p.Trailer.Get("X-Amz-Checksum-Crc32") != "AA==") {
			t.Errorf("%s: %q, %v", name, got, p.Trailer)
		}
	}
	if _, err := sigv4.Body(unsigned("", "-1")); !errors.Is(err, sigv4.ErrFraming) {
		t.Errorf("negative length: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("AWS4-HMAC-SHA256 Credential=AK/20260102/us-west-2/s3/aws4_request, SignedHeaders=host, Signature=0", "20260102T000000Z", "")
	f.Add("", "", "X-Amz-Credential=a&X-Amz-Expires=9&X-Amz-Signature=b")
	f.Add("AWS a:b", "", "AWSAccessKeyId=a&Signature=b&Expires=1")
	f.Fuzz(func(t *testing.T, auth, date, query string) {
		r := &http.Request{
			Method: http.MethodGet, Header: http.Header{"Authorization": {auth}, "X-Amz-Date": {date}},
			URL: &url.URL{Path: "/", RawQuery: query}, Body: http.NoBody,
		}
		a, err := sigv4.Parse(r)
		if err == nil && (a.AccessKey == "" && a.Form != sigv4.QueryV2 || a.Service == "") {
			t.Errorf("accepted %+v", a)
		}
		if _, err := sigv4.Verify(r, func(string) (string, bool) { return "k", true }, time.Unix(0, 0)); err == nil {
			t.Error("verified what nobody signed")
		}
	})
}

func FuzzChunks(f *testing.F) {
	f.Add("3\r\nabc\r\n0\r\nx-amz-checksum-crc32:AA==\r\n\r\n", "3")
	f.Add("3;chunk-signature=ab\r\nabc\r\n0;chunk-signature=cd\r\n\r\n", "")
	f.Fuzz(func(t *testing.T, body, length string) {
		p, err := sigv4.Body(unsigned(body, length))
		if err != nil {
			return
		}
		got, err := io.ReadAll(io.LimitReader(p, int64(len(body))+1))
		if len(got) > len(body) || err == nil && p.Length >= 0 && int64(len(got)) != p.Length {
			t.Errorf("%d bytes of %d, length %d, %v", len(got), len(body), p.Length, err)
		}
	})
}
