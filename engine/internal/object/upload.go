package object

import (
	"context"
	"crypto/md5"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"time"
)

// UploadRef names a multipart upload.
type UploadRef struct{ Bucket, Key, ID string }

// Upload is a multipart upload under way.
type Upload struct {
	UploadRef
	Started time.Time
	Headers map[string]string // what the object will have
}

// Part is an uploaded part.
type Part struct {
	Number   int
	Size     int64
	ETag     string // hex MD5 of the content
	Modified time.Time
	Headers  map[string]string // as given with the part
	path     string
}

// CreateUpload begins a multipart upload. Errors: [ErrNoBucket].
func (s *Store) CreateUpload(ctx context.Context, target Ref, headers map[string]string) (UploadRef, error) {
	ref := UploadRef{Bucket: target.Bucket, Key: target.Key, ID: rand.Text() + rand.Text()}
	text, err := json.Marshal(headers)
	if err != nil {
		return UploadRef{}, keyError(ref.Bucket, ref.Key, err)
	}
	err = s.db.Write(ctx, func(tx *sql.Tx) error {
		if err := bucketExists(ctx, tx, ref.Bucket); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "INSERT INTO upload (id, bucket, key, started, headers) VALUES (?, ?, ?, ?, ?)",
			ref.ID, ref.Bucket, []byte(ref.Key), time.Now().UnixMilli(), string(text))
		return err
	})
	return ref, err
}

// PutPart stores one part; a part of that number is replaced. Condition must be zero. Final sees the part as an object
// of the upload's key. Errors: [ErrNoUpload], and those of r and Final.
func (s *Store) PutPart(ctx context.Context, ref UploadRef, number int, r io.Reader, opts PutOptions) (Part, error) {
	if _, err := s.Upload(ctx, ref); err != nil {
		return Part{}, err
	}
	b, err := s.receive(ctx, r)
	if err != nil {
		return Part{}, ref.error(err)
	}
	info := Info{Bucket: ref.Bucket, Key: ref.Key, Size: b.size, ETag: b.sum, Headers: maps.Clone(opts.Headers)}
	if err := s.finish(&info, b, opts.Final); err != nil {
		return Part{}, err
	}
	headers, err := json.Marshal(info.Headers)
	if err != nil {
		return Part{}, ref.error(err)
	}
	err = s.publish(ctx, b, func(tx *sql.Tx) ([]string, error) {
		if _, err := upload(ctx, tx, ref); err != nil {
			return nil, err
		}
		old, err := texts(ctx, tx, "SELECT blob FROM part WHERE upload = ? AND number = ?", ref.ID, number)
		if err != nil {
			return nil, err
		}
		_, err = tx.ExecContext(ctx, "INSERT OR REPLACE INTO part (upload, number, blob, size, etag, modified, headers) VALUES (?, ?, ?, ?, ?, ?, ?)",
			ref.ID, number, b.name, b.size, b.sum, info.Modified.UnixMilli(), string(headers))
		return old, err
	})
	return Part{Number: number, Size: b.size, ETag: b.sum, Modified: info.Modified, Headers: info.Headers, path: info.Path}, err
}

// PartRef is a part as the caller of Complete knows it.
type PartRef struct {
	Number int
	ETag   string
}

// CompleteOptions are what the completion of an upload may ask for.
type CompleteOptions struct {
	Parts     []PartRef // in rising order; parts not named here are dropped
	MinPart   int64     // least size in bytes of a part that is not the last
	Condition Condition
	// Final is that of PutOptions, with the parts that make the object.
	Final func(*Info, []Part) error
}

// Complete joins parts to an object and ends the upload. Errors: [ErrNoUpload], [ErrPart], [ErrPartOrder],
// [ErrPartTooSmall], [ErrPrecondition], and those of Final.
func (s *Store) Complete(ctx context.Context, ref UploadRef, opts CompleteOptions) (Info, error) {
	up, err := s.Upload(ctx, ref)
	if err != nil {
		return Info{}, err
	}
	parts, err := s.choose(ctx, ref, opts)
	if err != nil {
		return Info{}, err
	}
	info := Info{Bucket: ref.Bucket, Key: ref.Key, Headers: up.Headers, ETag: joinedETag(parts)}
	names := make([]string, len(parts))
	for i, p := range parts {
		names[i] = filepath.Base(p.path)
		info.Parts, info.Size = append(info.Parts, p.Size), info.Size+p.Size
	}
	b, err := s.join(ctx, names)
	if err == nil && b.size != info.Size {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return Info{}, ref.error(err)
	}
	final := func(info *Info) error {
		if opts.Final == nil {
			return nil
		}
		return opts.Final(info, parts)
	}
	if err := s.finish(&info, b, final); err != nil {
		return Info{}, err
	}
	err = s.publish(ctx, b, func(tx *sql.Tx) ([]string, error) {
		released, err := drop(ctx, tx, ref)
		if err != nil {
			return nil, err
		}
		old, err := s.replace(ctx, tx, info, opts.Condition)
		return append(released, old...), err
	})
	return info, err
}

