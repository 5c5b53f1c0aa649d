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
		err := r.run(t.dir, "go", "test", "-run=^$", "-fuzz=^"+t.name+"$", "-fuzztime="+length, ".")
		if err != nil {
			return fmt.Errorf("%s in %s: %w", t.name, t.dir, err)
		}
	}
	fmt.Printf("%d fuzz targets held for %s each\n", len(targets), length)
	return nil
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
