package object

import (
	"context"
	"crypto/md5"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/sagefly/sagefly/internal/atomicfile"
)

// blob is a content on disk that no row names yet.
type blob struct {
	name string
	size int64
	sum  string // hex MD5; empty for joined parts
}

// receive writes a reader's content to a new blob, flushed.
func (s *Store) receive(ctx context.Context, r io.Reader) (blob, error) {
	sum := md5.New()
	b, err := s.create(func(f *os.File) (int64, error) {
		return io.CopyBuffer(io.MultiWriter(f, sum), struct{ io.Reader }{ctxReader{ctx, r}}, make([]byte, 128<<10))
	})
	b.sum = hex.EncodeToString(sum.Sum(nil))
	return b, err
}

// join writes blobs one after the other to a new one. The kernel copies, and shares the disk blocks where the file
// system can.
func (s *Store) join(ctx context.Context, names []string) (blob, error) {
	return s.create(func(f *os.File) (total int64, err error) {
		for _, name := range names {
			n, err := s.appendTo(f, name)
			if total += n; err != nil {
				return total, err
			}
			if ctx.Err() != nil {
				return total, context.Cause(ctx)
			}
		}
		return total, nil
	})
}

func (s *Store) appendTo(dst *os.File, name string) (int64, error) {
	src, err := os.Open(s.path(name))
	if err != nil {
		return 0, err
	}
	n, err := io.Copy(dst, src)
	return n, errors.Join(err, src.Close())
}

// create makes a blob with a fresh name. Until a row names it, it does not exist for anybody, so it needs no rename.
func (s *Store) create(fill func(*os.File) (int64, error)) (blob, error) {
	b := blob{name: rand.Text()}
	f, err := os.OpenFile(s.path(b.name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o444)
	if err != nil {
		return b, fmt.Errorf("create content: %w", err)
	}
	b.size, err = fill(f)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = atomicfile.SyncDir(s.dir)
	}
	if err != nil {
		return b, errors.Join(fmt.Errorf("write content: %w", err), os.Remove(f.Name()))
	}
	return b, nil
}

// publish commits the rows that name a new blob. Without the commit the blob goes; when it cannot be known whether the
// commit took place, the blob stays and the next Open decides.
func (s *Store) publish(ctx context.Context, b blob, fn func(*sql.Tx) ([]string, error)) error {
	agreed := false
	err := s.commit(ctx, func(tx *sql.Tx) ([]string, error) {
		agreed = false
		released, err := fn(tx)
		agreed = err == nil
		return released, err
	})
	if err != nil && !agreed {
		return errors.Join(err, os.Remove(s.path(b.name)))
	}
	return err
}

// commit runs fn in a transaction. fn returns the blobs that it took a row from; those that no row names any more are
// removed after the commit. No row can come to name them again, as rows take blobs from other rows only.
func (s *Store) commit(ctx context.Context, fn func(*sql.Tx) ([]string, error)) error {
	var garbage []string
	err := s.db.Write(ctx, func(tx *sql.Tx) error {
		garbage = nil // fn may run twice
		released, err := fn(tx)
		if err != nil {
			return err
		}
		for _, name := range released {
			var used bool
			err := tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM object WHERE blob = ?1) OR EXISTS (SELECT 1 FROM part WHERE blob = ?1)", name).Scan(&used)
			if err != nil {
				return err
			}
			if !used {
				garbage = append(garbage, name)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, name := range garbage {
		_ = os.Remove(s.path(name)) // the change is done; a blob left here is swept by the next Open
	}
	return nil
}

// ctxReader ends a copy when its context ends.
type ctxReader struct {
	ctx context.Context //nolint:containedctx // lives as long as one copy
	r   io.Reader
}

func (r ctxReader) Read(p []byte) (int, error) {
	if r.ctx.Err() != nil {
		return 0, context.Cause(r.ctx)
	}
	return r.r.Read(p)
}
