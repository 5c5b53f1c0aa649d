package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// target is one fuzz function and the folder of its package.
type target struct {
	dir  string
	name string
}

var fuzzFunc = regexp.MustCompile(`(?m)^func (Fuzz\w+)\(\w+ \*testing\.F\)`)

// fuzz runs each fuzz target of each module for the time given as the first argument, 3s by default. The targets are found
// in the sources, so that a new one is never forgotten.
func fuzz(r *repo, args []string) error {
	length := "3s"
	if len(args) > 0 {
		length = args[0]
	}
	targets, err := r.fuzzTargets()
	if err != nil {
		return err
	}
	for _, t := range targets {
		fmt.Printf("fuzz %s %s\n", t.dir, t.name)
		if err := r.fuzzOne(t, length); err != nil {
			return fmt.Errorf("%s in %s: %w", t.name, t.dir, err)
		}
	}
	fmt.Printf("%d fuzz targets held for %s each\n", len(targets), length)
	return nil
}

// fuzzOne fuzzes one target. Go's own tool now and then reports its time limit, reached while a worker was busy, as a failure:
// that alone, without an input that was found, is not one, and the target is fuzzed again.
func (r *repo) fuzzOne(t target, length string) error {
	const tries = 3
	for try := 1; ; try++ {
		cmd := r.command(t.dir, "go", "test", "-run=^$", "-fuzz=^"+t.name+"$", "-fuzztime="+length, ".")
		out, err := cmd.CombinedOutput()
		os.Stdout.Write(out)
		if err == nil || try == tries || !ranOutOfTime(string(out)) {
			return err
		}
	}
}

// ranOutOfTime says that the tool's limit is all that went wrong. What a target finds is always reported with its input or its output.
func ranOutOfTime(output string) bool {
	_, report, failed := strings.Cut(output, "\n--- FAIL: ")
	lines := strings.Split(report, "\n")
	return failed && len(lines) > 2 && strings.TrimSpace(lines[1]) == "context deadline exceeded" && lines[2] == "FAIL"
}

func (r *repo) fuzzTargets() ([]target, error) {
	var targets []target
	err := r.files(func(path string) error {
		if !strings.HasSuffix(path, "_test.go") || strings.Contains(path, "testdata/") {
			return nil
		}
		text, err := os.ReadFile(r.path(path))
		if err != nil {
			return err
		}
		for _, m := range fuzzFunc.FindAllSubmatch(text, -1) {
			targets = append(targets, target{filepath.Dir(path), string(m[1])})
		}
		return nil
	})
	return targets, err
}
