package store

import (
	"context"
	"database/sql"
)

// Tag is one tag of a resource.
type Tag struct{ Key, Value string }

// PutTags adds tags to the resource or replaces their values, unless check rejects the resulting number of tags.
func (db *DB) PutTags(ctx context.Context, arn string, tags []Tag, check func(total int) error) error {
	return db.Write(ctx, func(tx *sql.Tx) error {
		if err := putTags(ctx, tx, arn, tags); err != nil {
			return err
		}
		var n int
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM tag WHERE arn = ?`, arn).Scan(&n); err != nil {
			return err
		}
		return check(n)
	})
}

func putTags(ctx context.Context, tx *sql.Tx, arn string, tags []Tag) error {
	for _, t := range tags {
		if _, err := tx.ExecContext(ctx, `INSERT INTO tag (arn, key, value) VALUES (?, ?, ?)
			ON CONFLICT (arn, key) DO UPDATE SET value = excluded.value`, arn, t.Key, t.Value); err != nil {
			return err
		}
	}
	return nil
}

// DeleteTags removes the keys that the resource has.
func (db *DB) DeleteTags(ctx context.Context, arn string, keys []string) error {
	return db.Write(ctx, func(tx *sql.Tx) error {
		for _, k := range keys {
			if _, err := tx.ExecContext(ctx, `DELETE FROM tag WHERE arn = ? AND key = ?`, arn, k); err != nil {
				return err
			}
		}
		return nil
	})
}

// Tags returns the tags of the resource by key, at most limit of those whose key is greater than after.
func (db *DB) Tags(ctx context.Context, arn, after string, limit int) ([]Tag, error) {
	rows, err := db.read.QueryContext(ctx, `SELECT key, value FROM tag WHERE arn = ? AND key > ? ORDER BY key LIMIT ?`,
		arn, after, limit)
	return collect(rows, err, func(r row) (Tag, error) {
		var t Tag
		err := r.Scan(&t.Key, &t.Value)
		return t, err
	})
}
