package object

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"time"
)

// PutOptions are what a put may ask for. The zero value stores the content without headers.
type PutOptions struct {
	Headers   map[string]string // kept with the object; Final may add to it
	Condition Condition
	// Final runs once when the content is on the disk and before anybody sees it, with Headers a copy that it may
	// change. Its error drops the new content. It is where checksums are compared.
	Final func(*Info) error
}

// Condition is what must hold of the object that a put replaces, at the moment of the commit. The zero value asks
// nothing.
type Condition struct {
	Absent bool   // there must be no object
	ETag   string // there must be an object with this ETag, "*" for any
}

// Put stores what r has until io.EOF under a key, replacing what was there. When anything goes wrong (r fails, the disk
// is full, the context ends) the old object stays. Errors: [ErrNoBucket], [ErrPrecondition], [ErrNoKey] for a Condition
// with an ETag, and those of r and Final.
func (s *Store) Put(ctx context.Context, bucket, key string, r io.Reader, opts PutOptions) (Info, error) {
	if err := bucketExists(ctx, s.db.Read(), bucket); err != nil {
		return Info{}, err // before reading what may be gigabytes
	}
	b, err := s.receive(ctx, r)
	if err != nil {
		return Info{}, keyError(bucket, key, err)
	}
	info := Info{Bucket: bucket, Key: key, Size: b.size, ETag: b.sum, Headers: maps.Clone(opts.Headers)}
	if err := s.finish(&info, b, opts.Final); err != nil {
		return Info{}, err
	}
	err = s.publish(ctx, b, func(tx *sql.Tx) ([]string, error) {
		return s.replace(ctx, tx, info, opts.Condition)
	})
	return info, err
}

// finish completes info for a new blob and has the caller's last word on it.
func (s *Store) finish(info *Info, b blob, final func(*Info) error) error {
	info.Modified, info.Path = time.Now().Truncate(time.Millisecond), s.path(b.name)
	if info.Headers == nil {
		info.Headers = map[string]string{}
	}
	if final == nil {
		return nil
	}
	if err := final(info); err != nil {
		return errors.Join(keyError(info.Bucket, info.Key, err), os.Remove(info.Path))
	}
	return nil
}

// replace writes an object's row and returns the blob that the row named before.
func (s *Store) replace(ctx context.Context, tx *sql.Tx, info Info, c Condition) ([]string, error) {
	old, err := s.stat(ctx, tx, info.Bucket, info.Key)
	exists := err == nil
	if err != nil && !errors.Is(err, ErrNoKey) {
		return nil, err
	}
	if err := c.check(old, exists); err != nil {
		return nil, keyError(info.Bucket, info.Key, err)
	}
	headers, err := json.Marshal(info.Headers)
	if err != nil {
		return nil, err
	}
	parts, err := json.Marshal(info.Parts)
	if err != nil {
		return nil, err
	}
	_, err = tx.ExecContext(ctx, "INSERT OR REPLACE INTO object (bucket, key, blob, size, etag, modified, headers, parts) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		info.Bucket, []byte(info.Key), filepath.Base(info.Path), info.Size, info.ETag, info.Modified.UnixMilli(), string(headers), string(parts))
	if err != nil || !exists {
		return nil, err
	}
	return []string{filepath.Base(old.Path)}, nil
}

func (c Condition) check(old Info, exists bool) error {
	switch {
	case c.Absent && exists:
		return ErrPrecondition
	case c.ETag == "":
		return nil
	case !exists:
		return ErrNoKey
	case c.ETag != "*" && c.ETag != old.ETag:
		return fmt.Errorf("%w: its ETag is %s, not %s", ErrPrecondition, old.ETag, c.ETag)
	}
	return nil
}

// Ref names an object.
type Ref struct{ Bucket, Key string }

// CopyOptions are what a copy may ask for.
type CopyOptions struct {
	SourceETag string // copy only this content; "" = whatever the source is at the moment of the commit
	Condition  Condition
	// Final runs before the commit with what the copy will be, its Headers and Path those of the source, and may change
	// Headers. It may run twice and must not use the store. nil keeps the headers.
	Final func(*Info) error
}

// Copy makes dst an object with the content of src. Both share one blob, so it costs no space and takes no time.
// Errors: [ErrNoBucket], [ErrNoKey], [ErrPrecondition], and those of Final.
func (s *Store) Copy(ctx context.Context, src, dst Ref, opts CopyOptions) (Info, error) {
	var info Info
	err := s.commit(ctx, func(tx *sql.Tx) (released []string, err error) {
		if info, err = s.stat(ctx, tx, src.Bucket, src.Key); err != nil {
			return nil, err
		}
		if opts.SourceETag != "" && opts.SourceETag != info.ETag {
			return nil, keyError(src.Bucket, src.Key, ErrPrecondition)
		}
		info.Bucket, info.Key, info.Modified = dst.Bucket, dst.Key, time.Now().Truncate(time.Millisecond)
		if opts.Final != nil {
			if err := opts.Final(&info); err != nil {
				return nil, keyError(dst.Bucket, dst.Key, err)
			}
		}
		return s.replace(ctx, tx, info, opts.Condition)
	})
	return info, err
}

// Delete removes objects of a bucket in one commit: all or, on an error, none. Keys that are not there count as removed.
// Errors: [ErrNoBucket].
func (s *Store) Delete(ctx context.Context, bucket string, keys ...string) error {
	return s.commit(ctx, func(tx *sql.Tx) (released []string, err error) {
		if err := bucketExists(ctx, tx, bucket); err != nil {
			return nil, err
		}
		for _, key := range keys {
			blobs, err := texts(ctx, tx, "DELETE FROM object WHERE bucket = ? AND key = ? RETURNING blob", bucket, []byte(key))
			if err != nil {
				return nil, keyError(bucket, key, err)
			}
			released = append(released, blobs...)
		}
		return released, nil
	})
}
