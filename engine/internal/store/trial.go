package store

import (
	"context"
	"database/sql"
)

// UpdateTuning is Tunings.Update together with documents of trials, by number, in one commit. They take the place of what was stored before.
func (db *DB) UpdateTuning(ctx context.Context, j Job, trials map[int][]byte) error {
	return db.Write(ctx, func(tx *sql.Tx) error {
		for number, document := range trials {
			_, err := tx.ExecContext(ctx, `INSERT INTO trial (tuning, number, document) VALUES (?, ?, ?)
				ON CONFLICT (tuning, number) DO UPDATE SET document = excluded.document`, j.ID, number, string(document))
			if err != nil {
				return err
			}
		}
		_, err := tx.StmtContext(ctx, db.Tunings.update).ExecContext(ctx, j.Status, j.Modified.UnixMilli(), string(j.State), j.ID)
		return err
	})
}

// Trials returns the documents of a tuning job's trials in the order of their numbers.
func (db *DB) Trials(ctx context.Context, tuning int64) ([][]byte, error) {
	rows, err := db.read.QueryContext(ctx, `SELECT document FROM trial WHERE tuning = ? ORDER BY number`, tuning)
	return collect(rows, err, func(r row) (document []byte, err error) {
		err = r.Scan(&document)
		return document, err
	})
}
