// Command dist builds what is released into dist/: for each platform one archive with sagefly and sagefly-host, the licence and the README, and
// one Python wheel with both programs and the notebook helper, both with sagefly-train for images; and SHA256SUMS over all of them. The same
// sources and Go version give the same bytes on every machine.
//
//	go run ./internal/dist [-only linux/amd64] [-out dist]
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/sagefly/sagefly/internal/version"
)

func main() {
	only := flag.String("only", "", "build for this platform only, for example linux/amd64")
	out := flag.String("out", "dist", "folder for the results")
	flag.Parse()
	if err := run(*only, *out); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// run must be started at the top of the repository, as `make dist` does.
func run(only, out string) error {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	chosen, err := choose(only)
	if err != nil {
		return err
	}
	var made []string
	for _, p := range chosen {
		start := time.Now()
		files, err := release(p, out)
		if err != nil {
			return fmt.Errorf("release for %s: %w", p.name(), err)
		}
		made = append(made, files...)
		fmt.Printf("%s in %s\n", p.name(), time.Since(start).Round(time.Second))
	}
	return writeSums(filepath.Join(out, "SHA256SUMS"), made)
}

// release builds one platform and returns the paths of its archive and its wheel.
func release(p platform, out string) ([]string, error) {
	b, err := compileAll(p)
	if err != nil {
		return nil, err
	}
	src, err := readSources(".")
	if err != nil {
		return nil, err
	}
	archive := filepath.Join(out, fmt.Sprintf("sagefly-%s-%s-%s.tar.gz", version.Version, p.os, p.arch))
	if err := writeArchive(archive, b, src); err != nil {
		return nil, err
	}
	wheel := filepath.Join(out, wheelName(version.Version, p.tags))
	if err := writeWheel(wheel, wheelContent(version.Version, p.tags, b, src)); err != nil {
		return nil, err
	}
	return []string{archive, wheel}, nil
}
