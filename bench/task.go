package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/sagefly/sagefly"
)

// tick is a task that only tells when it ran.
var tick = sagefly.NewTraining("tick", func(context.Context, struct{}) (times, error) {
	now := time.Now()
	return times{Entered: now, Left: time.Now()}, nil
}, sagefly.TrainingConfig{})

type times struct{ Entered, Left time.Time }

// tasks measures what a typed task costs around the function itself. The program that travels is this one.
func (b *bench) tasks(ctx context.Context) (string, error) {
	s, err := b.sagefly(ctx)
	if err != nil {
		return "", err
	}
	defer s.stop()
	target := sagefly.Target{Local: true, AWS: aws.Config{
		Region: "us-east-1", BaseEndpoint: &s.url, Credentials: credentials.NewStaticCredentialsProvider("bench", "bench", ""),
	}}
	var first, again, enter, back sample
	for i := range b.scale.jobs + 1 {
		start := time.Now()
		request, err := tick.Request(ctx, target, struct{}{})
		if err != nil {
			return "", err
		}
		if i == 0 {
			first.add(time.Since(start))
		} else {
			again.add(time.Since(start))
		}
		start = time.Now()
		if _, err := sagefly.Launch(ctx, target, request, sagefly.StartOptions{}); err != nil {
			return "", err
		}
		result, err := tick.Attach(target, *request.TrainingJobName).Wait(ctx)
		if err != nil {
			return "", err
		}
		if i > 0 {
			enter.add(result.Output.Entered.Sub(start))
			back.add(time.Since(result.Output.Left))
		}
	}
	static, size, err := b.staticTask(ctx)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("\n## A typed Go task, ms\n\n| | |\n|---|---|\n"+
		"| request made, program of this benchmark bundled and uploaded | %v |\n| the same again, nothing changed and nothing sent | %v |\n"+
		"| CreateTrainingJob to the function's first line | %v |\n| the function's return to the typed result, seen by polling | %v |\n"+
		"| start of a static task (`examples/digits` with the tag sagefly_task, %.1f MB) | %v |\n",
		first, again, enter, back, float64(size)/1e6, static), nil
}

// staticTask builds a task as it travels to other machines and measures its start.
func (b *bench) staticTask(ctx context.Context) (starts sample, size int64, err error) {
	program := filepath.Join(b.dir, "digits")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-tags=sagefly_task", "-o", program, "./examples/digits")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return nil, 0, fmt.Errorf("build task: %w", err)
	}
	info, err := os.Stat(program)
	if err != nil {
		return nil, 0, err
	}
	for range b.scale.starts {
		start := time.Now()
		// Outside of a job such a program says so and ends with 2.
		if err := exec.CommandContext(ctx, program).Run(); err == nil {
			return nil, 0, fmt.Errorf("%s ended well outside of a job", program)
		}
		starts.add(time.Since(start))
	}
	return starts, info.Size(), nil
}
