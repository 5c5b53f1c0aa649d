package container

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
)

// The files in the service's key order.
type (
	channelFile struct {
		ContentType        string `json:",omitempty"`
		TrainingInputMode  string
		S3DistributionType string
		RecordWrapperType  string
	}
	resourceFile struct {
		CurrentHost          string          `json:"current_host"`
		CurrentInstanceType  string          `json:"current_instance_type"`
		CurrentGroupName     string          `json:"current_group_name"`
		Hosts                []string        `json:"hosts"`
		InstanceGroups       []Group         `json:"instance_groups"`
		NetworkInterfaceName string          `json:"network_interface_name"`
		Topology             json.RawMessage `json:"topology"` // null but on UltraServers
	}
	checkpointFile struct {
		LocalPath string
	}
)

// Read reads the files below root. It is as tolerant as the training toolkit: a missing file is an empty object, unknown
// members are ignored, and what older platforms leave out gets its default. Channels are sorted by name, hosts as
// sorted by the platform. A file that is there and is not what it should be is an error that names it.
//
// JobName, JobARN, Region and Environment are not in the files; see [Contract.Identify].
func Read(root string) (Contract, error) {
	l := Layout{Root: root}
	var c Contract
	for _, f := range []struct {
		name  string
		parse func([]byte) error
	}{
		{l.Hyperparameters(), c.parseHyperparameters},
		{l.InputDataConfig(), c.parseChannels},
		{l.ResourceConfig(), c.parseResource},
		{l.MetricDefinitions(), c.parseMetrics},
		{l.CheckpointConfig(), c.parseCheckpoint},
	} {
		data, err := os.ReadFile(f.name)
		if errors.Is(err, fs.ErrNotExist) {
			data = nil
		} else if err != nil {
			return Contract{}, fmt.Errorf("read contract: %w", err)
		}
		if err := f.parse(data); err != nil {
			return Contract{}, fmt.Errorf("read contract: %s: %w", f.name, err)
		}
	}
	return c, nil
}

// Identify returns c with the job's name, ARN and region as getenv knows them.
func (c Contract) Identify(getenv func(string) string) Contract {
	c.JobName = getenv("TRAINING_JOB_NAME")
	c.JobARN = getenv("TRAINING_JOB_ARN")
	c.Region = getenv("AWS_REGION")
	return c
}

// unmarshal treats an absent file as an empty value.
func unmarshal(data []byte, v any) error {
	if len(data) == 0 {
		return nil
	}
	return json.Unmarshal(data, v)
}

func (c *Contract) parseHyperparameters(data []byte) error {
	var raw map[string]json.RawMessage
	if err := unmarshal(data, &raw); err != nil {
		return err
	}
	c.Hyperparameters = make(map[string]string, len(raw))
	for key, value := range raw {
		c.Hyperparameters[key] = hyperparameterText(value)
	}
	return nil
}

func (c *Contract) parseChannels(data []byte) error {
	var raw map[string]channelFile
	if err := unmarshal(data, &raw); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(raw)) {
		ch := raw[name]
		c.Channels = append(c.Channels, Channel{
			Name:          name,
			ContentType:   ch.ContentType,
			InputMode:     or(ch.TrainingInputMode, "File"),
			Distribution:  or(ch.S3DistributionType, "FullyReplicated"),
			RecordWrapper: or(ch.RecordWrapperType, "None"),
		})
	}
	return nil
}

func (c *Contract) parseResource(data []byte) error {
	var raw resourceFile
	if err := unmarshal(data, &raw); err != nil {
		return err
	}
	c.Resource = Resource{
		CurrentHost:      raw.CurrentHost,
		InstanceType:     raw.CurrentInstanceType,
		Group:            raw.CurrentGroupName,
		Hosts:            raw.Hosts,
		Groups:           raw.InstanceGroups,
		NetworkInterface: raw.NetworkInterfaceName,
	}.withDefaults()
	return nil
}

func (c *Contract) parseMetrics(data []byte) error {
	var list []MetricDefinition
	// The file's shape is undocumented and no program needs it: another shape is not an error.
	if unmarshal(data, &list) == nil && len(list) > 0 {
		c.Metrics = list
	}
	return nil
}

func (c *Contract) parseCheckpoint(data []byte) error {
	var raw checkpointFile
	if err := unmarshal(data, &raw); err != nil {
		return err
	}
	c.CheckpointPath = raw.LocalPath
	return nil
}
