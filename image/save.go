package image

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// Save writes an image to a file that `docker load` reads, under the name REPOSITORY:TAG, and returns that name. Without a tag
// it is the content's; see [ContentTag].
func Save(path, reference string, img v1.Image) (string, error) {
	host, repository, tag := split(reference)
	if tag == "" {
		digest, err := img.Digest()
		if err != nil {
			return "", fmt.Errorf("save %s: %w", path, err)
		}
		tag = ContentTag(digest)
	}
	if host != "" {
		repository = host + "/" + repository
	}
	ref, err := name.NewTag(repository+":"+tag, nameOptions(host)...)
	if err != nil {
		return "", fmt.Errorf("save %s: %w", path, err)
	}
	f, err := os.Create(path)
	if err != nil {
		return "", fmt.Errorf("save: %w", err)
	}
	if err := errors.Join(tarball.Write(ref, img, f), f.Close()); err != nil {
		return "", errors.Join(fmt.Errorf("save %s: %w", path, err), os.Remove(path))
	}
	return repository + ":" + tag, nil
}

// ContentTag is the tag of an image that was given none: the beginning of its digest, so that it never has to move.
func ContentTag(digest v1.Hash) string { return digest.Hex[:16] }

func opener(path string) tarball.Opener {
	return func() (io.ReadCloser, error) { return os.Open(path) }
}
