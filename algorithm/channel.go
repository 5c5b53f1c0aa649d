package algorithm

import (
	"fmt"
	"maps"
	"slices"
)

// Channel is an input that a version knows.
type Channel struct {
	Name     string
	Required bool `json:",omitempty"`
	// Accepts are the combinations that the container accepts, besides which nothing is.
	Accepts []ChannelRule
	// Description says what the channel is for.
	Description string
}

// ChannelRule is a set of accepted combinations: any of the content types with any of the distribution types in one input mode.
type ChannelRule struct {
	TrainingInputMode   string
	ContentTypes        []string
	S3DistributionTypes []string
}

// ChannelConfig is a channel's entry in inputdataconfig.json. The container checks the first three members and prints all
// four in its message.
type ChannelConfig struct {
	ContentType        string // empty when absent
	TrainingInputMode  string
	S3DistributionType string // empty when absent, which the container cannot bear
	RecordWrapperType  string // empty when absent
}

// ContentTypes returns every content type that the required channel accepts in File mode, in the container's words.
func (v Version) ContentTypes() []string {
	for _, c := range v.Channels {
		if c.Required {
			return c.contentTypes("File")
		}
	}
	return nil
}

func (c Channel) contentTypes(mode string) []string {
	var types []string
	for _, rule := range c.Accepts {
		if rule.TrainingInputMode == mode {
			types = append(types, rule.ContentTypes...)
		}
	}
	return types
}

// ValidateChannels checks a job's channels as the version's container does: missing ones, then unknown names and unsupported
// combinations. Content types are compared as they stand, so text/csv;label_size=1 is not text/csv, and FastFile is no accepted
// mode, although AWS documents it. A channel without a content type has the default one.
//
// Channels are visited by name, so that the first fault does not change from run to run.
func (v Version) ValidateChannels(channels map[string]ChannelConfig) error {
	for _, c := range v.Channels {
		if _, set := channels[c.Name]; c.Required && !set {
			return userErrorf("Missing required channel: %s", c.Name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(channels)) {
		i := slices.IndexFunc(v.Channels, func(c Channel) bool { return c.Name == name })
		if i < 0 {
			return userErrorf("Extraneous channel found: %s", name)
		}
		if err := v.Channels[i].check(channels[name], v.DefaultContentType); err != nil {
			return err
		}
	}
	return nil
}

func (c Channel) check(config ChannelConfig, defaultType string) error {
	defaulted := config.ContentType == ""
	if defaulted {
		config.ContentType = defaultType
	}
	for _, member := range []struct{ name, value string }{
		{"TrainingInputMode", config.TrainingInputMode},
		{"S3DistributionType", config.S3DistributionType},
	} {
		if member.value == "" {
			return &PythonError{Class: "KeyError", Message: reprString(member.name)}
		}
	}
	for _, rule := range c.Accepts {
		if rule.TrainingInputMode == config.TrainingInputMode && slices.Contains(rule.ContentTypes, config.ContentType) &&
			slices.Contains(rule.S3DistributionTypes, config.S3DistributionType) {
			return nil
		}
	}
	return userErrorf("Channel configuration for '%s' channel is not supported: %s", c.Name, config.dict(defaulted))
}

// dict prints the configuration as the Python dictionary that the container has read, with members in the order in which the
// platform writes them; a content type that was filled in stands last.
func (c ChannelConfig) dict(defaulted bool) string {
	s := ""
	add := func(name, value string) {
		if value == "" {
			return
		}
		if s != "" {
			s += ", "
		}
		s += fmt.Sprintf("%s: %s", reprString(name), reprString(value))
	}
	if !defaulted {
		add("ContentType", c.ContentType)
	}
	add("TrainingInputMode", c.TrainingInputMode)
	add("S3DistributionType", c.S3DistributionType)
	add("RecordWrapperType", c.RecordWrapperType)
	if defaulted {
		add("ContentType", c.ContentType)
	}
	return "{" + s + "}"
}
