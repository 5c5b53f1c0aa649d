//go:build !sagefly_task

package sagefly_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/sagefly/sagefly"
)

// A job that is stopped leaves its last checkpoint in S3, and a job with the same address goes on behind it: no epoch is trained twice.
func TestResumeAfterStop(t *testing.T) {
	t.Parallel()
	target := local(t)
	request, err := epochs.Request(t.Context(), target, epochsInput{Epochs: 1_000_000})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sagefly.Launch(t.Context(), target, request, sagefly.StartOptions{}); err != nil {
		t.Fatal(err)
	}
	first := epochs.Attach(target, *request.TrainingJobName)
	err = first.Follow(t.Context(), func(_, text string) {
		if text == "epoch 5" {
			if err := first.Stop(t.Context()); err != nil {
				t.Error(err)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = first.Wait(t.Context())
	if e, ok := errors.AsType[*sagefly.Error](err); !ok || e.Class != sagefly.Stopped {
		t.Fatalf("the stopped job ended with %v", err)
	}
	done := savedEpoch(t, target, "sagefly/checkpoints/"+first.Name+"/epoch.json")
	if done < 5 {
		t.Errorf("checkpoint of epoch %d, want 5 or a later one", done)
	}
	target.Checkpoints = *request.CheckpointConfig.S3Uri
	second, err := epochs.Run(t.Context(), target, epochsInput{Epochs: done + 3})
	if want := (epochsOutput{From: done, To: done + 3}); err != nil || second.Output != want {
		t.Errorf("the second job returned %+v, %v; want %+v", second.Output, err, want)
	}
}

func TestCheckpointsOfATaskWithout(t *testing.T) {
	t.Parallel()
	target := local(t)
	target.Checkpoints = "s3://bucket/run"
	if _, err := behave.Run(t.Context(), target, behaveInput{How: "return"}); err == nil || !contains(err.Error(), "the task keeps none") {
		t.Errorf("a place for checkpoints that nobody writes: %v", err)
	}
}

// savedEpoch is what the checkpoint in the target's bucket holds.
func savedEpoch(t *testing.T, target sagefly.Target, key string) (epoch int) {
	t.Helper()
	client := s3.NewFromConfig(target.AWS, func(o *s3.Options) { o.UsePathStyle = true })
	object, err := client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: new("sagemaker-us-east-1-000000000000"), Key: &key})
	if err != nil {
		t.Fatal(err)
	}
	defer object.Body.Close()
	if err := json.NewDecoder(object.Body).Decode(&epoch); err != nil {
		t.Fatal(err)
	}
	return epoch
}
