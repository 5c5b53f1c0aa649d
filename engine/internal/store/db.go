// Package store keeps what the engine must not lose in one SQLite database: jobs, tags and, through [DB], the object
// index. Writes of many callers share one transaction (group commit), so a durable create costs a fraction of a disk
// flush when there are many.
package store

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"net/url"
	"sync"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

//go:embed schema.sql
var schema string

// maxBatch bounds how many writes share one commit, so that one caller's latency stays bounded.
const maxBatch = 256

// ErrClosed is returned by Write after Close.
var ErrClosed = errors.New("store is closed")

// DB is a SQLite database in WAL mode with synchronous=FULL, one writer and many readers. It is safe for concurrent use.
type DB struct {
	read   *sql.DB
	write  *sql.DB
	queue  chan *write
	done   chan struct{}
	closed chan struct{}
	once   sync.Once

	Jobs    *Table // training jobs
	Tunings *Table // hyperparameter tuning jobs, whose names are not case-sensitive (API reference)
}

type write struct {
	ctx context.Context //nolint:containedctx // one request's own context, for as long as it queues
	fn  func(*sql.Tx) error
	err chan error
}

// Open opens or creates the database file and brings its schema up to date.
func Open(ctx context.Context, path string) (*DB, error) {
	w, err := sql.Open("sqlite", dsn(path, "immediate"))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	w.SetMaxOpenConns(1)
	if _, err := w.ExecContext(ctx, schema); err != nil {
		return nil, errors.Join(fmt.Errorf("schema of %s: %w", path, err), w.Close())
	}
	r, err := sql.Open("sqlite", dsn(path, "deferred"))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), w.Close())
	}
	r.SetMaxOpenConns(8)
	r.SetMaxIdleConns(8)
	db := &DB{
		read: r, write: w,
		queue: make(chan *write, maxBatch), done: make(chan struct{}), closed: make(chan struct{}),
		Jobs: &Table{name: "job"}, Tunings: &Table{name: "tuning", folded: true},
	}
	for _, t := range []*Table{db.Jobs, db.Tunings} {
		if err := t.prepare(ctx, db); err != nil {
			return nil, errors.Join(fmt.Errorf("read %s: %w", path, err), r.Close(), w.Close())
		}
	}
	go db.loop()
	return db, nil
}

func dsn(path, lock string) string {
	q := url.Values{"_txlock": {lock}}
	for _, p := range []string{"journal_mode(WAL)", "synchronous(FULL)", "busy_timeout(10000)", "foreign_keys(1)"} {
		q.Add("_pragma", p)
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

// Read returns the pool for queries. Nothing may be written through it.
func (db *DB) Read() *sql.DB { return db.read }

// Write runs fn inside a transaction that it may share with other callers' and returns after the commit, so what fn
// wrote is durable. When fn returns an error only its own writes are undone and Write returns that error. fn must not
// use the database in another way and may run twice when another write of the batch fails.
func (db *DB) Write(ctx context.Context, fn func(*sql.Tx) error) error {
	w := &write{ctx: ctx, fn: fn, err: make(chan error, 1)}
	select {
	case <-db.done:
		return ErrClosed
	case <-ctx.Done():
		return context.Cause(ctx)
	case db.queue <- w:
	}
	select {
	case err := <-w.err:
		return err
	case <-db.closed:
		select {
		case err := <-w.err:
			return err
		default:
			return ErrClosed
		}
	}
}

// Close waits for writes under way and closes the database.
func (db *DB) Close() error {
	db.once.Do(func() { close(db.done) })
	<-db.closed
	return errors.Join(db.read.Close(), db.write.Close())
}

func (db *DB) loop() {
	defer close(db.closed)
	for {
		select {
		case <-db.done:
			return
		case w := <-db.queue:
			db.commit(db.gather(w))
		}
	}
}

func (db *DB) gather(first *write) []*write {
	batch := []*write{first}
	for len(batch) < maxBatch {
		select {
		case w := <-db.queue:
			batch = append(batch, w)
		default:
			return batch
		}
	}
	return batch
}

// commit runs a batch in one transaction. When a write of a larger batch fails, each is run again on its own: failing
// writes are rare, so this is cheaper than a savepoint for every write.
func (db *DB) commit(batch []*write) {
	err := db.transact(batch)
	if err == nil || len(batch) == 1 {
		for _, w := range batch {
			w.err <- err
		}
		return
	}
	for _, w := range batch {
		w.err <- db.transact([]*write{w})
	}
}

func (db *DB) transact(batch []*write) (err error) {
	tx, err := db.write.Begin()
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() {
		if err != nil {
			_ = tx.Rollback() // the cause is err; after a failed commit this says only "done"
		}
	}()
	for _, w := range batch {
		if w.ctx.Err() != nil {
			return context.Cause(w.ctx)
		}
		if err := w.fn(tx); err != nil {
			return err
		}
	}
	return tx.Commit()
}
