package registry

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Repository is one repository of one region. A value that the store gave out does not change any more.
type Repository struct {
	Region, Name string
	Created      time.Time
	Immutable    bool              // tags cannot be moved
	ScanOnPush   bool              // kept and echoed: nothing is scanned here
	Encryption   string            // kept and echoed: nothing is encrypted here
	KMSKey       string            `json:",omitempty"`
	Labels       map[string]string `json:",omitempty"` // the resource's tags
	Policy       string            `json:",omitempty"` // kept and echoed: everybody here is of one account

	Images map[string]Image     // by digest
	Blobs  map[string]time.Time // layers and configurations that were pushed here, by digest, and when
}

// Image is what a repository knows of one manifest.
type Image struct {
	Digest    string
	MediaType string
	Artifact  string    `json:",omitempty"` // media type of the configuration
	Size      int64     // of its layers, as they are stored
	Pushed    time.Time // when the manifest came
	Tags      []string  `json:",omitempty"` // sorted
	Blobs     []string  `json:",omitempty"` // configuration and layers
	Children  []string  `json:",omitempty"` // manifests that an index lists
}

// namePattern is what ECR accepts as the name of a repository, and what its refusals quote.
const namePattern = `(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*`

// The service model allows two underscores and any number of dashes as separator besides.
var validName = regexp.MustCompile(`^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$`)

// validRegion is what a region's name looks like; it becomes a folder.
var validRegion = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

// CheckName says in ECR's words why a name is none, or "".
func CheckName(parameter, name string) string {
	if len(name) < 2 || len(name) > 256 || !validName.MatchString(name) {
		return fmt.Sprintf("Invalid parameter at '%s' failed to satisfy constraint: 'must satisfy regular expression '%s''", parameter, namePattern)
	}
	return ""
}

// Create adds a repository without images. It fails with ErrRepositoryExists.
func (s *Store) Create(r Repository) (*Repository, error) {
	if problem := CheckName("repositoryName", r.Name); problem != "" {
		return nil, errors.New(problem)
	}
	if !validRegion.MatchString(r.Region) {
		return nil, fmt.Errorf("%q is no region", r.Region)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	at := place{r.Region, r.Name}
	if s.repos[at] != nil {
		return nil, ErrRepositoryExists
	}
	next := r.clone()
	next.Created = s.now()
	if err := s.save(next); err != nil {
		return nil, err
	}
	s.repos[at] = next
	return next, nil
}

// Find returns a repository or ErrNoRepository.
func (s *Store) Find(region, name string) (*Repository, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.find(place{region, name})
}

func (s *Store) find(at place) (*Repository, error) {
	if r := s.repos[at]; r != nil {
		return r, nil
	}
	return nil, ErrNoRepository
}

// List returns a region's repositories by name.
func (s *Store) List(region string) []*Repository {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []*Repository
	for at, r := range s.repos {
		if at.region == region {
			list = append(list, r)
		}
	}
	slices.SortFunc(list, func(a, b *Repository) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// Change replaces a repository by what change makes of a copy of it.
func (s *Store) Change(region, name string, change func(*Repository) error) (*Repository, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.change(place{region, name}, change)
}

// change is Change with mu held. Blobs that the new version names no more are removed when nobody else has them.
func (s *Store) change(at place, change func(*Repository) error) (*Repository, error) {
	old, err := s.find(at)
	if err != nil {
		return nil, err
	}
	next := old.clone()
	if err := change(next); err != nil {
		return nil, err
	}
	if err := s.save(next); err != nil {
		return nil, err
	}
	s.repos[at] = next
	s.drop(old.holds())
	return next, nil
}

// Drop removes a repository that holds no images; else it fails with ErrNotEmpty.
func (s *Store) Drop(region, name string) (*Repository, error) {
	return s.dropIf(place{region, name}, func(r *Repository) bool { return len(r.Images) == 0 })
}

// DropAll removes a repository with its images.
func (s *Store) DropAll(region, name string) (*Repository, error) {
	return s.dropIf(place{region, name}, func(*Repository) bool { return true })
}

func (s *Store) dropIf(at place, may func(*Repository) bool) (*Repository, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.find(at)
	if err != nil {
		return nil, err
	}
	if !may(r) {
		return nil, ErrNotEmpty
	}
	if err := os.Remove(s.repoPath(at)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("delete repository %s: %w", at.name, err)
	}
	delete(s.repos, at)
	s.drop(r.holds())
	return r, nil
}

// drop removes those of the blobs that no repository has. It is called with mu held.
func (s *Store) drop(digests []string) {
	gone := map[string]bool{}
	for _, d := range digests {
		gone[d] = true
	}
	for _, r := range s.repos {
		for _, d := range r.holds() {
			delete(gone, d)
		}
	}
	for d := range gone {
		_ = os.Remove(s.blobPath(d)) // the change is done; a file left here is swept by the next Open
	}
}

// holds are the digests of everything that a repository needs on the disk.
func (r *Repository) holds() []string {
	return slices.AppendSeq(slices.Collect(maps.Keys(r.Blobs)), maps.Keys(r.Images))
}

// used are the blobs that an image of the repository consists of.
func (r *Repository) used() map[string]bool {
	used := map[string]bool{}
	for _, i := range r.Images {
		for _, b := range i.Blobs {
			used[b] = true
		}
	}
	return used
}

func (r *Repository) clone() *Repository {
	next := *r
	next.Labels, next.Images, next.Blobs = maps.Clone(r.Labels), maps.Clone(r.Images), maps.Clone(r.Blobs)
	if next.Images == nil {
		next.Images = map[string]Image{}
	}
	if next.Blobs == nil {
		next.Blobs = map[string]time.Time{}
	}
	return &next
}

// repoPath is a repository's file; region and name are valid. A slash in the name becomes a plus, which names cannot have; a name that is too long for
// a file is hashed.
func (s *Store) repoPath(at place) string {
	file := strings.ReplaceAll(at.name, "/", "+")
	if len(file) > 200 {
		file = fmt.Sprintf("+%x", sha256.Sum256([]byte(at.name)))
	}
	return filepath.Join(s.dir, "repositories", at.region, file+".json")
}
