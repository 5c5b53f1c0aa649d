package algorithm

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/sagefly/sagefly/internal/nearest"
)

// Algorithm is one built-in algorithm with all its versions.
type Algorithm struct {
	// Name is what users type, the SDK's framework name: xgboost.
	Name string
	// Title is the name in prose, Summary one sentence.
	Title   string
	Summary string
	// DefaultTag is the version taken when none is named.
	DefaultTag string
	// Versions from oldest to newest.
	Versions []Version
}

// Version is one image tag of an algorithm, with everything that holds for it.
type Version struct {
	// Algorithm is the name of the algorithm.
	Algorithm string
	// Tag is the version as the SDK and the image's tag have it: 3.0-5. Images of some tags carry a suffix, see [ImageURI].
	Tag string
	// Library and its version are what the image computes with: XGBoost 3.0.5.
	Library        string
	LibraryVersion string
	// Trainable says that sagefly has a training program for this version.
	Trainable bool `json:",omitempty"`
	// Note says what is worth knowing about the tag, in a sentence; often empty.
	Note string `json:",omitempty"`
	// Hyperparameters, Metrics and Channels are empty for versions whose container is closed.
	Hyperparameters []Hyperparameter `json:",omitempty"`
	Metrics         []Metric         `json:",omitempty"`
	Channels        []Channel        `json:",omitempty"`
	// DefaultContentType is taken for channels that name none.
	DefaultContentType string `json:",omitempty"`

	// traps finds settings that are accepted and unwise, beyond ranges; nil when there are none to find.
	traps func(Version, Params) []Finding
}

// Names returns the names of all algorithms, sorted.
func Names() []string {
	var names []string
	for _, a := range all() {
		names = append(names, a.Name)
	}
	slices.Sort(names)
	return names
}

// all is the catalogue, built once: it takes longer to build than to serve a request. Nothing changes it afterwards.
var all = sync.OnceValue(func() []Algorithm {
	return []Algorithm{xgboost()}
})

// Lookup finds an algorithm by name, exactly. The slices of the result are shared: do not change their elements.
func Lookup(name string) (Algorithm, bool) {
	for _, a := range all() {
		if a.Name == name {
			return a, true
		}
	}
	return Algorithm{}, false
}

// Nearest returns at most three names of algorithms that name may have been meant for, best first; none when nothing is close.
func Nearest(name string) []string {
	return nearest.Words(name, Names())
}

// Version finds a version by its tag; an empty tag is the default one, and latest is the tag 1, as in the SDK. The error names
// the tags that exist.
func (a Algorithm) Version(tag string) (Version, error) {
	switch tag {
	case "":
		tag = a.DefaultTag
	case latestTag:
		tag = latestMeans
	}
	for _, v := range a.Versions {
		if v.Tag == tag {
			return v, nil
		}
	}
	return Version{}, fmt.Errorf("find %s version %q: no such version, there are %s", a.Name, tag, joinTags(a.Versions))
}

// latest has meant the version 1 ever since there were others; it is not the newest.
const (
	latestTag   = "latest"
	latestMeans = "1"
)

// Hyperparameter finds a hyperparameter by name or alias.
func (v Version) Hyperparameter(name string) (Hyperparameter, bool) {
	for _, h := range v.Hyperparameters {
		if h.Name == name || slices.Contains(h.Aliases, name) {
			return h, true
		}
	}
	return Hyperparameter{}, false
}

// Metric finds a metric by its bare name (rmse) or by the name of an objective (validation:rmse).
func (v Version) Metric(name string) (Metric, bool) {
	for _, m := range v.Metrics {
		if m.Name == name || m.ObjectiveName() == name {
			return m, true
		}
	}
	return Metric{}, false
}

// BareMetric is a metric's name without the data that it is of: rmse of train:rmse.
func BareMetric(name string) string { return name[strings.LastIndexByte(name, ':')+1:] }

func joinTags(versions []Version) string {
	s := ""
	for i, v := range versions {
		if i > 0 {
			s += ", "
		}
		s += v.Tag
	}
	return s
}
