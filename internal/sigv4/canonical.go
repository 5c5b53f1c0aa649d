package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
)

// canonical is the text of a request that is signed.
func canonical(r *http.Request, a Auth, payload string) (string, error) {
	query, err := canonicalQuery(r.URL.RawQuery)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\n%s\n", r.Method, canonicalPath(r.URL, a.Service), query)
	for _, name := range a.SignedHeaders {
		fmt.Fprintf(&b, "%s:%s\n", name, headerValue(r, name))
	}
	fmt.Fprintf(&b, "\n%s\n%s", strings.Join(a.SignedHeaders, ";"), payload)
	return b.String(), nil
}

// canonicalPath follows the two rules of AWS: S3 signs the path encoded once and as it is, since "//" and ".." may be
// part of a key; every other service signs the cleaned path as sent, encoded once more.
func canonicalPath(u *url.URL, service string) string {
	if service == "s3" {
		return encode(u.Path, true)
	}
	sent := u.EscapedPath()
	clean := path.Clean("/" + sent)
	if strings.HasSuffix(sent, "/") && clean != "/" {
		clean += "/"
	}
	return encode(clean, true)
}

// canonicalQuery sorts by name, then by value, both encoded, and leaves the signature itself out.
func canonicalQuery(raw string) (string, error) {
	var pairs [][2]string
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		k, v, _ := strings.Cut(part, "=")
		name, err := url.QueryUnescape(k)
		if err != nil {
			return "", fmt.Errorf("%w: query: %w", ErrMalformed, err)
		}
		value, err := url.QueryUnescape(v)
		if err != nil {
			return "", fmt.Errorf("%w: query: %w", ErrMalformed, err)
		}
		if name != "X-Amz-Signature" {
			pairs = append(pairs, [2]string{encode(name, false), encode(value, false)})
		}
	}
	slices.SortFunc(pairs, func(a, b [2]string) int { return slices.Compare(a[:], b[:]) })
	var b strings.Builder
	for i, p := range pairs {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(p[0] + "=" + p[1])
	}
	return b.String(), nil
}

// encode percent-encodes all but unreserved characters and, where told, slashes.
func encode(s string, keepSlash bool) string {
	const hexDigits = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("-._~", c) >= 0, c == '/' && keepSlash:
			b.WriteByte(c)
		default:
			b.Write([]byte{'%', hexDigits[c>>4], hexDigits[c&15]})
		}
	}
	return b.String()
}

// headerValue is a header as it is signed. The server's HTTP layer took Host out of the headers.
func headerValue(r *http.Request, name string) string {
	if name == "host" {
		return r.Host
	}
	values := r.Header.Values(name)
	if len(values) == 0 && name == "content-length" && r.ContentLength >= 0 {
		return strconv.FormatInt(r.ContentLength, 10)
	}
	trimmed := make([]string, len(values))
	for i, v := range values {
		trimmed[i] = strings.Join(strings.FieldsFunc(v, func(c rune) bool { return c == ' ' }), " ")
	}
	return strings.Join(trimmed, ",")
}

// signer makes signatures with one day's, region's and service's key.
type signer struct {
	key   []byte
	time  string // of the request
	scope string
}

func newSigner(a Auth, secret string) signer {
	key := mac([]byte("AWS4"+secret), a.Date)
	for _, part := range []string{a.Region, a.Service, "aws4_request"} {
		key = mac(key, part)
	}
	return signer{key: key, time: a.Time.UTC().Format(timeFormat), scope: a.Date + "/" + a.Region + "/" + a.Service + "/aws4_request"}
}

// sign makes the signature of kind over lines.
func (s signer) sign(kind string, lines ...string) string {
	return hex.EncodeToString(mac(s.key, kind+"\n"+s.time+"\n"+s.scope+"\n"+strings.Join(lines, "\n")))
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

func hashHex(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
