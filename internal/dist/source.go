package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// sources is what goes into archives and wheels besides the program.
type sources struct {
	licence []byte
	readme  []byte
	python  []file // the package sagefly, paths as below python/
}

// file is one entry of an archive or a wheel; path has slashes.
type file struct {
	path string
	mode os.FileMode
	data []byte
}

func readSources(root string) (sources, error) {
	var s sources
	var err error
	if s.licence, err = os.ReadFile(filepath.Join(root, "LICENSE")); err != nil {
		return s, err
	}
	if s.readme, err = os.ReadFile(filepath.Join(root, "README.md")); err != nil {
		return s, err
	}
	s.python, err = readPackage(filepath.Join(root, "python"))
	return s, err
}

func readPackage(dir string) ([]file, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "sagefly", "*.py"))
	if err != nil {
		return nil, err
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("no Python files in %s", filepath.Join(dir, "sagefly"))
	}
	slices.Sort(paths)
	var files []file
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		files = append(files, file{"sagefly/" + filepath.Base(path), 0o644, data})
	}
	return files, nil
}
