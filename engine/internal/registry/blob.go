package registry

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
)

var validDigest = regexp.MustCompile(`^sha256:[a-f0-9]{64}$`)

// ValidDigest says whether a text is a SHA-256 digest in its one spelling; nothing else comes near a file name.
func ValidDigest(digest string) bool { return validDigest.MatchString(digest) }

func (s *Store) blobPath(digest string) string {
	return filepath.Join(s.dir, "blobs", "sha256", digest[len("sha256:"):])
}

// Blob opens a layer or a configuration of a repository; ErrNoBlob when the repository does not have it, whoever else does.
func (s *Store) Blob(region, name, digest string) (*os.File, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.find(place{region, name})
	if err != nil {
		return nil, err
	}
	if _, ok := r.Blobs[digest]; !ok || !ValidDigest(digest) {
		return nil, fmt.Errorf("%w: %s", ErrNoBlob, digest)
	}
	return os.Open(s.blobPath(digest))
}

// Mount gives a repository a blob that another one of the region has.
func (s *Store) Mount(region, name, from, digest string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	source, err := s.find(place{region, from})
	if errors.Is(err, ErrNoRepository) {
		return ErrNoBlob
	}
	if _, ok := source.Blobs[digest]; !ok {
		return ErrNoBlob
	}
	return s.link(place{region, name}, digest)
}

// link notes that a repository has a blob. It is called with mu held, after the blob's file has its name.
func (s *Store) link(at place, digest string) error {
	_, err := s.change(at, func(r *Repository) error {
		r.Blobs[digest] = s.now()
		return nil
	})
	return err
}
