package sagefly

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/sagefly/sagefly/internal/tarball"
)

// unpack takes a file or, with isDir, a folder out of a tar.gz into the folder to, and returns its path. The archive may be anybody's: a
// folder's files need not lie together in it.
func unpack(archive, member string, isDir bool, to string) (string, error) {
	path := filepath.Join(to, filepath.FromSlash(member))
	err := extract(archive, member, path)
	if err == nil {
		err = checkKind(path, isDir)
	}
	if err != nil {
		return "", fmt.Errorf("unpack %s of %s: %w", member, filepath.Base(archive), err)
	}
	return path, nil
}

func extract(archive, member, to string) error {
	f, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer f.Close()
	return tarball.Extract(f, tarball.Member{Name: member}, to)
}

// checkKind says whether a path is what the field takes.
func checkKind(path string, wantDir bool) error {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return err
	case info.IsDir() && !wantDir:
		return errors.New("it is a folder, and the field is a sagefly.File")
	case !info.IsDir() && wantDir:
		return errors.New("it is a file, and the field is a sagefly.Dir")
	}
	return nil
}
