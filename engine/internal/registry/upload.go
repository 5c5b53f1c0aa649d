package registry

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/sagefly/sagefly/internal/atomicfile"
)

// upload is a blob that comes in, in one piece or in several. Locks: whoever holds the store's mu only tries an upload's,
// never waits for it; whoever holds an upload's may wait for the store's.
type upload struct {
	id    string
	at    place
	touch time.Time // guarded by the store's mu

	mu   sync.Mutex // held by the one request that writes
	file *os.File
	size int64
	sum  hash.Hash // of the first size bytes
}

// Start begins an upload into a repository and returns its id.
func (s *Store) Start(region, name string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := place{region, name}
	if _, err := s.find(at); err != nil {
		return "", err
	}
	s.expire()
	u := &upload{id: rand.Text(), at: at, touch: s.now(), sum: sha256.New()}
	f, err := os.OpenFile(s.uploadPath(u.id), os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return "", fmt.Errorf("start upload: %w", err)
	}
	u.file = f
	s.uploads[u.id] = u
	return u.id, nil
}

// expire drops uploads that nobody has touched for long. It is called with mu held.
func (s *Store) expire() {
	for _, u := range s.uploads {
		if s.now().Sub(u.touch) > patience && u.mu.TryLock() {
			s.forget(u)
			u.mu.Unlock()
		}
	}
}

// forget ends an upload and removes its file, unless that has become a blob. Both locks are held.
func (s *Store) forget(u *upload) {
	delete(s.uploads, u.id)
	_ = u.file.Close() // nothing that was not synced is needed
	_ = os.Remove(s.uploadPath(u.id))
}

// uploadPath takes ids of ours only: rand.Text has no slash.
func (s *Store) uploadPath(id string) string { return filepath.Join(s.dir, "uploads", id) }

// claim returns an upload of a repository for this caller alone.
func (s *Store) claim(region, name, id string) (*upload, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.uploads[id]
	if u == nil || u.at != (place{region, name}) {
		return nil, ErrNoUpload
	}
	if !u.mu.TryLock() {
		return nil, ErrBusy
	}
	u.touch = s.now()
	return u, nil
}

// Uploaded returns how many bytes of an upload have arrived.
func (s *Store) Uploaded(region, name, id string) (int64, error) {
	u, err := s.claim(region, name, id)
	if err != nil {
		return 0, err
	}
	defer u.mu.Unlock()
	return u.size, nil
}

// Append adds bytes to an upload and returns its new size. start is where they begin and −1 when the client did not say;
// elsewhere than at the end it is ErrRange. What arrived before an error stays.
func (s *Store) Append(region, name, id string, start int64, r io.Reader) (int64, error) {
	u, err := s.claim(region, name, id)
	if err != nil {
		return 0, err
	}
	defer u.mu.Unlock()
	if start >= 0 && start != u.size {
		return u.size, ErrRange
	}
	err = u.write(r)
	return u.size, err
}

// write keeps file, size and sum in step, whatever the reader or the disk does.
func (u *upload) write(r io.Reader) error {
	buf := make([]byte, 128<<10)
	for {
		n, readErr := r.Read(buf)
		if n > 0 {
			if _, err := u.file.WriteAt(buf[:n], u.size); err != nil {
				return errors.Join(fmt.Errorf("write blob: %w", err), u.file.Truncate(u.size))
			}
			u.size += int64(n)
			_, _ = u.sum.Write(buf[:n]) // a hash never fails
		}
		if errors.Is(readErr, io.EOF) {
			return nil
		}
		if readErr != nil {
			return fmt.Errorf("read blob: %w", readErr)
		}
	}
}

// Finish adds the rest and makes the upload a blob of its repository, if it has the digest; else the upload is over and
// nothing is kept.
func (s *Store) Finish(region, name, id, digest string, rest io.Reader) error {
	u, err := s.claim(region, name, id)
	if err != nil {
		return err
	}
	defer u.mu.Unlock()
	if err := u.write(rest); err != nil {
		return err
	}
	if got := "sha256:" + hex.EncodeToString(u.sum.Sum(nil)); got != digest {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.forget(u)
		return fmt.Errorf("%w: it is %s", ErrDigest, got)
	}
	if err := u.file.Sync(); err != nil {
		return fmt.Errorf("write blob: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.forget(u)
	if _, err := s.find(u.at); err != nil {
		return err // it was deleted meanwhile
	}
	if err := s.keep(s.uploadPath(u.id), digest); err != nil {
		return err
	}
	return s.link(u.at, digest)
}

// keep gives a file the name of its digest, durably.
func (s *Store) keep(file, digest string) error {
	path := s.blobPath(digest)
	if err := errors.Join(os.Chmod(file, 0o400), os.Rename(file, path)); err != nil {
		return fmt.Errorf("keep blob: %w", err)
	}
	return atomicfile.SyncDir(filepath.Dir(path))
}

// Abort ends an upload.
func (s *Store) Abort(region, name, id string) error {
	u, err := s.claim(region, name, id)
	if err != nil {
		return err
	}
	defer u.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget(u)
	return nil
}

// Close ends all uploads.
func (s *Store) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, u := range s.uploads {
		_ = u.file.Close() // the next Open sweeps the file
	}
}
