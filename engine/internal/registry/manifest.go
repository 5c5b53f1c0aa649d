package registry

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/sagefly/sagefly/internal/atomicfile"
)

// MaxManifest is ECR's bound for a manifest, in bytes.
const MaxManifest = 4 << 20

// The media types of manifests that a repository takes.
const (
	DockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
	DockerList     = "application/vnd.docker.distribution.manifest.list.v2+json"
	OCIManifest    = "application/vnd.oci.image.manifest.v1+json"
	OCIIndex       = "application/vnd.oci.image.index.v1+json"
)

var validTag = regexp.MustCompile(`^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$`)

// Manifest is a manifest on its way in.
type Manifest struct {
	Tag       string // "" = none
	Digest    string // that the client expects; "" = it does not say
	MediaType string // "" = what the document says
	Data      []byte
}

// document is what of a manifest or an index matters here.
type document struct {
	SchemaVersion int          `json:"schemaVersion"`
	MediaType     string       `json:"mediaType"`
	Config        descriptor   `json:"config"`
	Layers        []descriptor `json:"layers"`
	Manifests     []descriptor `json:"manifests"`
}

type descriptor struct {
	MediaType string   `json:"mediaType"`
	Digest    string   `json:"digest"`
	Size      int64    `json:"size"`
	URLs      []string `json:"urls"`
}

// elsewhere reports a layer whose content may not be pushed and stays where its URLs say.
func (d descriptor) elsewhere() bool {
	return len(d.URLs) > 0 && (strings.Contains(d.MediaType, "foreign") || strings.Contains(d.MediaType, "nondistributable"))
}

func (d descriptor) check() error {
	if !ValidDigest(d.Digest) || d.Size < 0 {
		return fmt.Errorf("%w: descriptor with digest %q and size %d", ErrManifest, d.Digest, d.Size)
	}
	return nil
}

