package sigv4_test

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sagefly/sagefly/internal/sigv4"
)

const (
	suiteKey  = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
	suiteHead = "Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders="
)

func request(t testing.TB, text string) *http.Request {
	t.Helper()
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(strings.ReplaceAll(text, "\n", "\r\n"))))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func keyring(id, secret string) func(string) (string, bool) {
	return func(k string) (string, bool) { return secret, k == id }
}

// The requests and signatures are those of AWS's Signature Version 4 test suite.
func TestPublishedSuite(t *testing.T) {
	t.Parallel()
	now := time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC)
	const date = "\nX-Amz-Date:20150830T123600Z\n"
	for name, text := range map[string]string{
		"get-vanilla": "GET / HTTP/1.1\nHost:example.amazonaws.com\n" + suiteHead +
			"host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31" + date + "\n",
		"get-vanilla-query-order-encoded": "GET /?Param-3=Value3&Param=Value2&%E1%88%B4=Value1 HTTP/1.1\nHost:example.amazonaws.com\n" + suiteHead +
			"host;x-amz-date, Signature=371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac" + date + "\n",
		"get-header-value-trim": "GET / HTTP/1.1\nHost:example.amazonaws.com\nMy-Header1: value1\nMy-Header2: \"a   b   c\"\n" + suiteHead +
			"host;my-header1;my-header2;x-amz-date, Signature=acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736" + date + "\n",
		"get-header-key-duplicate": "GET / HTTP/1.1\nHost:example.amazonaws.com\nMy-Header1:value2\nMy-Header1:value2\nMy-Header1:value1\n" + suiteHead +
			"host;my-header1;x-amz-date, Signature=c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea" + date + "\n",
		"get-slash-pointless-dot-normalized": "GET /./example HTTP/1.1\nHost:example.amazonaws.com\n" + suiteHead +
			"host;x-amz-date, Signature=ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5" + date + "\n",
		"get-vanilla-query-unreserved": "GET /?-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz=-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz HTTP/1.1\nHost:example.amazonaws.com\n" + suiteHead +
			"host;x-amz-date, Signature=9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197" + date + "\n",
		"get-vanilla-with-session-token": "GET / HTTP/1.1\nHost:example.amazonaws.com\n" + suiteHead +
			"host;x-amz-date;x-amz-security-token, Signature=07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8" + date +
			"X-Amz-Security-Token:6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267\n\n",
		"post-x-www-form-urlencoded": "POST / HTTP/1.1\nContent-Type:application/x-www-form-urlencoded\nHost:example.amazonaws.com\nContent-Length:13\n" +
			"x-amz-content-sha256:9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e\n" + suiteHead +
			"content-length;content-type;host;x-amz-content-sha256;x-amz-date, Signature=d3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b" + date +
			"\nParam1=value1",
		"get-vanilla-query-order-encoded in the query": "GET /?Param-3=Value3&Param=Value2&%E1%88%B4=Value1&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fservice%2Faws4_request&X-Amz-Date=20150830T123600Z&X-Amz-SignedHeaders=host&X-Amz-Expires=3600&X-Amz-Signature=c5f1848ceec943ac2ca68ee720460c23aaae30a2300586597ada94c4a65e4787 HTTP/1.1\nHost:example.amazonaws.com" + date + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := sigv4.Verify(request(t, text), keyring("AKIDEXAMPLE", suiteKey), now)
			if err != nil {
				t.Fatal(err)
			}
			want := sigv4.Scope{AccessKey: "AKIDEXAMPLE", Date: "20150830", Region: "us-east-1", Service: "service"}
			if p.Scope != want {
				t.Errorf("scope = %+v, want %+v", p.Scope, want)
			}
			if _, err := sigv4.Verify(request(t, text), keyring("AKIDEXAMPLE", "other"), now); !errors.Is(err, sigv4.ErrMismatch) {
				t.Errorf("with another secret: %v", err)
			}
			if _, err := sigv4.Verify(request(t, text), keyring("x", suiteKey), now); !errors.Is(err, sigv4.ErrUnknownKey) {
				t.Errorf("with an unknown key: %v", err)
			}
			changed := strings.Replace(text, " / ", " /x ", 1)
			changed = strings.Replace(changed, "Param-3", "Param-4", 1)
			changed = strings.Replace(changed, "/./example", "/exemple", 1)
			changed = strings.Replace(changed, "?-._", "?_.-", 1)
			if _, err := sigv4.Verify(request(t, changed), keyring("AKIDEXAMPLE", suiteKey), now); !errors.Is(err, sigv4.ErrMismatch) {
				t.Errorf("with another path or query: %v", err)
			}
		})
	}
}

func TestBodyOfOtherServicesIsCheckedAndKept(t *testing.T) {
	t.Parallel()
	now := time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC)
	text := "POST / HTTP/1.1\nContent-Type:application/x-www-form-urlencoded\nHost:example.amazonaws.com\nContent-Length:13\n" +
		"x-amz-content-sha256:9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e\n" + suiteHead +
		"content-length;content-type;host;x-amz-content-sha256;x-amz-date, Signature=d3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b\nX-Amz-Date:20150830T123600Z\n\n"
	r := request(t, text+"Param1=value1")
	if _, err := sigv4.Verify(r, keyring("AKIDEXAMPLE", suiteKey), now); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r.Body); err != nil || string(got) != "Param1=value1" {
		t.Errorf("body = %q, %v", got, err)
	}
	if _, err := sigv4.Verify(request(t, text+"Param1=value2"), keyring("AKIDEXAMPLE", suiteKey), now); !errors.Is(err, sigv4.ErrPayload) {
		t.Errorf("another body: %v", err)
	}
}

