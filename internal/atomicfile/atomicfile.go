// Package atomicfile replaces files so that a reader, and the next process after a crash or a power cut, sees either
// the old content or the new one, never a mixture and never nothing.
package atomicfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// WriteFile replaces the content of path by data and returns when both the content and the name are on the disk. The
// folder must exist. On an error the old content is untouched.
func WriteFile(path string, data []byte, perm fs.FileMode) error {
	return CopyFile(path, bytes.NewReader(data), perm)
}

// CopyFile is WriteFile with content of any length.
func CopyFile(path string, content io.Reader, perm fs.FileMode) error {
	f, err := Create(path, perm)
	if err != nil {
		return err
	}
	if _, err := io.Copy(f, content); err != nil {
		return errors.Join(err, f.Abort())
	}
	return f.Commit()
}

// File is the coming content of a path. Write to it, then call Commit or Abort; after either, the other does nothing.
type File struct {
	*os.File
	path string
	done bool
}

// Create starts a replacement of path as a temporary file beside it, with a name that starts with "." and ends in
// ".tmp". A crash before Commit leaves that file behind.
func Create(path string, perm fs.FileMode) (*File, error) {
	dir, base := filepath.Split(path)
	if dir == "" {
		dir = "."
	}
	f, err := os.CreateTemp(dir, "."+base+".*.tmp")
	if err != nil {
		return nil, fmt.Errorf("create %s: %w", path, err)
	}
	if err := f.Chmod(perm); err != nil {
		return nil, errors.Join(fmt.Errorf("create %s: %w", path, err), f.Close(), os.Remove(f.Name()))
	}
	return &File{File: f, path: path}, nil
}

// Commit makes what was written the content of the path. On an error the old content is untouched and the temporary
// file is gone, but for one case: when only the last step, flushing the folder, goes wrong, the new content is in place
// and may not survive a power cut.
func (f *File) Commit() error {
	if f.done {
		return nil
	}
	f.done = true
	err := errors.Join(f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), f.path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", f.path, err), os.Remove(f.Name()))
	}
	return SyncDir(filepath.Dir(f.path))
}

// Abort drops what was written.
func (f *File) Abort() error {
	if f.done {
		return nil
	}
	f.done = true
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// SyncDir flushes a folder, so that names created, renamed or removed in it survive a power cut.
func SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("flush folder: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("flush folder %s: %w", dir, err)
	}
	return nil
}
