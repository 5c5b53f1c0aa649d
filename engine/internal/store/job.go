package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// ErrNotFound is returned when no row matches.
var ErrNotFound = errors.New("not found")

// ErrExists is returned by InsertJob when the region has a job of that name.
var ErrExists = errors.New("already exists")

// Job is one row: what was asked and what became of it. Request and State are JSON documents that only package job reads.
type Job struct {
	ID       int64
	Region   string
	Name     string
	Status   string
	Created  time.Time
	Modified time.Time
	Request  []byte
	State    []byte
}

// InsertJob adds j and its tags and returns its id.
func (db *DB) InsertJob(ctx context.Context, j Job, arn string, tags []Tag) (int64, error) {
	var id int64
	err := db.Write(ctx, func(tx *sql.Tx) error {
		res, err := tx.StmtContext(ctx, db.insertJob).ExecContext(ctx,
			j.Region, j.Name, j.Status, j.Created.UnixMilli(), j.Modified.UnixMilli(), string(j.Request), string(j.State))
		if err != nil {
			return fmt.Errorf("insert job %s: %w", j.Name, err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(ErrExists, err)
		}
		if id, err = res.LastInsertId(); err != nil {
			return err
		}
		return putTags(ctx, tx, arn, tags)
	})
	return id, err
}

const jobColumns = `id, region, name, status, created, modified, request, state`

// Job returns the job of that name.
func (db *DB) Job(ctx context.Context, region, name string) (Job, error) {
	return scanJob(db.jobByName.QueryRowContext(ctx, region, name))
}

type row interface{ Scan(dest ...any) error }

func scanJob(r row) (Job, error) {
	var j Job
	var created, modified int64
	err := r.Scan(&j.ID, &j.Region, &j.Name, &j.Status, &created, &modified, &j.Request, &j.State)
	if errors.Is(err, sql.ErrNoRows) {
		return j, ErrNotFound
	}
	j.Created, j.Modified = time.UnixMilli(created), time.UnixMilli(modified)
	return j, err
}

// UpdateJob stores the state, status and modification time of j.
func (db *DB) UpdateJob(ctx context.Context, j Job) error {
	return db.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.StmtContext(ctx, db.updateJob).ExecContext(ctx, j.Status, j.Modified.UnixMilli(), string(j.State), j.ID)
		return err
	})
}

// DeleteJob removes the job and its tags.
func (db *DB) DeleteJob(ctx context.Context, id int64, arn string) error {
	return db.Write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM tag WHERE arn = ?`, arn); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM job WHERE id = ?`, id)
		return err
	})
}

// LiveJobs returns the jobs that have not ended, oldest first.
func (db *DB) LiveJobs(ctx context.Context) ([]Job, error) {
	rows, err := db.read.QueryContext(ctx, `SELECT `+jobColumns+` FROM job
		WHERE status IN ('InProgress', 'Stopping', 'Deleting') ORDER BY id`)
	return collect(rows, err, scanJob)
}

func collect[T any](rows *sql.Rows, err error, scan func(row) (T, error)) (list []T, _ error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		item, err := scan(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, item)
	}
	return list, rows.Err()
}