// The requests are the examples of the Amazon S3 API reference, "Signature calculations for the Authorization header"
// (chunked uploads, with and without trailing headers) and "Authenticating requests: using query parameters".
const (
	docKey   = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
	docChunk = "PUT /examplebucket/chunkObject.txt HTTP/1.1\nHost: s3.amazonaws.com\nx-amz-date: 20130524T000000Z\nx-amz-storage-class: REDUCED_REDUNDANCY\n" +
		"Authorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders="
	docSigned = docChunk + "content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class," +
		"Signature=4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9\n" +
		"x-amz-content-sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD\nContent-Encoding: aws-chunked\nx-amz-decoded-content-length: 66560\nContent-Length: 66824\n\n"
	docTrailer = docChunk + "content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class;x-amz-trailer," +
		"Signature=106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e\n" +
		"x-amz-content-sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER\nContent-Encoding: aws-chunked\nx-amz-decoded-content-length: 66560\nx-amz-trailer: x-amz-checksum-crc32c\nTransfer-Encoding: chunked\n\n"
)

func docChunks(signatures ...string) string {
	a := strings.Repeat("a", 65536)
	return "10000;chunk-signature=" + signatures[0] + "\n" + a + "\n400;chunk-signature=" + signatures[1] + "\n" + a[:1024] +
		"\n0;chunk-signature=" + signatures[2] + "\n"
}

func signedBody() string {
	return docChunks("ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
		"0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497", "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9") + "\n"
}

func trailerBody() string {
	return docChunks("b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
		"1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7", "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992") +
		"x-amz-checksum-crc32c:sOO8/Q==\nx-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\n\n"
}

// send verifies the head and returns the request with the body, whose line ends become CRLF.
func send(t *testing.T, head, body string) (*sigv4.Payload, error) {
	t.Helper()
	r := request(t, head)
	r.Body = io.NopCloser(strings.NewReader(strings.ReplaceAll(body, "\n", "\r\n")))
	p, err := sigv4.Verify(r, keyring("AKIAIOSFODNN7EXAMPLE", docKey), time.Date(2013, 5, 24, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	payload, err := sigv4.Body(r.WithContext(p.With(t.Context())))
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(payload)
	if err == nil && string(got) != strings.Repeat("a", 66560) {
		t.Errorf("content of %d bytes is not 66560 times a", len(got))
	}
	return payload, err
}

func TestChunksOfTheManual(t *testing.T) {
	t.Parallel()
	if _, err := send(t, docSigned, signedBody()); err != nil {
		t.Errorf("signed chunks: %v", err)
	}
	p, err := send(t, docTrailer, trailerBody())
	if err != nil {
		t.Fatalf("signed trailer: %v", err)
	}
	if got := p.Trailer.Get("x-amz-checksum-crc32c"); got != "sOO8/Q==" {
		t.Errorf("trailer = %q", got)
	}
}

func TestForgedChunks(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		head, body, old, new string
		want                 error
	}{
		"data":          {docSigned, signedBody(), "aaa\n400", "aab\n400", sigv4.ErrMismatch},
		"end dropped":   {docSigned, signedBody(), "0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\n\n", "", sigv4.ErrIncomplete},
		"no signature":  {docSigned, signedBody(), ";chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497", "", sigv4.ErrMismatch},
		"last":          {docSigned, signedBody(), "0;chunk-signature=b6", "0;chunk-signature=b7", sigv4.ErrMismatch},
		"trailer":       {docTrailer, trailerBody(), "sOO8/Q==", "sOO9/Q==", sigv4.ErrMismatch},
		"trailer added": {docTrailer, trailerBody(), "x-amz-trailer-sig", "x-amz-meta-a:b\nx-amz-trailer-sig", sigv4.ErrMismatch},
		"trailer gone":  {docTrailer, trailerBody(), "x-amz-checksum-crc32c:sOO8/Q==\n", "", sigv4.ErrMismatch},
		"too long":      {docSigned, signedBody(), "400;", "40000;", sigv4.ErrIncomplete},
		"size":          {docSigned, signedBody(), "10000;", "-10000;", sigv4.ErrFraming},
		"longer line":   {docSigned, signedBody(), "10000;", "ffff;", sigv4.ErrFraming},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			forged := strings.Replace(c.body, c.old, c.new, 1)
			if forged == c.body {
				t.Fatal("nothing was forged")
			}
			if _, err := send(t, c.head, forged); !errors.Is(err, c.want) {
				t.Errorf("err = %v, want %v", err, c.want)
			}
		})
	}
}

func TestPresignedLinkOfTheManual(t *testing.T) {
	t.Parallel()
	const link = "GET /test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404 HTTP/1.1\nHost: examplebucket.s3.amazonaws.com\n\n"
	signed := time.Date(2013, 5, 24, 0, 0, 0, 0, time.UTC)
	for after, want := range map[time.Duration]error{0: nil, 24 * time.Hour: nil, 24*time.Hour + 1: sigv4.ErrExpired, -14 * time.Minute: nil, -16 * time.Minute: sigv4.ErrSkewed} {
		if _, err := sigv4.Verify(request(t, link), keyring("AKIAIOSFODNN7EXAMPLE", docKey), signed.Add(after)); !errors.Is(err, want) {
			t.Errorf("%v after signing: %v, want %v", after, err, want)
		}
	}
	extra := strings.Replace(link, "\n\n", "\nX-Amz-Acl: public-read\n\n", 1)
	if _, err := sigv4.Verify(request(t, extra), keyring("AKIAIOSFODNN7EXAMPLE", docKey), signed); !errors.Is(err, sigv4.ErrNotSigned) {
		t.Errorf("with an unsigned header: %v", err)
	}
}
