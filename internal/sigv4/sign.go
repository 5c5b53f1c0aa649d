package sigv4

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// Keys are what a client signs with.
type Keys struct {
	AccessKey string
	Secret    string
	Session   string // session token of temporary credentials; "" = none
}

// Sign signs a request without a body by a header, for the service and region of scope, of which nothing else is read. Host, r.URL
// and all headers that begin with X-Amz must be as they will be sent.
func Sign(r *http.Request, keys Keys, scope Scope, now time.Time) error {
	now = now.UTC().Truncate(time.Second)
	if r.Host == "" {
		r.Host = r.URL.Host
	}
	payload := hashHex("")
	r.Header.Set("X-Amz-Date", now.Format(timeFormat))
	r.Header.Set(payloadHeader, payload)
	if keys.Session != "" {
		r.Header.Set("X-Amz-Security-Token", keys.Session)
	}
	scope.AccessKey, scope.Date = keys.AccessKey, now.Format("20060102")
	a := Auth{Scope: scope, Form: Header, SignedHeaders: signedHeaders(r.Header), Time: now}
	text, err := canonical(r, a, payload)
	if err != nil {
		return err
	}
	s := newSigner(a, keys.Secret)
	r.Header.Set("Authorization", algorithm+" Credential="+keys.AccessKey+"/"+s.scope+
		", SignedHeaders="+strings.Join(a.SignedHeaders, ";")+", Signature="+s.sign(algorithm, hashHex(text)))
	return nil
}

// signedHeaders are those that change what a request means.
func signedHeaders(h http.Header) []string {
	names := []string{"host"}
	for name := range h {
		if name = strings.ToLower(name); strings.HasPrefix(name, "x-amz-") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// EscapePath is a path as S3 signs it and [Sign] expects to find it in a request's URL.
func EscapePath(path string) string { return encode(path, true) }
