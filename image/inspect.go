package image

import (
	"context"
	"fmt"

	"github.com/google/go-containerregistry/pkg/v1/remote"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// Summary is what Inspect found.
type Summary struct {
	Reference  string            // as it was asked for
	Digest     string            // sha256:…
	MediaType  string            // of the manifest or index
	Platforms  []string          // os/architecture; of an index one for each entry
	Size       int64             // of the layers, compressed, in bytes
	Layers     []Layer           // none of an index
	Entrypoint []string          // none of an index, as everything below
	Cmd        []string          //
	User       string            // "" = root
	WorkingDir string            //
	Env        []string          //
	Labels     map[string]string //
	Problems   []Problem         // why SageMaker would not run it
}

// Layer is one layer of an image.
type Layer struct {
	Digest    string
	MediaType string
	Size      int64 // compressed, in bytes
}

// Inspect reads what a registry says about an image, without its layers.
func Inspect(ctx context.Context, reference string, a Access) (Summary, error) {
	ref, options, err := a.resolve(ctx, reference)
	if err != nil {
		return Summary{}, fmt.Errorf("inspect %s: %w", reference, err)
	}
	found, err := remote.Get(ref, options...)
	if err != nil {
		return Summary{}, fmt.Errorf("inspect %s: %w", reference, explain(err, ref.Context().Registry))
	}
	s := Summary{Reference: reference}
	if found.MediaType.IsIndex() {
		err = s.index(found)
	} else {
		var img v1.Image
		if img, err = found.Image(); err == nil {
			err = s.image(img)
		}
	}
	if err != nil {
		return Summary{}, fmt.Errorf("inspect %s: %w", reference, err)
	}
	return s, nil
}

// InspectFile is Inspect for a file that `docker save` or [Save] wrote.
func InspectFile(path string) (Summary, error) {
	base, err := Load(path)
	if err != nil {
		return Summary{}, err
	}
	s := Summary{Reference: path}
	if err := s.image(base.Image); err != nil {
		return Summary{}, fmt.Errorf("inspect %s: %w", path, err)
	}
	return s, nil
}

func (s *Summary) index(found *remote.Descriptor) error {
	index, err := found.ImageIndex()
	if err != nil {
		return err
	}
	list, err := index.IndexManifest()
	if err != nil {
		return err
	}
	s.Digest, s.MediaType = found.Digest.String(), string(found.MediaType)
	for _, m := range list.Manifests {
		if m.Platform != nil {
			s.Platforms = append(s.Platforms, m.Platform.String())
		}
	}
	s.Problems, err = Problems(found.Manifest, nil)
	return err
}

func (s *Summary) image(img v1.Image) error {
	manifest, err := img.Manifest()
	if err != nil {
		return err
	}
	config, err := img.ConfigFile()
	if err != nil {
		return err
	}
	digest, err := img.Digest()
	if err != nil {
		return err
	}
	s.Digest, s.MediaType = digest.String(), string(manifest.MediaType)
	s.Platforms = []string{config.OS + "/" + config.Architecture}
	for _, l := range manifest.Layers {
		s.Size += l.Size
		s.Layers = append(s.Layers, Layer{l.Digest.String(), string(l.MediaType), l.Size})
	}
	c := config.Config
	s.Entrypoint, s.Cmd, s.User, s.WorkingDir, s.Env, s.Labels = c.Entrypoint, c.Cmd, c.User, c.WorkingDir, c.Env, c.Labels
	return s.check(img)
}

func (s *Summary) check(img v1.Image) error {
	manifest, err := img.RawManifest()
	if err != nil {
		return err
	}
	config, err := img.RawConfigFile()
	if err != nil {
		return err
	}
	s.Problems, err = Problems(manifest, config)
	return err
}
