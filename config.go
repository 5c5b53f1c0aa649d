package sagefly

import "time"

// TrainingConfig says how a task's jobs run. The zero value is one ml.m5.xlarge for at most a day.
type TrainingConfig struct {
	InstanceType  string        // "" = ml.m5.xlarge
	InstanceCount int           // hosts; 0 = 1
	VolumeSizeGB  int           // of each host; 0 = 30
	MaxRuntime    time.Duration // whole seconds; 0 = 24 h

	Spot    bool          // spare capacity, which may be taken away: use checkpoints
	MaxWait time.Duration // with Spot: launch waits and run time together; 0 = twice MaxRuntime

	// Persist decides in each process whether its returned values are the job's; nil = [RankZero]. It must hold in
	// exactly one.
	Persist func(Cluster) bool

	// Image is the container image that holds the program (sagefly image build makes one). "" sends the program along as
	// a script-mode bundle, for which no image has to be built.
	Image string

	// Metrics are the names that the function gives to [LogMetric]. Plain numbers of the output are metrics by themselves,
	// under their names.
	Metrics []string

	// Checkpoints keeps [CheckpointDir] in S3, restores it when the job starts again, and is needed for Spot in practice.
	Checkpoints   bool
	CheckpointURI string // "" = s3://BUCKET/sagefly/checkpoints/JOB; a run that continues another's work names its prefix

	Environment map[string]string // of the program
	Tags        map[string]string // of the job
	Retries     int               // how often the service starts a job again after its own errors, 0–30
}
