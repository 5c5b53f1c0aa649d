package algorithm

import (
	"errors"
	"testing"
)

func TestChannels(t *testing.T) {
	t.Parallel()
	csv := ChannelConfig{ContentType: "text/csv", TrainingInputMode: "File", S3DistributionType: "FullyReplicated", RecordWrapperType: "None"}
	edited := func(edit func(*ChannelConfig)) ChannelConfig {
		c := csv
		edit(&c)
		return c
	}
	tests := map[string]struct {
		channels map[string]ChannelConfig
		want     string
	}{
		"train":      {map[string]ChannelConfig{"train": csv}, ""},
		"both":       {map[string]ChannelConfig{"train": csv, "validation": csv}, ""},
		"sharded":    {map[string]ChannelConfig{"train": edited(func(c *ChannelConfig) { c.S3DistributionType = "ShardedByS3Key" })}, ""},
		"default":    {map[string]ChannelConfig{"train": edited(func(c *ChannelConfig) { c.ContentType = "" })}, ""},
		"pipe":       {map[string]ChannelConfig{"train": edited(func(c *ChannelConfig) { c.TrainingInputMode = "Pipe" })}, ""},
		"missing":    {map[string]ChannelConfig{"validation": csv}, "Missing required channel: train"},
		"extraneous": {map[string]ChannelConfig{"train": csv, "test": csv}, "Extraneous channel found: test"},
		"fast file": {
			map[string]ChannelConfig{"train": edited(func(c *ChannelConfig) { c.TrainingInputMode = "FastFile" })},
			"Channel configuration for 'train' channel is not supported: {'ContentType': 'text/csv', 'TrainingInputMode': 'FastFile', " +
				"'S3DistributionType': 'FullyReplicated', 'RecordWrapperType': 'None'}",
		},
		"charset": {
			map[string]ChannelConfig{"train": csv, "validation": edited(func(c *ChannelConfig) { c.ContentType = "text/csv; charset=utf-8" })},
			"Channel configuration for 'validation' channel is not supported: {'ContentType': 'text/csv; charset=utf-8', " +
				"'TrainingInputMode': 'File', 'S3DistributionType': 'FullyReplicated', 'RecordWrapperType': 'None'}",
		},
		"libsvm by pipe": {
			map[string]ChannelConfig{"train": edited(func(c *ChannelConfig) { c.TrainingInputMode, c.ContentType = "Pipe", "" })},
			"Channel configuration for 'train' channel is not supported: {'TrainingInputMode': 'Pipe', " +
				"'S3DistributionType': 'FullyReplicated', 'RecordWrapperType': 'None', 'ContentType': 'text/libsvm'}",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := version(t, "3.0-5").ValidateChannels(test.channels)
			user, refused := errors.AsType[*UserError](err)
			if refused != (test.want != "") || refused && user.Message != test.want {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
	err := version(t, "").ValidateChannels(map[string]ChannelConfig{"train": {ContentType: "csv", TrainingInputMode: "File"}})
	if p, ok := errors.AsType[*PythonError](err); !ok || p.Class != "KeyError" || p.Message != "'S3DistributionType'" {
		t.Errorf("no distribution type: got %T %v, want KeyError 'S3DistributionType'", err, err)
	}
}
