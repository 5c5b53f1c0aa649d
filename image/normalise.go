package image

import (
	"errors"
	"fmt"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// ErrPlatform is wrapped by errors about images that are not for linux/amd64, which is what training machines run.
var ErrPlatform = errors.New("not for linux/amd64")

// Normalise returns the image in the one form that SageMaker is known to take: Docker's schema-2 manifest, configuration and
// gzip layers. Layers that are gzip keep their bytes, so what a registry has of them is not sent again; others are
// compressed anew. Layers of which an image has only an address, annotations and the subject are left out. An
// image that has this form already is returned as it is.
func Normalise(img v1.Image) (v1.Image, error) {
	manifest, err := img.Manifest()
	if err != nil {
		return nil, fmt.Errorf("read manifest: %w", err)
	}
	config, err := img.ConfigFile()
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	if !runsOn(config.OS, config.Architecture) {
		return nil, fmt.Errorf("%w: it is for %s/%s", ErrPlatform, config.OS, config.Architecture)
	}
	if normal(manifest) {
		return img, nil
	}
	layers, err := img.Layers()
	if err != nil {
		return nil, fmt.Errorf("read layers: %w", err)
	}
	next := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.DockerManifestSchema2), types.DockerConfigJSON)
	kept := make([]bool, len(layers))
	for i, layer := range layers {
		layer, err := normalLayer(layer)
		if err != nil {
			return nil, fmt.Errorf("layer %d: %w", i+1, err)
		}
		if layer == nil {
			continue
		}
		kept[i] = true
		if next, err = mutate.Append(next, mutate.Addendum{Layer: layer, MediaType: types.DockerLayer}); err != nil {
			return nil, err
		}
	}
	return withConfig(next, config, kept)
}

func normal(m *v1.Manifest) bool {
	if m.MediaType != types.DockerManifestSchema2 || m.Config.MediaType != types.DockerConfigJSON || len(m.Annotations) > 0 || m.Subject != nil {
		return false
	}
	for _, l := range m.Layers {
		if l.MediaType != types.DockerLayer || len(l.Annotations) > 0 || len(l.URLs) > 0 {
			return false
		}
	}
	return true
}

// normalLayer is a layer as gzip; nil for one that is not in the image.
func normalLayer(layer v1.Layer) (v1.Layer, error) {
	mediaType, err := layer.MediaType()
	if err != nil {
		return nil, err
	}
	switch {
	case mediaType == types.DockerLayer || mediaType == types.OCILayer:
		return stripped(layer), nil
	case !mediaType.IsDistributable():
		return nil, nil
	case mediaType == types.OCILayerZStd || mediaType == types.OCIUncompressedLayer || mediaType == types.DockerUncompressedLayer:
		return tarball.LayerFromOpener(layer.Uncompressed, tarball.WithMediaType(types.DockerLayer))
	}
	return nil, fmt.Errorf("media type %s is no file system", mediaType)
}

// stripped keeps what remote knows of where a layer may be mounted from.
func stripped(layer v1.Layer) v1.Layer {
	if m, ok := layer.(*remote.MountableLayer); ok {
		return &remote.MountableLayer{Layer: bare{m.Layer}, Reference: m.Reference}
	}
	return bare{layer}
}

// bare is a layer without the annotations and addresses that its descriptor had.
type bare struct{ v1.Layer }

// MediaType is Docker's.
func (bare) MediaType() (types.MediaType, error) { return types.DockerLayer, nil }

// withConfig gives an image the configuration of another one, some of whose layers it does not have.
func withConfig(img v1.Image, config *v1.ConfigFile, kept []bool) (v1.Image, error) {
	own, err := img.ConfigFile()
	if err != nil {
		return nil, err
	}
	next := config.DeepCopy()
	next.RootFS = own.RootFS
	next.History = keptHistory(config.History, kept)
	return mutate.ConfigFile(img, next)
}

// keptHistory leaves out the lines about layers that were left out; all of them when they do not fit the layers.
func keptHistory(history []v1.History, kept []bool) []v1.History {
	var next []v1.History
	layer := 0
	for _, h := range history {
		if !h.EmptyLayer {
			if layer == len(kept) {
				return nil
			}
			layer++
			if !kept[layer-1] {
				continue
			}
		}
		next = append(next, h)
	}
	if layer != len(kept) {
		return nil
	}
	return next
}
