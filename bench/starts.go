package main

import (
	"context"
	"fmt"
	"os/exec"
	"time"
)

// starts measures what a person waits for before anything happens.
func (b *bench) starts(ctx context.Context) (string, error) {
	var cli, engine, moto sample
	for range b.scale.starts {
		start := time.Now()
		if err := exec.CommandContext(ctx, b.program, "version").Run(); err != nil {
			return "", fmt.Errorf("sagefly version: %w", err)
		}
		cli.add(time.Since(start))
		s, err := b.sagefly(ctx)
		if err != nil {
			return "", err
		}
		engine.add(s.ready)
		if err := s.stop(); err != nil {
			return "", err
		}
	}
	for range max(1, b.scale.starts/7) {
		s, err := b.motoServer(ctx)
		if err != nil {
			return "", err
		}
		moto.add(s.ready)
		if err := s.stop(); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("\n## Start, ms\n\n| | sagefly | moto_server |\n|---|---|---|\n| `sagefly version`, whole process | %v | |\n"+
		"| server ready, fresh data directory | %v | %v |\n", cli, engine, moto), nil
}
