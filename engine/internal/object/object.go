// Package object keeps objects in buckets: what S3 requests store, what a job's channels read and where its archives go.
// The content of an object is one plain file, its blob, under the store's folder; which key means which blob is a row in
// SQLite. So any bytes make a key, a listing is an ordered query, and an object changes in one commit:
//
//	write a blob under a fresh name → flush file and folder → commit the row → remove the blob nobody refers to any more
//
// A crash in between leaves a blob without a row, which the next [Open] removes, and never a row without a blob. A blob
// is never written again once a row names it, which makes a copy a second row and lets a reader keep the content it opened
// while the object is replaced or deleted.
package object

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/sagefly/sagefly/engine/internal/store"
)

// Store is the object store of one data directory. It is safe for concurrent use; of two writes of one key the one
// committed last wins.
type Store struct {
	db      *store.DB
	dir     string
	buckets bucketCache
}

// Info describes an object.
type Info struct {
	Bucket   string
	Key      string
	Size     int64
	ETag     string            // without quotes: hex MD5 of the content, or of the parts' MD5s and "-N"
	Modified time.Time         // to the millisecond
	Headers  map[string]string // as given when stored, names in the caller's spelling; nil in listings
	Parts    []int64           // sizes of the parts of a multipart upload; nil for other objects and in listings
	Path     string            // the blob: a read-only file that goes when the object is replaced or deleted. Do not write
}

// Open takes the folder dir, which it creates when missing, as the place of the blobs and removes blobs that no row of
// db names. No other process may use either at the same time.
func Open(ctx context.Context, db *store.DB, dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open object store: %w", err)
	}
	s := &Store{db: db, dir: dir}
	if err := s.sweep(ctx); err != nil {
		return nil, fmt.Errorf("sweep objects in %s: %w", dir, err)
	}
	return s, nil
}

// sweep removes what a crash left behind.
func (s *Store) sweep(ctx context.Context) error {
	entries, err := os.ReadDir(s.dir)
	if err != nil || len(entries) == 0 {
		return err
	}
	used, err := s.blobs(ctx)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if used[e.Name()] || !e.Type().IsRegular() {
			continue
		}
		if err := os.Remove(s.path(e.Name())); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) blobs(ctx context.Context) (map[string]bool, error) {
	rows, err := s.db.Read().QueryContext(ctx, "SELECT blob FROM object UNION ALL SELECT blob FROM part")
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // rows.Err has the error of reading
	used := map[string]bool{}
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		used[name] = true
	}
	return used, rows.Err()
}

func (s *Store) path(blob string) string { return filepath.Join(s.dir, blob) }

// querier is what lookups need of a pool or a transaction.
type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Stat describes an object. Errors: [ErrNoBucket], [ErrNoKey].
func (s *Store) Stat(ctx context.Context, bucket, key string) (Info, error) {
	return s.stat(ctx, s.db.Read(), bucket, key)
}

func (s *Store) stat(ctx context.Context, q querier, bucket, key string) (Info, error) {
	info := Info{Bucket: bucket, Key: key}
	var blob, headers, parts string
	var modified int64
	err := q.QueryRowContext(ctx, "SELECT blob, size, etag, modified, headers, parts FROM object WHERE bucket = ? AND key = ?", bucket, []byte(key)).
		Scan(&blob, &info.Size, &info.ETag, &modified, &headers, &parts)
	if errors.Is(err, sql.ErrNoRows) {
		if err := bucketExists(ctx, q, bucket); err != nil {
			return Info{}, err
		}
		return Info{}, keyError(bucket, key, ErrNoKey)
	}
	if err == nil {
		err = errors.Join(json.Unmarshal([]byte(headers), &info.Headers), json.Unmarshal([]byte(parts), &info.Parts))
	}
	if err != nil {
		return Info{}, keyError(bucket, key, err)
	}
	info.Modified, info.Path = time.UnixMilli(modified), s.path(blob)
	return info, nil
}

// Open opens the content of an object. The file stays as it is, whatever happens to the object. Errors: [ErrNoBucket],
// [ErrNoKey].
func (s *Store) Open(ctx context.Context, bucket, key string) (*os.File, Info, error) {
	for {
		info, err := s.Stat(ctx, bucket, key)
		if err != nil {
			return nil, Info{}, err
		}
		f, err := os.Open(info.Path)
		if err == nil {
			return f, info, nil
		}
		again, statErr := s.Stat(ctx, bucket, key)
		if !errors.Is(err, fs.ErrNotExist) || statErr == nil && again.Path == info.Path {
			return nil, Info{}, keyError(bucket, key, err)
		}
		// The object was replaced or deleted between the look-up and the opening: look up again.
	}
}
