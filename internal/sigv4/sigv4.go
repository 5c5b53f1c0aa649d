// Package sigv4 is AWS request signatures, mostly the server's half: it reads which service and region a request is for,
// verifies the signature when the key is known, and takes the aws-chunked framing off signed bodies. [Sign] is as much of a
// client's half as a small program without the SDK needs.
//
// Which form a client uses depends on the client: SDKs sign a header, presigned links sign the query, and boto3's presigned
// S3 links still use version 2 unless told otherwise. [Parse] reads all of them, [Verify] checks them, [Body] gives what
// was sent.
package sigv4

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Why a request is not accepted, wrapped with details that are fit for the client.
var (
	ErrUnsigned   = errors.New("the request is not signed")
	ErrMalformed  = errors.New("the signature is malformed")
	ErrUnknownKey = errors.New("the access key is not known")
	ErrMismatch   = errors.New("the signature does not match") // of the request, or of a chunk of its body
	ErrSkewed     = errors.New("the difference between the request time and the current time is too large")
	ErrExpired    = errors.New("the request has expired")
	ErrNotSigned  = errors.New("a header is not signed that must be")
	ErrPayload    = errors.New("the body does not have the hash that was signed")
	ErrFraming    = errors.New("the aws-chunked framing is malformed")
	ErrIncomplete = errors.New("the body does not have the announced length")
)

// Scope is what a signature is good for.
type Scope struct {
	AccessKey string
	Date      string // YYYYMMDD; empty for version 2
	Region    string // empty for version 2
	Service   string // lower case, as the client signed it: s3, sagemaker, logs, …
}

// Form is where the signature is and of which version.
type Form int

// The forms of signatures.
const (
	Header    Form = iota // Authorization: AWS4-HMAC-SHA256 …
	Query                 // X-Amz-Signature in the query: a presigned link
	HeaderV2              // Authorization: AWS key:signature
	QueryV2               // AWSAccessKeyId and Signature in the query
	algorithm = "AWS4-HMAC-SHA256"
)

// Auth is a request's signature, read but not verified.
type Auth struct {
	Scope
	Form          Form
	SignedHeaders []string      // lower case; nil for version 2
	Signature     string        // lower-case hex; base64 for version 2
	Time          time.Time     // when it was signed; zero for version 2
	Expires       time.Duration // Query only: how long the link is good from Time on
	Until         time.Time     // QueryV2 only: when the link ends
}

// Parse reads a request's signature. Errors: [ErrUnsigned] when there is none, [ErrMalformed]. A version 2 signature
// counts as one for S3, the only service that still takes it.
func Parse(r *http.Request) (Auth, error) {
	if h := r.Header.Get("Authorization"); h != "" {
		return parseHeader(h, r.Header)
	}
	if !strings.Contains(r.URL.RawQuery, "X-Amz-") && !strings.Contains(r.URL.RawQuery, "Signature") {
		return Auth{}, ErrUnsigned
	}
	q, err := url.ParseQuery(r.URL.RawQuery)
	switch {
	case err != nil:
		return Auth{}, fmt.Errorf("%w: %w", ErrMalformed, err)
	case q.Has("X-Amz-Credential") || q.Has("X-Amz-Signature"):
		return parseQuery(q)
	case q.Has("AWSAccessKeyId") && q.Has("Signature"):
		return parseQueryV2(q)
	}
	return Auth{}, ErrUnsigned
}