// choose finds the parts that the caller named.
func (s *Store) choose(ctx context.Context, ref UploadRef, opts CompleteOptions) ([]Part, error) {
	have, err := s.Parts(ctx, ref)
	if err != nil {
		return nil, err
	}
	byNumber := map[int]Part{}
	for _, p := range have {
		byNumber[p.Number] = p
	}
	var chosen []Part
	for i, want := range opts.Parts {
		part, ok := byNumber[want.Number]
		switch {
		case i > 0 && want.Number <= opts.Parts[i-1].Number:
			err = ErrPartOrder
		case !ok || part.ETag != want.ETag:
			err = ErrPart
		case i < len(opts.Parts)-1 && part.Size < opts.MinPart:
			err = ErrPartTooSmall
		}
		if err != nil {
			return nil, ref.error(fmt.Errorf("part %d: %w", want.Number, err))
		}
		chosen = append(chosen, part)
	}
	return chosen, nil
}

// joinedETag is the MD5 of the parts' MD5s and their number, as S3 makes it.
func joinedETag(parts []Part) string {
	sum := md5.New()
	for _, p := range parts {
		raw, _ := hex.DecodeString(p.ETag) // our own hex
		sum.Write(raw)
	}
	return fmt.Sprintf("%x-%d", sum.Sum(nil), len(parts))
}

// Abort ends an upload and drops its parts. Errors: [ErrNoUpload].
func (s *Store) Abort(ctx context.Context, ref UploadRef) error {
	return s.commit(ctx, func(tx *sql.Tx) ([]string, error) { return drop(ctx, tx, ref) })
}

// drop removes an upload's rows and returns its parts' blobs.
func drop(ctx context.Context, tx *sql.Tx, ref UploadRef) ([]string, error) {
	if _, err := upload(ctx, tx, ref); err != nil {
		return nil, err
	}
	blobs, err := texts(ctx, tx, "SELECT blob FROM part WHERE upload = ?", ref.ID)
	if err != nil {
		return nil, err
	}
	_, err = tx.ExecContext(ctx, "DELETE FROM upload WHERE id = ?", ref.ID)
	return blobs, err
}

// Upload describes an upload. Errors: [ErrNoUpload], also when the upload is for another key.
func (s *Store) Upload(ctx context.Context, ref UploadRef) (Upload, error) {
	return upload(ctx, s.db.Read(), ref)
}

func upload(ctx context.Context, q querier, ref UploadRef) (Upload, error) {
	up := Upload{UploadRef: ref}
	var started int64
	var headers string
	err := q.QueryRowContext(ctx, "SELECT started, headers FROM upload WHERE id = ? AND bucket = ? AND key = ?", ref.ID, ref.Bucket, []byte(ref.Key)).
		Scan(&started, &headers)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNoUpload
	} else if err == nil {
		err = json.Unmarshal([]byte(headers), &up.Headers)
	}
	if err != nil {
		return Upload{}, ref.error(err)
	}
	up.Started = time.UnixMilli(started)
	return up, nil
}

func (ref UploadRef) error(err error) error {
	return fmt.Errorf("multipart upload %s of s3://%s/%s: %w", ref.ID, ref.Bucket, ref.Key, err)
}

// Parts returns the parts of an upload, ordered by number. Errors: [ErrNoUpload].
func (s *Store) Parts(ctx context.Context, ref UploadRef) ([]Part, error) {
	if _, err := s.Upload(ctx, ref); err != nil {
		return nil, err
	}
	rows, err := s.db.Read().QueryContext(ctx, "SELECT number, blob, size, etag, modified, headers FROM part WHERE upload = ? ORDER BY number", ref.ID)
	if err != nil {
		return nil, ref.error(err)
	}
	defer func() { _ = rows.Close() }() // rows.Err has the error of reading
	var parts []Part
	for rows.Next() {
		var p Part
		var blob, headers string
		var modified int64
		if err := rows.Scan(&p.Number, &blob, &p.Size, &p.ETag, &modified, &headers); err != nil {
			return nil, ref.error(err)
		}
		if err := json.Unmarshal([]byte(headers), &p.Headers); err != nil {
			return nil, ref.error(err)
		}
		p.Modified, p.path = time.UnixMilli(modified), s.path(blob)
		parts = append(parts, p)
	}
	return parts, rows.Err()
}

// Uploads returns the uploads under way in a bucket whose keys begin with prefix, ordered by key, then by start.
// Errors: [ErrNoBucket].
func (s *Store) Uploads(ctx context.Context, bucket, prefix string) ([]Upload, error) {
	if err := bucketExists(ctx, s.db.Read(), bucket); err != nil {
		return nil, err
	}
	rows, err := s.db.Read().QueryContext(ctx, "SELECT id, key, started FROM upload WHERE bucket = ?1 AND substr(key, 1, length(?2)) = ?2 ORDER BY key, started, id", bucket, []byte(prefix))
	if err != nil {
		return nil, bucketError(bucket, err)
	}
	defer func() { _ = rows.Close() }() // rows.Err has the error of reading
	var all []Upload
	for rows.Next() {
		up := Upload{UploadRef: UploadRef{Bucket: bucket}}
		var key []byte
		var started int64
		if err := rows.Scan(&up.ID, &key, &started); err != nil {
			return nil, bucketError(bucket, err)
		}
		up.Key, up.Started = string(key), time.UnixMilli(started)
		all = append(all, up)
	}
	return all, rows.Err()
}
