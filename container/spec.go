package container

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	// TaskVariable names the task that a program is to run. It alone says that a program with tasks runs inside a job.
	TaskVariable = "SAGEFLY_TASK"
	// MaxRuntimeVariable is the job's MaxRuntimeInSeconds, by which a program tells the end of its time from a stop.
	MaxRuntimeVariable = "SAGEFLY_MAX_RUNTIME"
	// SpotVariable is "1" in jobs on spot capacity, where a stop may also mean that the capacity was taken.
	SpotVariable = "SAGEFLY_SPOT"
	// HostsVariable gives hosts their addresses where names do not resolve: algo-1=127.64.0.17,algo-2=127.64.0.18
	HostsVariable = "SAGEFLY_HOSTS"
	// SpecChannel is the channel that carries a [Spec].
	SpecChannel = "sagefly"
	specFile    = "spec.json"
)

// Spec is what of a task's input does not fit the API: values that are too long for a hyperparameter or hold characters
// that one may not have, and files inside archives. A job whose input fits has no spec channel.
type Spec struct {
	Version int               `json:"version"`           // 1
	Values  map[string]string `json:"values,omitempty"`  // field → text, as hyperparameters are
	Members map[string]string `json:"members,omitempty"` // channel → file or folder inside the tar.gz that the channel holds
	Search  *Search           `json:"search,omitempty"`  // of a tuning job: what its request has no place for. Trials ignore it
}

// Search is what a tuning job's request cannot say. The embedded engine reads it; AWS does not.
type Search struct {
	// Conditions are the parameters that only some trials have, by name.
	Conditions map[string]Condition `json:"conditions,omitempty"`
	// Start are points to be tried first, in this order: a text for every parameter that is active there.
	Start []map[string]string `json:"start,omitempty"`
}

// Condition makes a parameter part of a trial only where another parameter has one of the values.
type Condition struct {
	Parameter string   `json:"parameter"` // categorical or integer, and itself searched
	In        []string `json:"in"`        // its values, as texts
}

// Marshal is the content of the channel's one file, with the file's name. Texts that are not UTF-8 are an error, because
// JSON cannot hold them unchanged.
func (s Spec) Marshal() (name string, data []byte, err error) {
	if err := checkTexts(s.Values); err != nil {
		return "", nil, fmt.Errorf("write spec: value %w", err)
	}
	if err := checkTexts(s.Members); err != nil {
		return "", nil, fmt.Errorf("write spec: member of channel %w", err)
	}
	if err := s.Search.check(); err != nil {
		return "", nil, fmt.Errorf("write spec: search: %w", err)
	}
	s.Version = 1
	data, err = printJSON(s)
	return specFile, data, err
}

// SpecKey is the S3 key of the spec, given the key that the channel's address has: that of the file itself, or of the folder it is in.
func SpecKey(key string) string {
	if path.Base(key) == specFile {
		return key
	}
	return strings.TrimSuffix(key, "/") + "/" + specFile
}

// ReadSpec reads the spec channel. Without the channel it is the zero Spec.
func (l Layout) ReadSpec() (Spec, error) {
	data, err := os.ReadFile(filepath.Join(l.Channel(SpecChannel), specFile))
	if _, dirErr := os.Stat(l.Channel(SpecChannel)); errors.Is(dirErr, fs.ErrNotExist) {
		return Spec{}, nil
	}
	if err != nil {
		return Spec{}, fmt.Errorf("read spec channel: %w", err)
	}
	s, err := ParseSpec(data)
	if err != nil {
		return Spec{}, fmt.Errorf("read spec channel: %w", err)
	}
	return s, nil
}

// ParseSpec reads the content of the channel's file.
func ParseSpec(data []byte) (s Spec, err error) {
	if err := json.Unmarshal(data, &s); err != nil {
		return s, err
	}
	if s.Version != 1 {
		return s, fmt.Errorf("version %d, this program knows version 1: build it again with the version that launches it", s.Version)
	}
	for channel, member := range s.Members {
		if !filepath.IsLocal(filepath.FromSlash(member)) {
			return s, fmt.Errorf("channel %q: %q is no path inside an archive", channel, member)
		}
	}
	return s, nil
}

// check finds texts that JSON would change.
func (s *Search) check() error {
	if s == nil {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(s.Conditions)) {
		c := s.Conditions[name]
		for _, text := range append([]string{c.Parameter}, c.In...) {
			if err := checkTexts(map[string]string{name: text}); err != nil {
				return fmt.Errorf("condition %w", err)
			}
		}
	}
	for i, point := range s.Start {
		if err := checkTexts(point); err != nil {
			return fmt.Errorf("start point %d: value %w", i, err)
		}
	}
	return nil
}

// checkTexts finds the first text, by name, that JSON would change.
func checkTexts(texts map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		if !utf8.ValidString(name) || !utf8.ValidString(texts[name]) {
			return fmt.Errorf("%q: not UTF-8", name)
		}
	}
	return nil
}
