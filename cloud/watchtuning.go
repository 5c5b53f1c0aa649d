package cloud

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
)

// TuningWatching says who hears of a watched tuning job. The zero value is nobody.
type TuningWatching struct {
	// Seen gets every description, also one in which nothing is new, and the last one.
	Seen func(*sagemaker.DescribeHyperParameterTuningJobOutput)
	// Trouble gets every look that failed without ending the watch, and when the job was last seen.
	Trouble func(err error, last time.Time)
}

// WatchTuning looks at a tuning job until it has ended, as [Watch] does at a training job: as often, and with the same patience. A job that cannot be
// seen is given up an hour after its run time, or that of its trials one after the other, is over: [*Unobserved].
func WatchTuning(ctx context.Context, config aws.Config, name string, w TuningWatching) (*sagemaker.DescribeHyperParameterTuningJobOutput, error) {
	client := sagemaker.NewFromConfig(config)
	v := tuningWatcher(name, paceOf(config), w)
	v.look = func(ctx context.Context) (*sagemaker.DescribeHyperParameterTuningJobOutput, error) {
		return client.DescribeHyperParameterTuningJob(ctx, &sagemaker.DescribeHyperParameterTuningJobInput{HyperParameterTuningJobName: &name})
	}
	return v.run(ctx)
}

// tuningWatcher is a watch of a tuning job, but for how to look at it.
func tuningWatcher(name string, p pace, w TuningWatching) *watcher[sagemaker.DescribeHyperParameterTuningJobOutput] {
	return &watcher[sagemaker.DescribeHyperParameterTuningJobOutput]{
		job: name, pace: p, seen: w.Seen, trouble: w.Trouble, bound: tuningBound,
		ended: func(d *sagemaker.DescribeHyperParameterTuningJobOutput) bool {
			return TuningEnded(d.HyperParameterTuningJobStatus)
		},
		unobserved: func(u *Unobserved, last *sagemaker.DescribeHyperParameterTuningJobOutput) { u.LastTuning = last },
	}
}

// TuningEnded reports whether a tuning job's status is one that does not change any more.
func TuningEnded(status types.HyperParameterTuningJobStatus) bool {
	return status != types.HyperParameterTuningJobStatusInProgress && status != types.HyperParameterTuningJobStatusStopping
}

// longestTuning is what the API's ResourceLimits let a tuning job run.
const longestTuning = 15_768_000 * time.Second

// tuningBound is how long after it was last seen a tuning job may still go on.
func tuningBound(last *sagemaker.DescribeHyperParameterTuningJobOutput) time.Duration {
	if last == nil || last.HyperParameterTuningJobConfig == nil || last.HyperParameterTuningJobConfig.ResourceLimits == nil {
		return longestTuning + grace
	}
	limits := last.HyperParameterTuningJobConfig.ResourceLimits
	if seconds := aws.ToInt32(limits.MaxRuntimeInSeconds); seconds > 0 {
		return time.Duration(seconds)*time.Second + grace
	}
	jobs := float64(aws.ToInt32(limits.MaxNumberOfTrainingJobs))
	if jobs == 0 {
		return longestTuning + grace
	}
	return min(longestTuning, time.Duration(min(jobs*float64(longestTrial(last)), float64(longestTuning)))) + grace
}

// longestTrial is the longest run time of the definitions.
func longestTrial(d *sagemaker.DescribeHyperParameterTuningJobOutput) time.Duration {
	most := time.Duration(0)
	if d.TrainingJobDefinition != nil {
		most = runtime(d.TrainingJobDefinition.StoppingCondition)
	}
	for _, one := range d.TrainingJobDefinitions {
		most = max(most, runtime(one.StoppingCondition))
	}
	return most
}
