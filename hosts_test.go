//go:build !sagefly_task

package sagefly_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagefly/sagefly"
)

// Two real hosts of an engine: the predicate chooses the second, and the function there sees the whole cluster.
func TestRunOnTwoHosts(t *testing.T) {
	t.Parallel()
	task := sagefly.NewTraining("who-second", who, sagefly.TrainingConfig{InstanceCount: 2, Persist: sagefly.OnHost("algo-2")})
	result, err := task.Run(t.Context(), local(t), whoInput{Fail: -1})
	if err != nil {
		t.Fatal(err)
	}
	if len(result.Output.Cluster) != 1 {
		t.Fatalf("output %+v", result.Output)
	}
	c := result.Output.Cluster[0]
	if c.Current != "algo-2" || c.Rank != 1 || c.Size != 2 || !cmp.Equal(c.Hosts, []string{"algo-1", "algo-2"}) || result.Output.First == "" {
		t.Errorf("captured %+v, rank 0 at %q", c, result.Output.First)
	}
}

// A host whose values nobody wants fails the job all the same, and its error comes back with its name.
func TestRunFailsWithAnyHost(t *testing.T) {
	t.Parallel()
	task := sagefly.NewTraining("who", who, sagefly.TrainingConfig{InstanceCount: 2})
	_, err := task.Run(t.Context(), local(t), whoInput{Fail: 1})
	e, ok := errors.AsType[*sagefly.Error](err)
	if !ok {
		t.Fatalf("err = %v, want *Error", err)
	}
	want := []sagefly.HostError{{Host: "algo-2", Class: sagefly.UserError, Message: "rank 1 does not want to", ExitCode: 1}}
	if diff := cmp.Diff(want, e.Hosts); diff != "" || e.Class != sagefly.UserError {
		t.Errorf("%s, %q (-want +got):\n%s", e.Class, e.Reason, diff)
	}
	if want := "AlgorithmError: algo-2: UserError: rank 1 does not want to, exit code: 1"; e.Reason != want {
		t.Errorf("reason %q, want %q", e.Reason, want)
	}
}

// Every way in which a program ends comes back with its class, through script mode and a real engine.
func TestRunFailureClasses(t *testing.T) {
	t.Parallel()
	task := sagefly.NewTraining("end", end, sagefly.TrainingConfig{})
	target := local(t)
	for how, want := range map[string]sagefly.HostError{
		"error":     {Class: sagefly.UserError, Message: "fit: first cause\nsecond cause", ExitCode: 1},
		"retryable": {Class: sagefly.RetryError, Message: "read data: server busy", ExitCode: 75},
		"goroutine": {Class: sagefly.ExitError, ExitCode: 2},
		"exit 3":    {Class: sagefly.ExitError, ExitCode: 3},
		"exit 0":    {Class: sagefly.NotCaptured},
	} {
		_, err := task.Run(t.Context(), target, endInput{How: how})
		e, ok := errors.AsType[*sagefly.Error](err)
		if !ok {
			t.Errorf("%s: %v, want *Error", how, err)
			continue
		}
		if want.Class == sagefly.NotCaptured {
			if e.Class != want.Class || len(e.Hosts) > 0 {
				t.Errorf("%s: %+v", how, e)
			}
			continue
		}
		want.Host = "algo-1"
		if len(e.Hosts) == 1 && want.Message == "" {
			want.Message = e.Hosts[0].Message // the entry's text about a program that said nothing
		}
		if diff := cmp.Diff([]sagefly.HostError{want}, e.Hosts); diff != "" || e.Class != want.Class {
			t.Errorf("%s: %s, %q (-want +got):\n%s", how, e.Class, e.Reason, diff)
		}
	}
}
