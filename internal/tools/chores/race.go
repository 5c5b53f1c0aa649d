package main

import "os"

// racePackages are the packages that share memory between goroutines. The race detector needs cgo and a C compiler and compiles
// every dependency anew, so packages without concurrency of their own are left out.
func racePackages() []string {
	return []string{
		"./engine/internal/lifecycle/...",
		"./engine/internal/log/...",
		"./engine/internal/metric/...",
		"./engine/internal/sched/...",
		"./engine/internal/store/...",
		"./engine/internal/object/...",
		"./engine/internal/job/...",
		"./engine/runner/fake/...",
	}
}

// race runs the listed packages that exist under the race detector.
func race(r *repo, _ []string) error {
	r.exportTestEnv()
	r.env = append(r.env, "CGO_ENABLED=1")
	argv := []string{"go", "test", "-race", "-timeout=20m"}
	for _, p := range racePackages() {
		if _, err := os.Stat(r.path(p[:len(p)-len("/...")])); err == nil {
			argv = append(argv, p)
		}
	}
	return r.run(".", argv...)
}
