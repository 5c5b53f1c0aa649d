// Package upload brings local files to a bucket, each content once:
//
//	bucket := &upload.Bucket{S3: client, Name: "my-bucket", Region: "us-east-1"}
//	uri, err := bucket.Path(ctx, "./data") // s3://my-bucket/sagefly/sha256/HASH/
//
// HASH is over the list of files with their sizes and hashes. The object sagefly/sha256/HASH.json holds that list; it is
// written when all files are there, beside the prefix and not below it, so that it is no part of a channel. When it exists,
// nothing is sent.
package upload

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// Prefix is where uploads go in a bucket.
const Prefix = "sagefly/sha256/"

// Bucket is where files go. Its methods are safe for concurrent use.
type Bucket struct {
	S3     *s3.Client
	Name   string
	Region string // where it is made when it is missing; "" = the client's

	// Progress is told after each file that was sent, one call at a time; nil = nobody.
	Progress func(Progress)

	mu     sync.Mutex
	exists bool
}

// Progress is how far the upload of one path is.
type Progress struct {
	Path  string // as it was given to [Bucket.Path]
	Files int    // sent
	Of    int    // in all
	Bytes int64  // sent
	Total int64  // in all
}

// Client is an S3 client for a target. Endpoints other than AWS's own have no host name for each bucket, so they
// are addressed by path.
func Client(config aws.Config) *s3.Client {
	return s3.NewFromConfig(config, func(o *s3.Options) { o.UsePathStyle = o.BaseEndpoint != nil })
}

// Pending is an upload before it is made: its address is known, for it follows from the content.
type Pending struct {
	URI  string
	send func(context.Context) error
}

// Send makes the upload, unless its content is there.
func (p Pending) Send(ctx context.Context) error { return p.send(ctx) }

// Plan hashes a file or everything below a folder. Its address is s3://BUCKET/sagefly/sha256/HASH/NAME for a file, with a "/" at the end for a
// folder. Symbolic links to files are followed, those to folders are an error, as are a folder without files and, at the latest when it is
// sent, a file that changes meanwhile.
func (b *Bucket) Plan(ctx context.Context, path string) (Pending, error) {
	list, err := scan(ctx, path)
	if err != nil {
		return Pending{}, fmt.Errorf("upload %s: %w", path, err)
	}
	return b.pending(list), nil
}

// PlanBytes is the upload of data as a file of that name.
func (b *Bucket) PlanBytes(name string, data []byte) Pending { return b.pending(ofBytes(name, data)) }

func (b *Bucket) pending(l *listing) Pending {
	return Pending{URI: b.address(l), send: func(ctx context.Context) error {
		if err := b.once(ctx, l); err != nil {
			return fmt.Errorf("upload %s: %w", l.given, err)
		}
		return nil
	}}
}

// Path is Plan and Send.
func (b *Bucket) Path(ctx context.Context, path string) (uri string, err error) {
	p, err := b.Plan(ctx, path)
	if err != nil {
		return "", err
	}
	return p.URI, p.Send(ctx)
}

func (b *Bucket) address(l *listing) string {
	uri := "s3://" + b.Name + "/" + l.prefix()
	if l.single {
		uri += l.files[0].Path
	}
	return uri
}

// once sends the files unless the marker says that they are there.
func (b *Bucket) once(ctx context.Context, l *listing) error {
	there, err := b.has(ctx, l.marker())
	if err != nil || there {
		return err
	}
	return b.sendAll(ctx, l)
}

// sendAll sends the files and then the marker.
func (b *Bucket) sendAll(ctx context.Context, l *listing) error {
	if err := b.Ensure(ctx); err != nil {
		return err
	}
	if err := b.send(ctx, l); err != nil {
		return err
	}
	return b.putMarker(ctx, l)
}

// has looks for an object. Without permission to list, S3 says "forbidden" for what is missing; then it is sent again.
func (b *Bucket) has(ctx context.Context, key string) (bool, error) {
	_, err := b.S3.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &b.Name, Key: &key})
	switch status(err) {
	case 0:
		return true, nil
	case http.StatusNotFound, http.StatusForbidden:
		return false, nil
	}
	return false, err
}

// status is the HTTP status of an answer that is an error; 0 for nil, -1 when there was no answer.
func status(err error) int {
	if err == nil {
		return 0
	}
	if response, ok := errors.AsType[*awshttp.ResponseError](err); ok {
		return response.HTTPStatusCode()
	}
	return -1
}
