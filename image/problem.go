package image

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/v1/types"
)

// Codes of problems.
const (
	CodePlatform = "image-platform"
	CodeFormat   = "image-format"
)

// Problem is one reason why SageMaker would not take an image.
type Problem struct {
	Code string // CodePlatform or CodeFormat
	What string // stands alone, lower case
	Why  string // the fact that was checked
	// Stops says that no training job can be expected to run the image. False is for what hosting refuses, or nobody
	// is known to have tried, while no refusal by training is known.
	Stops bool
}

// manifest is as much of an image's or an index's manifest as is judged.
type manifest struct {
	SchemaVersion int    `json:"schemaVersion"`
	MediaType     string `json:"mediaType"`
	Layers        []struct {
		MediaType string `json:"mediaType"`
	} `json:"layers"`
	Manifests []struct {
		Platform struct {
			OS           string `json:"os"`
			Architecture string `json:"architecture"`
		} `json:"platform"`
	} `json:"manifests"`
}

// Problems lists what is wrong with an image for SageMaker, from its manifest and its configuration as they are stored. It is the one
// place that judges images: what is pushed has none of these, and before a job is created those that stop it are looked for. A
// nil configuration, or an index's, is not looked at: the manifest alone does not say for which processor an image is. An error
// means that one of the two is no JSON.
//
// Hosting is known to refuse OCI media types and indexes, and training to fail in other processors' images. Which image of an index a job
// would get is documented nowhere, and of layers by zstd no service of SageMaker is known to unpack any, so both stop a job. Of OCI
// manifests in training no refusal is known; they are listed because the same image is often hosted, and cost nothing to avoid.
func Problems(stored, config []byte) ([]Problem, error) {
	var m manifest
	if err := json.Unmarshal(stored, &m); err != nil {
		return nil, fmt.Errorf("read manifest: %w", err)
	}
	if types.MediaType(m.MediaType).IsIndex() || m.Manifests != nil {
		return []Problem{m.indexProblem()}, nil
	}
	problems := slices.Concat(m.typeProblems(), m.layerProblems())
	p, err := platformProblems(config)
	return append(problems, p...), err
}

func (m manifest) indexProblem() Problem {
	why := "its media type is " + m.MediaType
	if m.MediaType == "" {
		why = "its manifest lists others"
	}
	var platforms []string
	for _, one := range m.Manifests {
		platforms = append(platforms, one.Platform.OS+"/"+one.Platform.Architecture)
	}
	if len(platforms) > 0 {
		why += ", with " + strings.Join(platforms, ", ")
	}
	return Problem{CodeFormat, "the image is an index of several images", why, true}
}

func (m manifest) typeProblems() []Problem {
	p := Problem{CodeFormat, "the manifest is not Docker's schema 2", "its media type is " + m.MediaType, false}
	switch mediaType := types.MediaType(m.MediaType); {
	case mediaType == types.DockerManifestSchema2:
		return nil
	case m.MediaType == "" && m.SchemaVersion == 2:
		p.Why = "its media type is that of an OCI manifest, which need not be written"
	case mediaType != types.OCIManifestSchema1:
		p.Why, p.Stops = fmt.Sprintf("its media type is %q, of schema version %d", m.MediaType, m.SchemaVersion), true
	}
	return []Problem{p}
}

// layerProblems are at most two: the first layer that stops a job, and the first that is otherwise unusual.
func (m manifest) layerProblems() (problems []Problem) {
	for i, l := range m.Layers {
		t := types.MediaType(l.MediaType)
		if t == types.DockerLayer || t == types.OCILayer {
			continue
		}
		p := Problem{
			CodeFormat, "a layer is not compressed by gzip, or not in the image",
			fmt.Sprintf("layer %d of %d has the media type %s", i+1, len(m.Layers), l.MediaType), !t.IsLayer() || strings.Contains(l.MediaType, "zstd"),
		}
		if !slices.ContainsFunc(problems, func(other Problem) bool { return other.Stops == p.Stops }) {
			problems = append(problems, p)
		}
	}
	return problems
}

func platformProblems(config []byte) ([]Problem, error) {
	if config == nil {
		return nil, nil
	}
	var c struct{ OS, Architecture string }
	if err := json.Unmarshal(config, &c); err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	if runsOn(c.OS, c.Architecture) {
		return nil, nil
	}
	return []Problem{{CodePlatform, "the image is not for linux/amd64", fmt.Sprintf("it is for %s/%s, and training machines are linux/amd64", c.OS, c.Architecture), true}}, nil
}

// runsOn reports whether training machines are of a platform.
func runsOn(os, architecture string) bool {
	return os == platform().OS && architecture == platform().Architecture
}
