package main

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
)

// generated runs every generator and fails when that changed the tree: a generated file is only ever written by its generator.
// The new files stay, for that is what `make gen` would have made.
func generated(r *repo, _ []string) error {
	before, err := r.sums()
	if err != nil {
		return err
	}
	mods, err := r.modules()
	if err != nil {
		return err
	}
	for _, dir := range mods {
		if err := r.run(dir, "go", "generate", "./..."); err != nil {
			return err
		}
	}
	after, err := r.sums()
	if err != nil {
		return err
	}
	if changed := differing(before, after); len(changed) > 0 {
		return fmt.Errorf("these files were not what their generator makes; they are now, look and commit:\n  %s", strings.Join(changed, "\n  "))
	}
	return nil
}

// sums maps each file that a generator may own to the hash of its content.
func (r *repo) sums() (map[string][32]byte, error) {
	sums := map[string][32]byte{}
	err := r.files(func(path string) error {
		text, err := os.ReadFile(r.path(path))
		if err != nil {
			return err
		}
		sums[path] = sha256.Sum256(text)
		return nil
	})
	return sums, err
}

func differing(before, after map[string][32]byte) []string {
	changed := map[string]bool{}
	for path, sum := range before {
		if now, ok := after[path]; !ok || now != sum {
			changed[path] = true
		}
	}
	for path := range after {
		if _, ok := before[path]; !ok {
			changed[path] = true
		}
	}
	return slices.Sorted(maps.Keys(changed))
}
