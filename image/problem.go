package image

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/go-containerregistry/pkg/v1/types"
)

// Codes of problems.
const (
	CodePlatform = "image-platform"
	CodeFormat   = "image-format"
)

// Problem is one reason why SageMaker would not run an image.
type Problem struct {
	Code string // CodePlatform or CodeFormat
	What string // stands alone, lower case
	Why  string // the fact that was checked
}

// Problems lists what is wrong with an image for SageMaker, from its manifest and its configuration as they are stored. A
// nil configuration, or an index's, is not looked at: the manifest alone does not say for which processor an image is. An error
// means that one of the two is no JSON.
//
// Hosting is known to refuse OCI media types and indexes, and training to fail in other processors' images. Of OCI manifests in training
// no refusal is known; they are listed because the same image is often hosted, and cost nothing to avoid.
func Problems(manifest, config []byte) ([]Problem, error) {
	var m struct {
		MediaType string `json:"mediaType"`
		Config    struct {
			MediaType string `json:"mediaType"`
		} `json:"config"`
		Layers []struct {
			MediaType string `json:"mediaType"`
		} `json:"layers"`
		Manifests []any `json:"manifests"`
	}
	if err := json.Unmarshal(manifest, &m); err != nil {
		return nil, fmt.Errorf("read manifest: %w", err)
	}
	mediaType := types.MediaType(m.MediaType)
	if mediaType.IsIndex() || m.Manifests != nil {
		return []Problem{{CodeFormat, "the image is an index of several images", fmt.Sprintf("its media type is %s, with %d entries", m.MediaType, len(m.Manifests))}}, nil
	}
	var problems []Problem
	if mediaType != types.DockerManifestSchema2 {
		if m.MediaType == "" {
			m.MediaType = "that of an OCI manifest"
		}
		problems = append(problems, Problem{CodeFormat, "the manifest is not Docker's schema 2", "its media type is " + m.MediaType})
	}
	var layers []string
	for _, l := range m.Layers {
		layers = append(layers, l.MediaType)
	}
	if p := layerProblem(layers); p != nil {
		problems = append(problems, *p)
	}
	p, err := platformProblem(config)
	if p != nil {
		problems = append(problems, *p)
	}
	return problems, err
}

func layerProblem(layers []string) *Problem {
	i := slices.IndexFunc(layers, func(l string) bool {
		return types.MediaType(l) != types.DockerLayer && types.MediaType(l) != types.OCILayer
	})
	if i < 0 {
		return nil
	}
	return &Problem{CodeFormat, "a layer is not compressed by gzip, or not in the image", fmt.Sprintf("layer %d of %d has the media type %s", i+1, len(layers), layers[i])}
}

func platformProblem(config []byte) (*Problem, error) {
	if config == nil {
		return nil, nil
	}
	var c struct{ OS, Architecture string }
	if err := json.Unmarshal(config, &c); err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	if c.OS == "linux" && c.Architecture == "amd64" {
		return nil, nil
	}
	return &Problem{CodePlatform, "the image is for another processor", fmt.Sprintf("it is for %s/%s, and training machines are linux/amd64", c.OS, c.Architecture)}, nil
}
