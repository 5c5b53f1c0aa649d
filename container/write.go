package container

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
)

// Write makes root the contract of one host: directories, then the files of input/config. Existing files are
// replaced and existing data stays, so it can be repeated.
//
// Directories a program writes to are 0777 and files 0644 whatever the umask says, because the user inside a container
// may be another one; who may reach root at all is the caller's decision. Of the files that real jobs have, those are
// left out whose content is undocumented (init-config.json, trainingjobconfig.json, upstreamoutputdataconfig.json) or
// belongs to a feature of its own (debughookconfig.json, profilerconfig.json). The members of
// metric-definition-regex.json are undocumented too: it lists the request's definitions with the API's member names.
func (c Contract) Write(root string) error {
	l := Layout{Root: root}
	if err := c.makeDirs(l); err != nil {
		return fmt.Errorf("write contract: %w", err)
	}
	files := map[string]any{
		l.Hyperparameters():   c.hyperparameters(),
		l.InputDataConfig():   c.inputDataConfig(),
		l.ResourceConfig():    c.Resource.file(),
		l.MetricDefinitions(): append([]MetricDefinition{}, c.Metrics...),
	}
	if c.CheckpointPath != "" {
		files[l.CheckpointConfig()] = checkpointFile{LocalPath: c.CheckpointPath}
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := writeJSON(name, files[name]); err != nil {
			return fmt.Errorf("write contract: %w", err)
		}
	}
	return nil
}

func (c Contract) makeDirs(l Layout) error {
	readOnly := []string{l.Root, l.Input(), l.ConfigDir(), l.DataDir()}
	for _, ch := range c.Channels {
		if or(ch.InputMode, "File") != "Pipe" {
			readOnly = append(readOnly, l.Channel(ch.Name))
		}
	}
	for _, dir := range readOnly {
		if err := makeDir(dir, 0o755); err != nil {
			return err
		}
	}
	writable := []string{l.Model(), l.Output(), l.OutputData(), l.at("output/metrics"), l.Metrics()}
	if p, ok := l.Locate(c.CheckpointPath); ok && c.CheckpointPath != "" {
		writable = append(writable, p)
	}
	for _, dir := range writable {
		if err := makeDir(dir, 0o777); err != nil {
			return err
		}
	}
	// A program may make directories of its own beside ours (code, shared, …).
	return os.Chmod(l.Root, 0o777)
}

func makeDir(dir string, mode os.FileMode) error {
	if err := os.MkdirAll(dir, mode); err != nil {
		return err
	}
	return os.Chmod(dir, mode) // the umask took bits away
}

func writeJSON(name string, v any) error {
	data, err := printJSON(v)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if err := os.WriteFile(name, data, 0o644); err != nil {
		return err
	}
	return os.Chmod(name, 0o644)
}

// printJSON prints as the service does: compact, no final newline, no HTML escapes.
func printJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

func (c Contract) hyperparameters() map[string]string {
	if c.Hyperparameters == nil {
		return map[string]string{}
	}
	return c.Hyperparameters
}

func (c Contract) inputDataConfig() map[string]channelFile {
	m := make(map[string]channelFile, len(c.Channels))
	for _, ch := range c.Channels {
		m[ch.Name] = channelFile{
			ContentType:        ch.ContentType,
			TrainingInputMode:  or(ch.InputMode, "File"),
			S3DistributionType: or(ch.Distribution, "FullyReplicated"),
			RecordWrapperType:  or(ch.RecordWrapper, "None"),
		}
	}
	return m
}

func (r Resource) file() resourceFile {
	r = r.withDefaults()
	hosts := sorted(r.Hosts)
	if hosts == nil {
		hosts = []string{}
	}
	groups := r.Groups
	if groups == nil {
		groups = []Group{{Name: r.Group, InstanceType: r.InstanceType, Hosts: hosts}}
	}
	return resourceFile{
		CurrentHost:          r.CurrentHost,
		CurrentInstanceType:  r.InstanceType,
		CurrentGroupName:     r.Group,
		Hosts:                hosts,
		InstanceGroups:       groups,
		NetworkInterfaceName: r.NetworkInterface,
	}
}
