package sigv4

import (
	"bytes"
	"context"
	"crypto/hmac"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

const (
	unsignedPayload = "UNSIGNED-PAYLOAD"
	payloadHeader   = "X-Amz-Content-Sha256"
	// maxBody bounds what Verify holds in memory for services whose signature covers the body's hash without saying
	// it. No request to them is near it.
	maxBody = 64 << 20
)

// Proof says that a request's signature was verified. With [Proof.With] it also lets [Body] verify the signatures inside
// an aws-chunked body.
type Proof struct {
	Auth
	signer signer
}

type proofKey struct{}

// With returns a context that carries the proof to [Body].
func (p Proof) With(ctx context.Context) context.Context {
	return context.WithValue(ctx, proofKey{}, p)
}

// Verify checks a request's signature at the time now, with the secret of its access key. For S3 the body is checked later,
// by [Body]. For all other services the signature covers the body, so Verify reads it whole and puts it back as r.Body;
// bound it before, with [http.MaxBytesReader].
//
// A header may be 5 minutes off, one for S3 15 minutes; links end when they say. Version 2 is verified for links on
// path-style addresses only, because it does not cover the host, which names the bucket otherwise.
func Verify(r *http.Request, secret func(accessKey string) (string, bool), now time.Time) (Proof, error) {
	a, err := Parse(r)
	if err != nil {
		return Proof{}, err
	}
	key, ok := secret(a.AccessKey)
	if !ok {
		return Proof{}, fmt.Errorf("%w: %s", ErrUnknownKey, a.AccessKey)
	}
	if err := a.current(now); err != nil {
		return Proof{}, err
	}
	switch a.Form {
	case QueryV2:
		return Proof{Auth: a}, verifyQueryV2(r, a, key)
	case HeaderV2:
		return Proof{}, fmt.Errorf("%w: a version 2 signature in a header is not supported, use version 4", ErrMalformed)
	}
	if err := a.covers(r); err != nil {
		return Proof{}, err
	}
	payload, err := payloadHash(r, a)
	if err != nil {
		return Proof{}, err
	}
	text, err := canonical(r, a, payload)
	if err != nil {
		return Proof{}, err
	}
	s := newSigner(a, key)
	if !hmac.Equal([]byte(s.sign(algorithm, hashHex(text))), []byte(a.Signature)) {
		return Proof{}, ErrMismatch
	}
	return Proof{Auth: a, signer: s}, nil
}

func (a Auth) current(now time.Time) error {
	skew := 5 * time.Minute
	if a.Service == "s3" {
		skew = 15 * time.Minute
	}
	switch {
	case a.Form == Header && a.Time.Sub(now).Abs() > skew, a.Form == Query && a.Time.Sub(now) > skew:
		return fmt.Errorf("%w: %s, it is %s", ErrSkewed, a.Time.UTC().Format(timeFormat), now.UTC().Format(timeFormat))
	case a.Form == Query && now.After(a.Time.Add(a.Expires)):
		return fmt.Errorf("%w on %s", ErrExpired, a.Time.Add(a.Expires).UTC().Format(timeFormat))
	case a.Form == QueryV2 && now.After(a.Until):
		return fmt.Errorf("%w on %s", ErrExpired, a.Until.UTC().Format(timeFormat))
	}
	return nil
}

// covers checks that nobody between client and server could have added what changes the request's meaning.
func (a Auth) covers(r *http.Request) error {
	if !slices.Contains(a.SignedHeaders, "host") {
		return fmt.Errorf("%w: host", ErrNotSigned)
	}
	for name := range r.Header {
		name = strings.ToLower(name)
		if a.Form == Query && (name == "x-amz-date" || name == "x-amz-content-sha256") {
			continue // the query has its own date; an unsigned hash is not used
		}
		if strings.HasPrefix(name, "x-amz-") && !slices.Contains(a.SignedHeaders, name) {
			return fmt.Errorf("%w: %s", ErrNotSigned, name)
		}
	}
	return nil
}

// payloadHash is the last line of the canonical request.
func payloadHash(r *http.Request, a Auth) (string, error) {
	said := r.Header.Get(payloadHeader)
	if a.Service == "s3" {
		switch {
		case a.Form == Query && !slices.Contains(a.SignedHeaders, strings.ToLower(payloadHeader)):
			return unsignedPayload, nil
		case said == "":
			return "", fmt.Errorf("%w: the header %s is missing", ErrMalformed, payloadHeader)
		}
		return said, nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return "", fmt.Errorf("read body: %w", err)
	}
	if len(body) > maxBody {
		return "", fmt.Errorf("%w: it is longer than %d bytes", ErrPayload, maxBody)
	}
	r.Body = struct {
		io.Reader
		io.Closer
	}{bytes.NewReader(body), r.Body}
	hash := hashHex(string(body))
	if said != "" && said != unsignedPayload && said != hash {
		return "", ErrPayload
	}
	if said == unsignedPayload {
		return said, nil
	}
	return hash, nil
}
