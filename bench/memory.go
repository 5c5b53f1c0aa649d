package main

import (
	"context"
	"fmt"
)

// memory measures idle servers, and ours with 10,000 jobs that have not ended.
func (b *bench) memory(ctx context.Context) (string, error) {
	ours, moto, stop, err := b.both(ctx)
	if err != nil {
		return "", err
	}
	defer stop()
	idle, err := ours.resident()
	if err != nil {
		return "", err
	}
	other, err := moto.resident()
	if err != nil {
		return "", err
	}
	if err := ours.bucket(); err != nil {
		return "", err
	}
	jobs := b.scale.requests * 50
	if _, err := ours.rate(load{"CreateTrainingJob", 8}, jobs/8, 0); err != nil {
		return "", err
	}
	loaded, err := ours.resident()
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("\n## Resident memory, MiB\n\n| | sagefly | moto_server |\n|---|---|---|\n| idle | %s | %s |\n"+
		"| with %d unfinished jobs | %s | |\n", short3(idle), short3(other), jobs, short3(loaded)), nil
}