func parseHeader(h string, header http.Header) (Auth, error) {
	scheme, rest, _ := strings.Cut(h, " ")
	switch scheme {
	case algorithm:
	case "AWS":
		key, sig, ok := strings.Cut(strings.TrimSpace(rest), ":")
		if !ok || key == "" || sig == "" {
			return Auth{}, fmt.Errorf("%w: want AWS key:signature", ErrMalformed)
		}
		return Auth{Scope: Scope{AccessKey: key, Service: "s3"}, Form: HeaderV2, Signature: sig}, nil
	default:
		return Auth{}, fmt.Errorf("%w: the scheme of the Authorization header is not %s", ErrMalformed, algorithm)
	}
	fields := map[string]string{}
	for part := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		fields[name] = value
	}
	a := Auth{Form: Header}
	if err := a.fill(fields["Credential"], fields["SignedHeaders"], fields["Signature"]); err != nil {
		return Auth{}, err
	}
	var err error
	if d := header.Get("X-Amz-Date"); d != "" {
		a.Time, err = time.Parse(timeFormat, d)
	} else {
		a.Time, err = http.ParseTime(header.Get("Date"))
	}
	return a, a.checkTime(err)
}

func parseQuery(q url.Values) (Auth, error) {
	if got := q.Get("X-Amz-Algorithm"); got != algorithm {
		return Auth{}, fmt.Errorf("%w: X-Amz-Algorithm is %q, want %s", ErrMalformed, got, algorithm)
	}
	a := Auth{Form: Query}
	if err := a.fill(q.Get("X-Amz-Credential"), q.Get("X-Amz-SignedHeaders"), q.Get("X-Amz-Signature")); err != nil {
		return Auth{}, err
	}
	seconds, err := strconv.Atoi(q.Get("X-Amz-Expires"))
	if err != nil || seconds < 0 || seconds > 7*24*3600 {
		return Auth{}, fmt.Errorf("%w: X-Amz-Expires is %q, want seconds up to a week", ErrMalformed, q.Get("X-Amz-Expires"))
	}
	a.Expires = time.Duration(seconds) * time.Second
	a.Time, err = time.Parse(timeFormat, q.Get("X-Amz-Date"))
	return a, a.checkTime(err)
}

func parseQueryV2(q url.Values) (Auth, error) {
	seconds, err := strconv.ParseInt(q.Get("Expires"), 10, 64)
	if err != nil {
		return Auth{}, fmt.Errorf("%w: Expires is %q, want unix seconds", ErrMalformed, q.Get("Expires"))
	}
	return Auth{
		Scope: Scope{AccessKey: q.Get("AWSAccessKeyId"), Service: "s3"}, Form: QueryV2,
		Signature: q.Get("Signature"), Until: time.Unix(seconds, 0),
	}, nil
}

// timeFormat is ISO 8601 without punctuation.
const timeFormat = "20060102T150405Z"

func (a *Auth) fill(credential, signed, signature string) error {
	// An access key may hold slashes in theory, the other parts cannot.
	parts := strings.Split(credential, "/")
	n := len(parts)
	if n < 5 || parts[n-1] != "aws4_request" || slices.Contains(parts, "") {
		return fmt.Errorf("%w: the credential is %q, want key/date/region/service/aws4_request", ErrMalformed, credential)
	}
	a.Scope = Scope{AccessKey: strings.Join(parts[:n-4], "/"), Date: parts[n-4], Region: parts[n-3], Service: parts[n-2]}
	if signed == "" || signed != strings.ToLower(signed) {
		return fmt.Errorf("%w: SignedHeaders is %q, want lower-case names", ErrMalformed, signed)
	}
	if len(signature) != 64 || strings.Trim(signature, "0123456789abcdef") != "" {
		return fmt.Errorf("%w: the signature is not 64 hexadecimal digits", ErrMalformed)
	}
	a.SignedHeaders, a.Signature = strings.Split(signed, ";"), signature
	return nil
}

func (a *Auth) checkTime(err error) error {
	if err != nil {
		return fmt.Errorf("%w: no valid date: %w", ErrMalformed, err)
	}
	if a.Time.UTC().Format("20060102") != a.Date {
		return fmt.Errorf("%w: the credential's date %s is not that of the request, %s", ErrMalformed, a.Date, a.Time.UTC().Format(timeFormat))
	}
	return nil
}
