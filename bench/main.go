// Command bench measures sagefly beside what a user would take instead, in one run on one machine, and writes
// bench/RESULTS.md:
//
//	make bench              # everything, a few minutes
//	make bench BENCH=short  # the quick subset of CI; writes nothing
//
// Absolute times of a shared machine mean little; compared figures are measured in turns, and their ratio is what to
// read. The servers are driven by the same load generator, this program, over loopback HTTP.
package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"

	"github.com/sagefly/sagefly"
)

// scale says how much to measure.
type scale struct {
	starts   int // process starts
	requests int // requests a client sends in one round
	rounds   int // rounds of requests, alternating between the servers
	jobs     int // training jobs
}

var (
	full  = scale{starts: 21, requests: 200, rounds: 5, jobs: 11}
	short = scale{starts: 5, requests: 100, rounds: 2, jobs: 3}
)

func main() {
	sagefly.Serve(tick) // the engine runs this program as a task
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	s := full
	quick := len(args) == 1 && args[0] == "-short"
	if quick {
		s = short
	} else if len(args) > 0 {
		return fmt.Errorf("usage: bench [-short]")
	}
	dir, err := os.MkdirTemp("", "sagefly-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b, err := prepare(ctx, dir, s)
	if err != nil {
		return err
	}
	var report strings.Builder
	for _, part := range []func(context.Context) (string, error){b.starts, b.requests, b.training, b.tasks, b.memory} {
		section, err := part(ctx)
		if err != nil {
			return err
		}
		fmt.Print(section)
		report.WriteString(section)
	}
	if quick {
		return nil
	}
	return os.WriteFile(filepath.Join("bench", "RESULTS.md"), []byte(header(ctx)+report.String()), 0o644)
}

// bench is what every part of the measurement shares.
type bench struct {
	scale
	dir     string
	program string // sagefly
	python  string // interpreter with xgboost-cpu 3.0.5
	moto    string // moto_server
}

func prepare(ctx context.Context, dir string, s scale) (*bench, error) {
	b := &bench{scale: s, dir: dir, program: filepath.Join(dir, "sagefly")}
	build := exec.CommandContext(ctx, "go", "run", "./internal/build", "-o", dir)
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return nil, fmt.Errorf("build sagefly: %w", err)
	}
	for variable, tool := range map[string]struct {
		path *string
		file string
	}{
		"SAGEFLY_TEST_PYTHON": {&b.python, ".cache/venv/bin/python"},
		"SAGEFLY_TEST_MOTO":   {&b.moto, ".cache/venv/bin/moto_server"},
	} {
		*tool.path = os.Getenv(variable)
		if *tool.path == "" {
			var err error
			if *tool.path, err = filepath.Abs(tool.file); err != nil {
				return nil, err
			}
		}
		if _, err := os.Stat(*tool.path); err != nil {
			return nil, fmt.Errorf("%s: %w (make setup lays it)", variable, err)
		}
	}
	return b, nil
}

// environment makes the Python of the comparison the active one, so that both sides use the same library file.
func (b *bench) environment() []string {
	return append(os.Environ(), "VIRTUAL_ENV="+filepath.Dir(filepath.Dir(b.python)))
}

func header(ctx context.Context) string {
	cpu := "unknown processor"
	if data, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(data)) {
			if name, ok := strings.CutPrefix(line, "model name"); ok {
				cpu = strings.TrimSpace(strings.TrimLeft(name, "\t :"))
				break
			}
		}
	}
	version, _ := exec.CommandContext(ctx, "go", "version").Output()
	return fmt.Sprintf("# Measured\n\nWritten by `make bench` on %s, %s. Median (smallest–largest).\n"+
		"Ratios are of medians, measured in turns in the same run.\n", cpu, strings.TrimSpace(string(version)))
}
