// Package s3 answers the S3 requests that training needs, with the objects of package object behind it: what SDKs, the
// SageMaker Python SDK, Airflow and a person with a command line send, in S3's shapes, codes and words.
//
// It is our own because the libraries that exist each miss one thing that is not negotiable here: that objects are plain
// files which a job's channels can share, that a body is never held in memory (multipart included), that uploads with
// ServerSideEncryption aws:kms are taken (the SageMaker SDK sends nothing else), and that the face is one [http.Handler]
// on a port it shares. johannesboyne/gofakes3 holds multipart uploads in memory, rclone/gofakes3 refuses aws:kms and ships
// a memory backend only, versitygw brings its own server and fails boto3's presigned links, MinIO's licence is AGPL.
//
// What it leaves out answers 501 NotImplemented: versions, access control, lifecycle, replication and all else that
// has no meaning on one machine. Questions about those that clients ask at will get the answer of a new bucket. Nothing is
// encrypted: encryption headers are kept and echoed.
//
// Signatures are the caller's business, see package sigv4; so are the Host checks. The region, account and request id come
// with [aws.With]. The path must arrive as the client sent it: a ServeMux would clean keys like "a//b".
package s3

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"github.com/sagefly/sagefly/engine/internal/aws"
	"github.com/sagefly/sagefly/engine/internal/object"
)

// Config of a face. The zero value works.
type Config struct {
	Account  string       // for requests whose context has no account; empty = 000000000000
	Region   string       // for requests whose context has no region; empty = us-east-1
	Domains  []string     // host names under which bucket.NAME means the bucket, besides localhost and s3.…
	MaxPut   int64        // most bytes of one put or part; 0 = 5 GiB
	MinPart  int64        // least bytes of a part but the last; 0 = 5 MiB
	Regional bool         // a bucket answers in its own region only; else the region of a signature does not matter
	Log      *slog.Logger // for errors of ours; nil = discarded
}

// Server is the face. It is safe for concurrent use.
type Server struct {
	objects *object.Store
	config  Config
	service map[string]operation
	bucket  map[string]operation
	object  map[string]operation
}

// New returns the face of a store.
func New(objects *object.Store, config Config) *Server {
	if config.Account == "" {
		config.Account = "000000000000"
	}
	if config.Region == "" {
		config.Region = "us-east-1"
	}
	if config.MaxPut == 0 {
		config.MaxPut = 5 << 30
	}
	if config.MinPart == 0 {
		config.MinPart = 5 << 20
	}
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{objects: objects, config: config}
	s.service, s.bucket, s.object = serviceOperations(), bucketOperations(), objectOperations()
	return s
}

// operation answers one kind of request. It has written nothing when it returns an error.
type operation func(*call) error

// call is one request under way.
type call struct {
	*Server
	ctx    context.Context //nolint:containedctx // the request's own
	w      http.ResponseWriter
	r      *http.Request
	req    aws.Request
	query  url.Values
	bucket string
	key    string
}

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	req := aws.From(r.Context())
	if req.Account == "" {
		req.Account = s.config.Account
	}
	if req.Region == "" {
		req.Region = s.config.Region
	}
	w.Header().Set("X-Amz-Request-Id", req.ID)
	c := &call{Server: s, ctx: r.Context(), w: w, r: r, req: req}
	if err := c.serve(); err != nil {
		if e := asError(err); e.Status >= 500 && e.Status != http.StatusNotImplemented {
			s.config.Log.ErrorContext(c.ctx, "s3 request failed", "method", r.Method, "bucket", c.bucket, "key", c.key, "error", err)
		}
		WriteError(w, r, err)
	}
}

func (c *call) serve() error {
	var err error
	if c.query, err = url.ParseQuery(c.r.URL.RawQuery); err != nil {
		return newError("InvalidURI", "Couldn't parse the specified URI.")
	}
	if c.bucket, c.key, err = c.target(); err != nil {
		return err
	}
	c.hoist()
	if err := c.checkRegion(); err != nil {
		return err
	}
	if err := c.checkOwner(c.bucket, "X-Amz-Expected-Bucket-Owner"); err != nil {
		return err
	}
	op := c.operation()
	if op == nil {
		return newError("NotImplemented", "A header or query you provided implies functionality that is not implemented")
	}
	return op(c)
}

// operation finds what the method and the sub-resource in the query ask for.
func (c *call) operation() operation {
	table, subs := c.Server.object, objectSubresources()
	switch {
	case c.bucket == "":
		table, subs = c.Server.service, nil
	case c.key == "":
		table, subs = c.Server.bucket, bucketSubresources()
	}
	for _, sub := range subs {
		if c.query.Has(sub) {
			return table[c.r.Method+" "+sub]
		}
	}
	return table[c.r.Method]
}

// hoist makes headers of the parameters that presigned links have in their place.
func (c *call) hoist() {
	if !c.query.Has("X-Amz-Signature") {
		return
	}
	for name, values := range c.query {
		lower := strings.ToLower(name)
		if !strings.HasPrefix(lower, "x-amz-") || c.r.Header.Get(name) != "" {
			continue
		}
		switch lower {
		case "x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-expires", "x-amz-signedheaders", "x-amz-signature", "x-amz-security-token":
		default:
			c.r.Header.Set(name, values[0])
		}
	}
}

// checkOwner compares the account that the client thinks owns a bucket with ours. A bucket that is not there is said first.
func (c *call) checkOwner(bucket, header string) error {
	owner := c.r.Header.Get(header)
	if owner == "" || owner == c.req.Account || bucket == "" {
		return nil
	}
	if _, err := c.objects.HeadBucket(c.ctx, bucket); err != nil {
		return err
	}
	return newError("AccessDenied", "Access Denied")
}
