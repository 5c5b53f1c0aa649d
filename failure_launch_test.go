//go:build !sagefly_task

package sagefly

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/google/go-cmp/cmp"
)

// Answers of DescribeTrainingJob and what they mean to a caller.
func TestClassify(t *testing.T) {
	t.Parallel()
	hosts := func(n int32) *types.ResourceConfig { return &types.ResourceConfig{InstanceCount: &n} }
	groups := &types.ResourceConfig{InstanceGroups: []types.InstanceGroup{{InstanceCount: new(int32(1))}, {InstanceCount: new(int32(2))}}}
	tests := map[string]struct {
		status    types.TrainingJobStatus
		secondary types.SecondaryStatus
		resource  *types.ResourceConfig
		reason    string
		class     Class // "" = no error
		hosts     []HostError
	}{
		"completed":     {"Completed", "Completed", hosts(1), "", "", nil},
		"running":       {"InProgress", "Training", hosts(1), "", "", nil},
		"stopped":       {"Stopped", "Stopped", hosts(1), "", Stopped, nil},
		"max runtime":   {"Stopped", "MaxRuntimeExceeded", hosts(1), "", MaxRuntime, nil},
		"max wait time": {"Stopped", "MaxWaitTimeExceeded", hosts(1), "", MaxRuntime, nil},
		"interrupted":   {"Stopped", "Interrupted", hosts(1), "", Capacity, nil},
		"user error":    {"Failed", "Failed", hosts(1), "AlgorithmError: UserError: x, exit code: 1", UserError, []HostError{{"algo-1", UserError, "x", 1}}},
		"retryable":     {"Failed", "Failed", hosts(1), "AlgorithmError: RetryableError: x, exit code: 75", RetryError, []HostError{{"algo-1", RetryError, "x", 75}}},
		"panic":         {"Failed", "Failed", hosts(1), "AlgorithmError: Panic: x, exit code: 2", PanicError, []HostError{{"algo-1", PanicError, "x", 2}}},
		"exit code":     {"Failed", "Failed", nil, "AlgorithmError: , exit code: 2", ExitError, []HostError{{"algo-1", ExitError, "", 2}}},
		"memory": {
			"Failed", "Failed", hosts(1), "AlgorithmError: OutOfMemory: killed, exit code: 137", OutOfMemory,
			[]HostError{{"algo-1", OutOfMemory, "killed", 137}},
		},
		"several": {
			"Failed", "Failed", groups, "AlgorithmError: algo-3: Panic: x, exit code: 2\nalgo-1: UserError: y, exit code: 1", PanicError,
			[]HostError{{"algo-3", PanicError, "x", 2}, {"algo-1", UserError, "y", 1}},
		},
		"lost host": {
			"Failed", "Failed", hosts(2), "InternalServerError: We encountered an internal error. Please try again. (algo-2: gone)", Lost,
			[]HostError{{"algo-2", Lost, "gone", -1}},
		},
		"AWS failed": {"Failed", "Failed", hosts(1), "InternalServerError: We encountered an internal error. Please try again.", Lost, nil},
		"capacity":   {"Failed", "Failed", hosts(1), "CapacityError: Unable to provision requested ML compute capacity. Please retry using a different ML instance type.", Capacity, nil},
		"client":     {"Failed", "Failed", hosts(1), "ClientError: Data download failed:NoSuchKey (404)", ClientError, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			job := &sagemaker.DescribeTrainingJobOutput{
				TrainingJobName: new("job"), TrainingJobStatus: tt.status, SecondaryStatus: tt.secondary, ResourceConfig: tt.resource,
				SecondaryStatusTransitions: []types.SecondaryStatusTransition{{StatusMessage: new("how it ended")}},
			}
			want := &Error{Job: "job", Class: tt.class, Reason: tt.reason, Hosts: tt.hosts}
			if tt.reason != "" {
				job.FailureReason = &tt.reason
			} else {
				want.Reason = "how it ended"
			}
			if tt.class == "" {
				want = nil
			}
			if diff := cmp.Diff(want, classify(job)); diff != "" {
				t.Errorf("%q (-want +got):\n%s", tt.reason, diff)
			}
		})
	}
}
