// Command chores is what the Makefile runs. Each chore is one subcommand and lives in the file of its name; a chore that fails
// ends the command with exit code 1 and says which one it was.
package main

import (
	"fmt"
	"os"
	"strings"
	"time"
)

// chore is one thing that `make` can ask for.
type chore struct {
	name string
	does string
	run  func(*repo, []string) error
}

func chores() []chore {
	return []chore{
		{"setup", "lay the Python environments that tests use", setup},
		{"lint", "gofumpt, go vet and staticcheck over every module", lint},
		{"fmt", "format every Go file with gofumpt", reformat},
		{"cross", "compile every package for macOS too, and a task as it travels", cross},
		{"generated", "run go generate and fail when a file changes", generated},
		{"test", "everything: setup, lint, generated, units, fuzz, race", testAll},
		{"units", "go test of every module", units},
		{"fuzz", "run every fuzz target for a few seconds", fuzz},
		{"bench", "the benchmark; short: its quick subset; tuning: the search beside others", bench},
		{"race", "race detector over the packages listed in race.go", race},
	}
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	r, err := findRepo()
	if err != nil {
		return err
	}
	if len(args) > 0 {
		for _, c := range chores() {
			if c.name == args[0] {
				return timed(c, r, args[1:])
			}
		}
	}
	return usage(args)
}

// timed prints a heading and the time a chore took, so that a slow one is seen in a log.
func timed(c chore, r *repo, args []string) error {
	start := time.Now()
	fmt.Printf("== %s: %s\n", c.name, c.does)
	if err := c.run(r, args); err != nil {
		return fmt.Errorf("%s: %w", c.name, err)
	}
	fmt.Printf("== %s: done in %s\n", c.name, time.Since(start).Round(100*time.Millisecond))
	return nil
}

func usage(args []string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "no chore %q; there are:", strings.Join(args, " "))
	for _, c := range chores() {
		fmt.Fprintf(&b, "\n  %-10s %s", c.name, c.does)
	}
	return fmt.Errorf("%s", b.String())
}
