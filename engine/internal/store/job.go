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

// ErrExists is returned by Insert when the region has a job of that name, or of one that is the same to the table.
var ErrExists = errors.New("already exists")

// Job is one row of [DB.Jobs] or [DB.Tunings]: what was asked and what became of it. Request and State are JSON documents that only the
// package which supervises such jobs reads.
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

// Table is the jobs of one kind.
type Table struct {
	db     *DB
	name   string
	folded bool // names that differ in case only are the same

	// Compiled once, because they are on the path of every create, step and describe.
	insert, update, byName *sql.Stmt
}

func (t *Table) prepare(ctx context.Context, db *DB) (err error) {
	t.db = db
	same, first := `region = ?1 AND name = ?2`, ``
	if t.folded { // directories of before may have both; each is found by its own name
		same, first = same+` COLLATE NOCASE`, ` ORDER BY name = ?2 DESC LIMIT 1`
	}
	for _, p := range []struct {
		stmt  **sql.Stmt
		on    *sql.DB
		query string
	}{
		{&t.insert, db.write, `INSERT INTO ` + t.name + ` (region, name, status, created, modified, request, state)
			SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE NOT EXISTS (SELECT 1 FROM ` + t.name + ` WHERE ` + same + `)`},
		{&t.update, db.write, `UPDATE ` + t.name + ` SET status = ?, modified = ?, state = ? WHERE id = ?`},
		{&t.byName, db.read, `SELECT ` + jobColumns + ` FROM ` + t.name + ` WHERE ` + same + first},
	} {
		if *p.stmt, err = p.on.PrepareContext(ctx, p.query); err != nil {
			return err
		}
	}
	return nil
}

// Insert adds j and its tags and returns its id.
func (t *Table) Insert(ctx context.Context, j Job, arn string, tags []Tag) (int64, error) {
	var id int64
	err := t.db.Write(ctx, func(tx *sql.Tx) error {
		res, err := tx.StmtContext(ctx, t.insert).ExecContext(ctx,
			j.Region, j.Name, j.Status, j.Created.UnixMilli(), j.Modified.UnixMilli(), string(j.Request), string(j.State))
		if err != nil {
			return fmt.Errorf("insert %s %s: %w", t.name, j.Name, err)
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

// Get returns the job of that name, or ErrNotFound.
func (t *Table) Get(ctx context.Context, region, name string) (Job, error) {
	return scanJob(t.byName.QueryRowContext(ctx, region, name))
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

// Update stores the state, status and modification time of j.
func (t *Table) Update(ctx context.Context, j Job) error {
	return t.db.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.StmtContext(ctx, t.update).ExecContext(ctx, j.Status, j.Modified.UnixMilli(), string(j.State), j.ID)
		return err
	})
}

// Delete removes the job, its tags and, of a tuning job, the trials.
func (t *Table) Delete(ctx context.Context, id int64, arn string) error {
	return t.db.Write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM tag WHERE arn = ?`, arn); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM `+t.name+` WHERE id = ?`, id)
		return err
	})
}

// Live returns the jobs that have not ended, oldest first.
func (t *Table) Live(ctx context.Context) ([]Job, error) {
	rows, err := t.db.read.QueryContext(ctx, `SELECT `+jobColumns+` FROM `+t.name+`
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
