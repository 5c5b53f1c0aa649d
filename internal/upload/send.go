package upload

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"sync"

	"github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// errChanged is the cause when a file is not the one that was hashed.
var errChanged = errors.New("the file changed while it was read")

const (
	senders  = 4       // files at the same time
	parts    = 4       // of one large file at the same time
	partSize = 8 << 20 // bytes; what S3 takes in 10,000 parts grows it
)

// send puts all files below the prefix. The first error ends it.
func (b *Bucket) send(ctx context.Context, l *listing) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	manager := transfermanager.New(b.S3, func(o *transfermanager.Options) { o.Concurrency, o.PartSizeBytes = parts, partSize })
	report := b.reporter(l)
	next := make(chan file)
	var workers sync.WaitGroup
	for range min(senders, len(l.files)) {
		workers.Go(func() {
			for f := range next {
				if err := b.sendFile(ctx, manager, l.prefix(), f); err != nil {
					stop(err)
					continue // the rest is drained
				}
				report(f)
			}
		})
	}
	for _, f := range l.files {
		next <- f
	}
	close(next)
	workers.Wait()
	return context.Cause(ctx)
}

func (b *Bucket) sendFile(ctx context.Context, manager *transfermanager.Client, prefix string, f file) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	content, err := f.open()
	if err != nil {
		return plain(err)
	}
	defer content.Close()
	key := prefix + f.Path
	body := &verified{Reader: content, hash: sha256.New(), want: f.SHA256}
	in := &transfermanager.UploadObjectInput{Bucket: &b.Name, Key: &key, Body: body}
	if f.Size > 0 {
		in.ContentLength = &f.Size
	}
	if _, err = manager.UploadObject(ctx, in); errors.Is(err, errChanged) || body.changed {
		return &fileError{f.Path, errChanged}
	}
	return err
}

func (b *Bucket) putMarker(ctx context.Context, l *listing) error {
	key, kind := l.marker(), "application/json"
	_, err := b.S3.PutObject(ctx, &s3.PutObjectInput{Bucket: &b.Name, Key: &key, ContentType: &kind, Body: bytes.NewReader(l.manifest())})
	return err
}

func (b *Bucket) reporter(l *listing) func(file) {
	if b.Progress == nil {
		return func(file) {}
	}
	var mu sync.Mutex
	p := Progress{Path: l.given, Of: len(l.files), Total: l.total}
	return func(f file) {
		mu.Lock()
		defer mu.Unlock()
		p.Files++
		p.Bytes += f.Size
		b.Progress(p)
	}
}

// verified ends in errChanged instead of io.EOF when what was read is not what was hashed before. Since an upload is complete
// only after its end, nothing wrong gets under a right address.
type verified struct {
	io.Reader
	hash    hash.Hash
	want    string
	changed bool
}

func (v *verified) Read(p []byte) (int, error) {
	n, err := v.Reader.Read(p)
	v.hash.Write(p[:n])
	if errors.Is(err, io.EOF) && hex.EncodeToString(v.hash.Sum(nil)) != v.want {
		v.changed = true
		return n, errChanged
	}
	return n, err
}

type fileError struct {
	path string
	err  error
}

func (e *fileError) Error() string { return e.path + ": " + e.err.Error() }
func (e *fileError) Unwrap() error { return e.err }
