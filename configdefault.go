package sagefly

import "time"

// withDefaults fills in what the zero values mean.
func (c TrainingConfig) withDefaults() TrainingConfig {
	if c.InstanceType == "" {
		c.InstanceType = "ml.m5.xlarge"
	}
	if c.InstanceCount == 0 {
		c.InstanceCount = 1
	}
	if c.VolumeSizeGB == 0 {
		c.VolumeSizeGB = 30
	}
	if c.MaxRuntime == 0 {
		c.MaxRuntime = 24 * time.Hour
	}
	if c.Spot && c.MaxWait == 0 {
		c.MaxWait = 2 * c.MaxRuntime
	}
	if c.Persist == nil {
		c.Persist = RankZero
	}
	return c
}
