// Package registry keeps container images, repository by repository, and serves them by the Docker Registry HTTP API on
// the engine's own port. Repositories are made by package aws/ecr, as on AWS: a push to one that was not created is refused.
//
// It is our own because what there is keeps too little: go-containerregistry's pkg/registry holds manifests and uploads
// under way in memory, so a restarted engine would have lost its images, knows neither repositories that must exist nor
// immutable tags nor regions, and cannot sweep. The protocol's core is small.
//
// Everything is a plain file below the store's folder:
//
//	blobs/sha256/<hex>                 a layer, a configuration or a manifest; shared by all repositories
//	uploads/<id>                       a blob that is still coming in; gone at the next Open
//	repositories/<region>/<name>.json  everything else about a repository: settings, tags, images, which blobs it has
//
// A blob gets its name when its digest was verified, and a repository's file is replaced as a whole, so kill −9 at
// any moment leaves whole blobs and whole repositories. What no repository names is swept by Open.
//
// One host serves all regions, and a path /v2/<name> carries none, so the token that GetAuthorizationToken hands out
// names the region: see [Token].
package registry

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/sagefly/sagefly/internal/atomicfile"
)

// What a store answers to requests that cannot be served.
var (
	ErrNoRepository     = errors.New("the repository does not exist")
	ErrRepositoryExists = errors.New("the repository exists already")
	ErrNotEmpty         = errors.New("the repository holds images")
	ErrNoImage          = errors.New("the image does not exist")
	ErrNoBlob           = errors.New("the blob does not exist")
	ErrNoUpload         = errors.New("the upload does not exist")
	ErrRange            = errors.New("the part does not begin where the upload ends")
	ErrBusy             = errors.New("the upload is being written by another request")
	ErrDigest           = errors.New("the content does not have the digest that was given")
	ErrManifest         = errors.New("the manifest is invalid")
	ErrTagTaken         = errors.New("the tag exists and tags of this repository are immutable")
	ErrTag              = errors.New("the tag is invalid")
	ErrReferenced       = errors.New("another image refers to the image")
)

// Store is an open folder of images. It is safe for concurrent use; no other process may have the folder open.
type Store struct {
	dir string
	now func() time.Time

	mu      sync.Mutex
	repos   map[place]*Repository // never changed, only replaced
	uploads map[string]*upload
}

// place is where a repository is.
type place struct{ region, name string }

// Open opens or creates the folder and sweeps what an earlier process left unfinished.
func Open(dir string) (*Store, error) {
	s := &Store{dir: dir, now: time.Now, repos: map[place]*Repository{}, uploads: map[string]*upload{}}
	if err := os.RemoveAll(filepath.Join(dir, "uploads")); err != nil {
		return nil, fmt.Errorf("open image registry: %w", err)
	}
	for _, sub := range []string{"blobs/sha256", "uploads", "repositories"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			return nil, fmt.Errorf("open image registry: %w", err)
		}
	}
	if err := s.load(); err != nil {
		return nil, fmt.Errorf("open image registry: %w", err)
	}
	return s, s.sweep()
}

func (s *Store) load() error {
	return filepath.WalkDir(filepath.Join(s.dir, "repositories"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if strings.HasSuffix(path, ".tmp") { // a write that was cut off
			return os.Remove(path)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var r Repository
		if err := json.Unmarshal(data, &r); err != nil {
			return fmt.Errorf("read %s: %w", path, err)
		}
		s.repos[place{r.Region, r.Name}] = &r
		return nil
	})
}

// patience is how long a blob may wait for its manifest, and an upload for its next part.
const patience = 24 * time.Hour

// sweep drops blobs whose manifest never came, then the files that no repository names.
func (s *Store) sweep() error {
	named := map[string]bool{}
	for at, r := range s.repos {
		next := r.clone()
		used := next.used()
		for digest, since := range next.Blobs {
			if !used[digest] && s.now().Sub(since) > patience {
				delete(next.Blobs, digest)
			}
		}
		if len(next.Blobs) < len(r.Blobs) {
			if err := s.save(next); err != nil {
				return err
			}
		}
		s.repos[at] = next
		for _, digest := range next.holds() {
			named[digest] = true
		}
	}
	entries, err := os.ReadDir(filepath.Join(s.dir, "blobs/sha256"))
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !named["sha256:"+e.Name()] {
			if err := os.Remove(s.blobPath("sha256:" + e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// save writes a repository's file.
func (s *Store) save(r *Repository) error {
	data, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return err
	}
	path := s.repoPath(place{r.Region, r.Name})
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("write repository %s: %w", r.Name, err)
	}
	return atomicfile.WriteFile(path, data, 0o600)
}
