package main

import (
	"fmt"
	"os"
	"strings"
)

// racePackages are the packages that share memory between goroutines. The race detector needs cgo and a C compiler and compiles
// every dependency anew, so packages without concurrency of their own are left out.
func racePackages() []string {
	return []string{
		"./engine/internal/lifecycle/...",
		"./engine/internal/live/...",
		"./engine/internal/log/...",
		"./engine/internal/metric/...",
		"./engine/internal/sched/...",
		"./engine/internal/store/...",
		"./engine/internal/object/...",
		"./engine", // supervision and the wire, on the fake runner
		"./engine/runner/fake/...",
		"./collective",
	}
}

// race runs the listed packages under the race detector. One that is gone is an error: it was renamed, and the list was not.
func race(r *repo, _ []string) error {
	r.exportTestEnv()
	r.env = append(r.env, "CGO_ENABLED=1")
	for _, p := range racePackages() {
		if _, err := os.Stat(r.path(strings.TrimSuffix(p, "/..."))); err != nil {
			return fmt.Errorf("a listed package is not there: %w", err)
		}
	}
	return r.run(".", append([]string{"go", "test", "-race", "-short", "-timeout=20m"}, racePackages()...)...)
}
