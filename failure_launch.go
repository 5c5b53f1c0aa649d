//go:build !sagefly_task

package sagefly

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagefly/sagefly/container"
)

// classify is how a job ended that has ended, nil when it ended well or has not ended.
func classify(job *sagemaker.DescribeTrainingJobOutput) *Error {
	e := &Error{Job: aws.ToString(job.TrainingJobName)}
	switch job.TrainingJobStatus {
	case types.TrainingJobStatusStopped:
		e.Class, e.Reason = stopClass(job.SecondaryStatus), lastMessage(job)
	case types.TrainingJobStatusFailed:
		e.Reason = aws.ToString(job.FailureReason)
		e.Hosts = hostErrors(e.Reason, hostCount(job))
		e.Class = failureClass(e)
	default:
		return nil
	}
	return e
}

func stopClass(s types.SecondaryStatus) Class {
	switch s {
	case types.SecondaryStatusMaxRuntimeExceeded, types.SecondaryStatusMaxWaitTimeExceeded:
		return MaxRuntime
	case types.SecondaryStatusInterrupted:
		return Capacity
	}
	return Stopped
}

// failureClass goes by the first host that failed, and without one by the word that AWS's reason starts with.
func failureClass(e *Error) Class {
	if len(e.Hosts) > 0 {
		return e.Hosts[0].Class
	}
	word, _, _ := strings.Cut(e.Reason, ":")
	switch word {
	case "CapacityError":
		return Capacity
	case "ClientError":
		return ClientError
	}
	return Lost // InternalServerError, or a reason of no known form: not the program's doing
}

func hostErrors(reason string, hosts int) []HostError {
	var list []HostError
	for _, f := range container.ParseReason(reason, hosts) {
		list = append(list, HostError{f.Host, Class(f.Class), f.Message, f.ExitCode})
	}
	return list
}

// hostCount is the number of a job's hosts in all its instance groups.
func hostCount(job *sagemaker.DescribeTrainingJobOutput) int {
	if job.ResourceConfig == nil {
		return 1
	}
	n := int(aws.ToInt32(job.ResourceConfig.InstanceCount))
	for _, g := range job.ResourceConfig.InstanceGroups {
		n += int(aws.ToInt32(g.InstanceCount))
	}
	return max(n, 1)
}

// lastMessage is what the platform says at a job's end.
func lastMessage(job *sagemaker.DescribeTrainingJobOutput) string {
	if n := len(job.SecondaryStatusTransitions); n > 0 {
		if message := aws.ToString(job.SecondaryStatusTransitions[n-1].StatusMessage); message != "" {
			return message
		}
	}
	return string(job.SecondaryStatus)
}
