package object

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// Bucket describes a bucket.
type Bucket struct {
	Name    string
	Region  string
	Created time.Time // to the millisecond
}

// CreateBucket makes a bucket. Any non-empty name does: rules for names are the caller's. Errors: [ErrBucketExists].
func (s *Store) CreateBucket(ctx context.Context, name, region string) error {
	return s.db.Write(ctx, func(tx *sql.Tx) error {
		if err := bucketExists(ctx, tx, name); !errors.Is(err, ErrNoBucket) {
			if err == nil {
				err = bucketError(name, ErrBucketExists)
			}
			return err
		}
		_, err := tx.ExecContext(ctx, "INSERT INTO bucket (name, region, created) VALUES (?, ?, ?)", name, region, time.Now().UnixMilli())
		return err
	})
}

// HeadBucket describes a bucket. Errors: [ErrNoBucket].
func (s *Store) HeadBucket(ctx context.Context, name string) (Bucket, error) {
	known, generation, ok := s.buckets.get(name)
	if ok {
		return known, nil
	}
	b := Bucket{Name: name}
	var created int64
	err := s.db.Read().QueryRowContext(ctx, "SELECT region, created FROM bucket WHERE name = ?", name).Scan(&b.Region, &created)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNoBucket
	}
	if err != nil {
		return Bucket{}, bucketError(name, err)
	}
	b.Created = time.UnixMilli(created)
	s.buckets.put(b, generation)
	return b, nil
}

// ListBuckets returns all buckets, ordered by name.
func (s *Store) ListBuckets(ctx context.Context) ([]Bucket, error) {
	rows, err := s.db.Read().QueryContext(ctx, "SELECT name, region, created FROM bucket ORDER BY name")
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // rows.Err has the error of reading
	var all []Bucket
	for rows.Next() {
		var b Bucket
		var created int64
		if err := rows.Scan(&b.Name, &b.Region, &created); err != nil {
			return nil, err
		}
		b.Created = time.UnixMilli(created)
		all = append(all, b)
	}
	return all, rows.Err()
}

// DeleteBucket removes a bucket without objects; multipart uploads under way in it are aborted. Errors: [ErrNoBucket],
// [ErrBucketNotEmpty].
func (s *Store) DeleteBucket(ctx context.Context, name string) error {
	defer s.buckets.drop(name)
	return s.commit(ctx, func(tx *sql.Tx) ([]string, error) {
		if err := bucketExists(ctx, tx, name); err != nil {
			return nil, err
		}
		var full bool
		if err := tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM object WHERE bucket = ?)", name).Scan(&full); err != nil {
			return nil, err
		}
		if full {
			return nil, bucketError(name, ErrBucketNotEmpty)
		}
		parts, err := texts(ctx, tx, "SELECT blob FROM part JOIN upload ON part.upload = upload.id WHERE bucket = ?", name)
		if err != nil {
			return nil, err
		}
		_, errUploads := tx.ExecContext(ctx, "DELETE FROM upload WHERE bucket = ?", name)
		_, errBucket := tx.ExecContext(ctx, "DELETE FROM bucket WHERE name = ?", name)
		return parts, errors.Join(errUploads, errBucket)
	})
}

func bucketExists(ctx context.Context, q querier, name string) error {
	var one int
	err := q.QueryRowContext(ctx, "SELECT 1 FROM bucket WHERE name = ?", name).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNoBucket
	}
	if err != nil {
		return bucketError(name, err)
	}
	return nil
}

// texts reads one column.
func texts(ctx context.Context, tx *sql.Tx, query string, args ...any) ([]string, error) {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // rows.Err has the error of reading
	var all []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, rows.Err()
}
