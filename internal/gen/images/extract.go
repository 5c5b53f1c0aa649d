package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
)

// images is the extract: who may train with which image where.
type images struct {
	Algorithm string
	Source    string // package and version
	License   string
	File      string // path inside the package
	Versions  []version
	// Registries are account by region; versions refer to one by its index.
	Registries []map[string]string
}

type version struct {
	Tag        string
	Aliases    []string `json:",omitempty"` // other tags of the same image
	Suffix     string   `json:",omitempty"` // what the image's tag has after Tag
	Repository string
	Registry   int
}

// sdkFile is the part of the SDK's image_uri_config that says which images train.
type sdkFile struct {
	Training struct {
		VersionAliases map[string]string `json:"version_aliases"`
		Versions       map[string]struct {
			Registries map[string]string `json:"registries"`
			Repository string            `json:"repository"`
			Processors []string          `json:"processors"`
			PyVersions []string          `json:"py_versions"`
		} `json:"versions"`
	} `json:"training"`
}

func extract(sdk, source, out string) error {
	data, err := os.ReadFile(sdk)
	if err != nil {
		return err
	}
	var file sdkFile
	if err := json.Unmarshal(data, &file); err != nil {
		return fmt.Errorf("read %s: %w", sdk, err)
	}
	result, err := json.MarshalIndent(file.images(source), "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(out, append(result, '\n'), 0o644)
}

func (f sdkFile) images(source string) images {
	im := images{Algorithm: "xgboost", Source: source, License: "Apache-2.0", File: "image_uri_config/xgboost.json"}
	for _, tag := range slices.Sorted(maps.Keys(f.Training.Versions)) {
		from := f.Training.Versions[tag]
		v := version{Tag: tag, Repository: from.Repository, Registry: im.registry(from.Registries)}
		if len(from.Processors) > 0 {
			v.Suffix = "-" + strings.Join(append(slices.Clone(from.Processors), from.PyVersions...), "-")
		}
		for _, alias := range slices.Sorted(maps.Keys(f.Training.VersionAliases)) {
			if f.Training.VersionAliases[alias] == tag {
				v.Aliases = append(v.Aliases, alias)
			}
		}
		im.Versions = append(im.Versions, v)
	}
	return im
}

// registry returns the index of a table of accounts, adding it when it is new.
func (im *images) registry(accounts map[string]string) int {
	i := slices.IndexFunc(im.Registries, func(have map[string]string) bool { return maps.Equal(have, accounts) })
	if i < 0 {
		im.Registries = append(im.Registries, accounts)
		i = len(im.Registries) - 1
	}
	return i
}
