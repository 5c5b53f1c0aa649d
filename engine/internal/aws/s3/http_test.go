package s3_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/sagefly/sagefly/engine/internal/aws/s3"
)

func unescape(t *testing.T, s string) string {
	t.Helper()
	out, err := url.PathUnescape(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// do sends a request without a signature, which is the wire's business, straight to the face.
func do(t testing.TB, h http.Handler, request, body string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	method, target, _ := strings.Cut(request, " ")
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
			continue
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestRangesAndConditions(t *testing.T) {
	t.Parallel()
	h := face(t, s3.Config{})
	do(t, h, "PUT /bkt/k", "0123456789")
	do(t, h, "PUT /bkt/empty", "")
	const etag = "781e5e245d69b566979b86e28d23f2c7" // md5sum of 0123456789
	for _, c := range []struct {
		target, header, value string
		status                int
		body, contentRange    string
	}{
		{"/bkt/k", "Range", "bytes=2-4", 206, "234", "bytes 2-4/10"},
		{"/bkt/k", "Range", "bytes=8-", 206, "89", "bytes 8-9/10"},
		{"/bkt/k", "Range", "bytes=8-99999999999999999", 206, "89", "bytes 8-9/10"},
		{"/bkt/k", "Range", "bytes=-3", 206, "789", "bytes 7-9/10"},
		{"/bkt/k", "Range", "bytes=-30", 206, "0123456789", "bytes 0-9/10"},
		{"/bkt/k", "Range", "bytes=0-0", 206, "0", "bytes 0-0/10"},
		{"/bkt/k", "Range", "bytes=10-", 416, "<Code>InvalidRange</Code>", ""},
		{"/bkt/k", "Range", "bytes=-0", 416, "<Code>InvalidRange</Code>", ""},
		{"/bkt/empty", "Range", "bytes=0-", 416, "<Code>InvalidRange</Code>", ""},
		{"/bkt/k", "Range", "bytes=4-2", 200, "0123456789", ""},
		{"/bkt/k", "Range", "bytes=0-1,3-4", 200, "0123456789", ""},
		{"/bkt/k", "Range", "lines=1-2", 200, "0123456789", ""},
		{"/bkt/k?partNumber=1", "", "", 206, "0123456789", "bytes 0-9/10"},
		{"/bkt/k?partNumber=2", "", "", 416, "<Code>InvalidPartNumber</Code>", ""},
		{"/bkt/k", "If-Match", `"` + etag + `"`, 200, "0123456789", ""},
		{"/bkt/k", "If-Match", `"x", ` + etag, 200, "0123456789", ""},
		{"/bkt/k", "If-Match", `"x"`, 412, "<Code>PreconditionFailed</Code>", ""},
		{"/bkt/k", "If-None-Match", `"` + etag + `"`, 304, "", ""},
		{"/bkt/k", "If-None-Match", `"x"`, 200, "0123456789", ""},
		{"/bkt/k", "If-Modified-Since", "Fri, 01 Jan 2100 00:00:00 GMT", 304, "", ""},
		{"/bkt/k", "If-Modified-Since", "Fri, 01 Jan 2010 00:00:00 GMT", 200, "0123456789", ""},
		{"/bkt/k", "If-Unmodified-Since", "Fri, 01 Jan 2010 00:00:00 GMT", 412, "<Code>PreconditionFailed</Code>", ""},
	} {
		w := do(t, h, "GET "+c.target, "", c.header, c.value)
		body := w.Body.String()
		if w.Code != c.status || w.Header().Get("Content-Range") != c.contentRange || body != c.body && !(c.status > 400 && strings.Contains(body, c.body)) {
			t.Errorf("%s %s: %s = %d %q %q, want %d %q %q", c.target, c.header, c.value, w.Code, w.Header().Get("Content-Range"), body, c.status, c.contentRange, c.body)
		}
		if head := do(t, h, "HEAD "+c.target, "", c.header, c.value); head.Code != c.status || head.Body.Len() > 0 {
			t.Errorf("HEAD %s %s: %s = %d %q", c.target, c.header, c.value, head.Code, head.Body)
		}
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	h := face(t, s3.Config{Account: account, MaxPut: 100})
	do(t, h, "PUT /bkt/k", "old")
	zero := strings.Repeat("A", 22) + "=="
	for _, c := range []struct {
		request, body string
		headers       []string
		status        int
		code          string
	}{
		{"PUT /bkt/k", "new", []string{"Content-MD5", zero}, 400, "BadDigest"},
		{"GET /?max-buckets=0", "", nil, 400, "InvalidArgument"},
		{"GET /?max-buckets=-1", "", nil, 400, "InvalidArgument"},
		{"PUT /bkt/k", "new", []string{"Content-MD5", "AAAA"}, 400, "InvalidDigest"},
		{"PUT /bkt/k", "new", []string{"X-Amz-Checksum-Crc32", "AAAAAA=="}, 400, "BadDigest"},
		{"PUT /bkt/k", "new", []string{"X-Amz-Checksum-Crc32", "x"}, 400, "InvalidRequest"},
		{"PUT /bkt/k", "new", []string{"X-Amz-Checksum-Crc32", "AAAAAA==", "X-Amz-Checksum-Crc32c", "AAAAAA=="}, 400, "InvalidRequest"},
		{"PUT /bkt/k", "new", []string{"X-Amz-Sdk-Checksum-Algorithm", "CRC32"}, 400, "InvalidRequest"},
		{"PUT /bkt/k", "new", []string{"X-Amz-Content-Sha256", strings.Repeat("0", 64)}, 400, "XAmzContentSHA256Mismatch"},
		{
			"PUT /bkt/k", "3\r\nnew\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n",
			[]string{"X-Amz-Content-Sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "X-Amz-Trailer", "x-amz-checksum-crc32", "X-Amz-Decoded-Content-Length", "3"},
			400, "BadDigest",
		},
		{
			"PUT /bkt/k", "3\r\nnew\r\n0\r\n\r\n",
			[]string{"X-Amz-Content-Sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "X-Amz-Trailer", "x-amz-checksum-crc32", "X-Amz-Decoded-Content-Length", "3"},
			400, "MalformedTrailerError",
		},
		{
			"PUT /bkt/k", "3\r\nnew\r\n0\r\n\r\n",
			[]string{"X-Amz-Content-Sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "X-Amz-Decoded-Content-Length", "4"},
			400, "IncompleteBody",
		},
		{"PUT /bkt/k", "3\r\nnew\r\n0\r\n\r\n", []string{"X-Amz-Content-Sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"}, 411, "MissingContentLength"},
		{"PUT /bkt/k", "new", []string{"X-Amz-Server-Side-Encryption", "rot13"}, 400, "InvalidArgument"},
		{"PUT /bkt/k", "new", []string{"X-Amz-Server-Side-Encryption-Customer-Algorithm", "AES256"}, 501, "NotImplemented"},
		{"PUT /bkt/k", "new", []string{"X-Amz-Acl", "public-read"}, 400, "AccessControlListNotSupported"},
		{"PUT /bkt/k", "new", []string{"X-Amz-Meta-Big", strings.Repeat("x", 2100)}, 400, "MetadataTooLarge"},
		{"PUT /bkt/k", "new", []string{"If-None-Match", "*"}, 412, "PreconditionFailed"},
		{"PUT /bkt/k", "new", []string{"If-Match", `"0"`}, 412, "PreconditionFailed"},
		{"PUT /bkt/absent", "new", []string{"If-Match", `"0"`}, 404, "NoSuchKey"},
		{"PUT /bkt/k", "new", []string{"X-Amz-Expected-Bucket-Owner", "999999999999"}, 403, "AccessDenied"},
		{"PUT /none/k", "new", []string{"X-Amz-Expected-Bucket-Owner", "999999999999"}, 404, "NoSuchBucket"},
		{"PUT /bkt/k", strings.Repeat("x", 101), nil, 400, "EntityTooLarge"},
		{"PUT /bkt/" + strings.Repeat("k", 1025), "", nil, 400, "KeyTooLongError"},
		{"PUT /bkt/%ff", "", nil, 400, "InvalidURI"},
		{"PUT /bkt/k", "", []string{"X-Amz-Copy-Source", "nowhere"}, 400, "InvalidArgument"},
		{"PUT /bkt/k?partNumber=0&uploadId=x", "", nil, 400, "InvalidArgument"},
		{"PUT /bkt/k?partNumber=1&uploadId=x", "", nil, 404, "NoSuchUpload"},
		{"PUT /UPPER", "", nil, 400, "InvalidBucketName"},
		{"PUT /127.0.0.1", "", nil, 400, "InvalidBucketName"},
		{"PUT /newbucket", "<Create", nil, 400, "MalformedXML"},
		{"POST /bkt?delete", "<Delete><Object><Key>k</Key></Object></Delete>", nil, 400, "InvalidRequest"},
		{"POST /bkt?delete", "<Delete>", []string{"Content-Md5", "A+cN1ICVx2tWWb1qLsBNTw=="}, 400, "BadDigest"},
		{"GET /bkt?list-type=2&continuation-token=!", "", nil, 400, "InvalidArgument"},
		{"GET /bkt?list-type=2&max-keys=-1", "", nil, 400, "InvalidArgument"},
		{"GET /bkt?list-type=3", "", nil, 400, "InvalidArgument"},
		{"GET /bkt?encoding-type=base64", "", nil, 400, "InvalidArgument"},
		{"GET /bkt?versions", "", nil, 501, "NotImplemented"},
		{"PUT /bkt?policy", "", nil, 501, "NotImplemented"},
		{"GET /bkt/k?torrent", "", nil, 501, "NotImplemented"},
		{"POST /", "", nil, 501, "NotImplemented"},
		{"DELETE /bkt", "", nil, 409, "BucketNotEmpty"},
	} {
		w := do(t, h, c.request, c.body, c.headers...)
		if w.Code != c.status || !strings.Contains(w.Body.String(), "<Code>"+c.code+"</Code>") {
			t.Errorf("%s %v = %d %s, want %d %s", c.request, c.headers, w.Code, w.Body, c.status, c.code)
		}
	}
	if got := do(t, h, "GET /bkt/k", "").Body.String(); got != "old" {
		t.Errorf("after the refusals the object is %q, want old", got)
	}
}

func TestHostStyles(t *testing.T) {
	t.Parallel()
	h := face(t, s3.Config{Domains: []string{"host.docker.internal"}})
	do(t, h, "PUT /bkt/a/b", "x")
	for host, path := range map[string]string{
		"bkt.localhost:8717": "/a/b", "bkt.s3.localhost": "/a/b", "bkt.s3.us-west-2.amazonaws.com": "/a/b", "bkt.s3-us-west-2.amazonaws.com": "/a/b",
		"bkt.host.docker.internal": "/a/b", "localhost:8717": "/bkt/a/b", "127.0.0.1:8717": "/bkt/a/b", "[::1]:8717": "/bkt/a/b",
		"s3.us-west-2.amazonaws.com": "/bkt/a/b", "s3.localhost": "/bkt/a/b", "host.docker.internal": "/bkt/a/b",
	} {
		if w := do(t, h, "GET "+path, "", "Host", host); w.Code != 200 {
			t.Errorf("%s%s = %d %s", host, path, w.Code, w.Body)
		}
	}
}

func TestHostileKeys(t *testing.T) {
	t.Parallel()
	h := face(t, s3.Config{})
	keys := []string{
		"../x", "..", ".", "/", "//", "/lead", "a//b", "a/./b", "a/../b", "trail/", "\x00", "nul\x00in", "new\nline", "cr\r", "tab\t", " ", "%2F", "a?b#c",
		"<&>\"'", strings.Repeat("語", 341), strings.Repeat("/", 1024), "\u2028", "\uFFFE", "emoji😀",
	}
	for _, key := range keys {
		target := "/bkt/" + strings.ReplaceAll(url.PathEscape(key), "%2F", "/")
		if w := do(t, h, "PUT "+target, key); w.Code != 200 {
			t.Errorf("put %q = %d %s", key, w.Code, w.Body)
		}
	}
	for _, key := range keys {
		target := "/bkt/" + strings.ReplaceAll(url.PathEscape(key), "%2F", "/")
		if w := do(t, h, "GET "+target, ""); w.Code != 200 || w.Body.String() != key {
			t.Errorf("get %q = %d %q", key, w.Code, w.Body)
		}
	}
	list := do(t, h, "GET /bkt?list-type=2&encoding-type=url", "").Body.String()
	for _, key := range keys {
		found := false
		for part := range strings.SplitSeq(list, "<Key>") {
			text, _, _ := strings.Cut(part, "</Key>")
			if got, err := url.PathUnescape(text); err == nil && got == key {
				found = true
			}
		}
		if !found {
			t.Errorf("%q is not listed", key)
		}
	}
}

func FuzzTokensAndXML(f *testing.F) {
	f.Add("2", "MWs", "10", "<Delete><Object><Key>k</Key></Object></Delete>")
	f.Add("", "!", "-1", "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>x</ETag></Part></CompleteMultipartUpload>")
	h := face(f, s3.Config{})
	do(f, h, "PUT /bkt/k", "x")
	f.Fuzz(func(t *testing.T, kind, token, most, body string) {
		q := url.Values{"list-type": {kind}, "continuation-token": {token}, "max-keys": {most}, "marker": {token}, "delimiter": {"/"}}
		for _, w := range []*httptest.ResponseRecorder{
			do(t, h, "GET /bkt?"+q.Encode(), ""),
			do(t, h, "GET /?"+url.Values{"continuation-token": {token}, "max-buckets": {most}}.Encode(), ""),
			do(t, h, "GET /bkt?uploads&"+url.Values{"key-marker": {token}, "max-uploads": {most}}.Encode(), ""),
			do(t, h, "POST /bkt/k?uploadId=x", body),
			do(t, h, "POST /bkt?delete", body, "X-Amz-Checksum-Crc32", "AAAAAA=="),
			do(t, h, "PUT /bkt", body),
		} {
			if w.Code >= 500 {
				t.Errorf("%d %s", w.Code, w.Body)
			}
		}
	})
}
