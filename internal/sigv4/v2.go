package sigv4

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// verifyQueryV2 checks a presigned link of version 2: base64 of the HMAC-SHA1 of method, two headers, end time, x-amz
// headers and resource.
func verifyQueryV2(r *http.Request, a Auth, secret string) error {
	if !namesNoBucket(r.Host) {
		return fmt.Errorf("%w: a version 2 signature needs a path-style address", ErrMismatch)
	}
	h := hmac.New(sha1.New, []byte(secret))
	fmt.Fprintf(h, "%s\n%s\n%s\n%d\n%s%s", r.Method, r.Header.Get("Content-Md5"), r.Header.Get("Content-Type"), a.Until.Unix(),
		amzHeadersV2(r), resourceV2(r))
	if !hmac.Equal([]byte(base64.StdEncoding.EncodeToString(h.Sum(nil))), []byte(a.Signature)) {
		return ErrMismatch
	}
	return nil
}

// namesNoBucket holds for addresses and for names of one label.
func namesNoBucket(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	_, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil || !strings.Contains(host, ".")
}

func amzHeadersV2(r *http.Request) string {
	var lines []string
	for name := range r.Header {
		if name = strings.ToLower(name); strings.HasPrefix(name, "x-amz-") {
			lines = append(lines, name+":"+headerValue(r, name)+"\n")
		}
	}
	// The security token of a link is in the query, but it is signed as the header it stands for.
	if token := r.URL.Query().Get("x-amz-security-token"); token != "" && r.Header.Get("X-Amz-Security-Token") == "" {
		lines = append(lines, "x-amz-security-token:"+token+"\n")
	}
	slices.Sort(lines)
	return strings.Join(lines, "")
}

// resourceQuery are the query parameters that a version 2 signature covers.
func resourceQuery() []string {
	return []string{
		"accelerate", "acl", "analytics", "cors", "delete", "encryption", "inventory", "lifecycle", "location", "logging", "metrics",
		"notification", "object-lock", "partNumber", "policy", "replication", "requestPayment", "response-cache-control",
		"response-content-disposition", "response-content-encoding", "response-content-language", "response-content-type",
		"response-expires", "restore", "retention", "select", "select-type", "tagging", "torrent", "uploadId", "uploads",
		"versionId", "versioning", "versions", "website",
	}
}

func resourceV2(r *http.Request) string {
	q := r.URL.Query()
	var parts []string
	for _, name := range resourceQuery() {
		if !q.Has(name) {
			continue
		}
		if v := q.Get(name); v != "" {
			name += "=" + v
		}
		parts = append(parts, name)
	}
	if len(parts) == 0 {
		return r.URL.EscapedPath()
	}
	return r.URL.EscapedPath() + "?" + strings.Join(parts, "&")
}