// PutManifest adds an image to a repository, or a tag to an image that is there. All that it consists of must have
// been pushed before: ErrNoBlob, ErrNoImage. An immutable repository refuses a tag that exists, even for the same image: ErrTagTaken.
func (s *Store) PutManifest(region, name string, m Manifest) (Image, error) {
	image, err := m.image()
	if err != nil {
		return Image{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	at := place{region, name}
	r, err := s.find(at)
	if err != nil {
		return Image{}, err
	}
	if err := r.accepts(image, m.Tag); err != nil {
		return Image{}, err
	}
	if err := atomicfile.WriteFile(s.blobPath(image.Digest), m.Data, 0o400); err != nil {
		return Image{}, err
	}
	image.Pushed = s.now()
	r, err = s.change(at, func(r *Repository) error {
		r.put(image, m.Tag)
		return nil
	})
	if err != nil {
		return Image{}, err
	}
	return r.Images[image.Digest], nil
}

// image checks a manifest by itself.
func (m Manifest) image() (Image, error) {
	if len(m.Data) > MaxManifest {
		return Image{}, fmt.Errorf("%w: it has %d bytes, more than %d", ErrManifest, len(m.Data), MaxManifest)
	}
	if m.Tag != "" && !validTag.MatchString(m.Tag) {
		return Image{}, fmt.Errorf("%w: %q", ErrTag, m.Tag)
	}
	i := Image{Digest: fmt.Sprintf("sha256:%x", sha256.Sum256(m.Data)), MediaType: m.MediaType}
	if m.Digest != "" && m.Digest != i.Digest {
		return Image{}, fmt.Errorf("%w: it is %s", ErrDigest, i.Digest)
	}
	var d document
	if err := json.Unmarshal(m.Data, &d); err != nil {
		return Image{}, fmt.Errorf("%w: %w", ErrManifest, err)
	}
	if i.MediaType == "" {
		i.MediaType = d.MediaType
	}
	if d.SchemaVersion != 2 || d.MediaType != "" && d.MediaType != i.MediaType {
		return Image{}, fmt.Errorf("%w: schema version %d and media type %q, sent as %q", ErrManifest, d.SchemaVersion, d.MediaType, i.MediaType)
	}
	switch i.MediaType {
	case DockerManifest, OCIManifest:
		return i, i.consist(d)
	case DockerList, OCIIndex:
		return i, i.list(d)
	}
	return Image{}, fmt.Errorf("%w: media type %q", ErrManifest, i.MediaType)
}

func (i *Image) consist(d document) error {
	i.Artifact = d.Config.MediaType
	if err := d.Config.check(); err != nil {
		return err
	}
	i.Blobs = []string{d.Config.Digest}
	for _, l := range d.Layers {
		if err := l.check(); err != nil {
			return err
		}
		if l.elsewhere() {
			continue
		}
		i.Size += l.Size
		i.Blobs = append(i.Blobs, l.Digest)
	}
	return nil
}

func (i *Image) list(d document) error {
	for _, m := range d.Manifests {
		if err := m.check(); err != nil {
			return err
		}
		i.Children = append(i.Children, m.Digest)
	}
	return nil
}

// accepts says why a repository does not take an image under a tag.
func (r *Repository) accepts(i Image, tag string) error {
	if _, taken := r.Tagged(tag); taken && r.Immutable {
		return fmt.Errorf("%w: %s", ErrTagTaken, tag)
	}
	for _, b := range i.Blobs {
		if _, ok := r.Blobs[b]; !ok {
			return fmt.Errorf("%w: %s", ErrNoBlob, b)
		}
	}
	for _, c := range i.Children {
		if _, ok := r.Images[c]; !ok {
			return fmt.Errorf("%w: %s", ErrNoImage, c)
		}
	}
	return nil
}

// put adds an image and moves the tag to it.
func (r *Repository) put(i Image, tag string) {
	if old, ok := r.Images[i.Digest]; ok {
		i = old
	}
	if tag != "" {
		r.untag(tag)
		i.Tags = slices.Sorted(slices.Values(append(slices.Clone(i.Tags), tag)))
		i.Tags = slices.Compact(i.Tags)
	}
	r.Images[i.Digest] = i
}

func (r *Repository) untag(tag string) {
	i, ok := r.Tagged(tag)
	if !ok {
		return
	}
	i.Tags = slices.DeleteFunc(slices.Clone(i.Tags), func(t string) bool { return t == tag })
	r.Images[i.Digest] = i
}

// Tagged returns the image that a tag names.
func (r *Repository) Tagged(tag string) (Image, bool) {
	for _, i := range r.Images {
		if tag != "" && slices.Contains(i.Tags, tag) {
			return i, true
		}
	}
	return Image{}, false
}

// Image returns the image that a digest or a tag names.
func (r *Repository) Image(reference string) (Image, bool) {
	if i, ok := r.Images[reference]; ok {
		return i, true
	}
	return r.Tagged(reference)
}

// Tags are all tags, sorted.
func (r *Repository) Tags() []string {
	tags := []string{}
	for _, i := range r.Images {
		tags = append(tags, i.Tags...)
	}
	slices.Sort(tags)
	return tags
}

// Manifest returns an image of a repository, by tag or digest, and its manifest.
func (s *Store) Manifest(region, name, reference string) (Image, []byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.find(place{region, name})
	if err != nil {
		return Image{}, nil, err
	}
	i, ok := r.Image(reference)
	if !ok {
		return Image{}, nil, fmt.Errorf("%w: %s", ErrNoImage, reference)
	}
	data, err := os.ReadFile(s.blobPath(i.Digest))
	return i, data, err
}

// Untag takes a tag away. The last tag of an image takes the image along, as in ECR.
func (s *Store) Untag(region, name, tag string) (Image, error) {
	var image Image
	_, err := s.Change(region, name, func(r *Repository) error {
		i, ok := r.Tagged(tag)
		if !ok {
			return ErrNoImage
		}
		image = i
		if len(i.Tags) == 1 {
			return r.remove(i)
		}
		r.untag(tag)
		return nil
	})
	return image, err
}

// Remove takes an image away, with its tags. An image that an index lists stays: ErrReferenced.
func (s *Store) Remove(region, name, digest string) (Image, error) {
	var image Image
	_, err := s.Change(region, name, func(r *Repository) error {
		i, ok := r.Images[digest]
		if !ok {
			return ErrNoImage
		}
		image = i
		return r.remove(i)
	})
	return image, err
}

// remove also forgets the blobs that no other image of the repository consists of.
func (r *Repository) remove(i Image) error {
	for _, other := range r.Images {
		if slices.Contains(other.Children, i.Digest) {
			return fmt.Errorf("%w: %s", ErrReferenced, other.Digest)
		}
	}
	delete(r.Images, i.Digest)
	used := r.used()
	for _, b := range i.Blobs {
		if !used[b] {
			delete(r.Blobs, b)
		}
	}
	return nil
}
