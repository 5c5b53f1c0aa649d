// Package atomicfile replaces files so that a reader, and the next process after a crash or a power cut, sees either
// the old content or the new one, never a mixture and never nothing.
//
// A path that is a link means the file at its end. What is there and is no regular file, a device or a pipe, has no content
// that could be replaced: it is written to.
package atomicfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// WriteFile replaces the content of path by data and returns when both the content and the name are on the disk. The
// folder must exist. On an error the old content of a regular file is untouched.
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
	path    string // what is replaced, "" = it is written in place
	keep    bool   // it stays open
	settled bool
}

// Create starts a replacement of path as a temporary file beside it, with a name that starts with "." and ends in
// ".tmp". A crash before Commit leaves that file behind. What is no regular file is opened, which waits for the reader of a pipe;
// for it Commit and Abort only close.
func Create(path string, perm fs.FileMode) (*File, error) {
	f, err := create(path, perm)
	if err != nil {
		return nil, fmt.Errorf("create %s: %w", path, err)
	}
	return f, nil
}

func create(path string, perm fs.FileMode) (*File, error) {
	if info, err := os.Stat(path); err == nil && inPlace(info) {
		return open(path, info)
	}
	path, err := end(path)
	if err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.tmp")
	if err != nil {
		return nil, err
	}
	if err := f.Chmod(perm); err != nil {
		return nil, errors.Join(err, f.Close(), os.Remove(f.Name()))
	}
	return &File{File: f, path: path}, nil
}

// Check finds out whether Create would succeed now, and leaves nothing behind. It does not open what is no regular file.
func Check(path string) error {
	if info, err := os.Stat(path); err == nil && inPlace(info) && !info.IsDir() {
		const write = 2 // W_OK of access(2)
		if err := syscall.Access(path, write); err != nil {
			return &fs.PathError{Op: "access", Path: path, Err: err}
		}
		return nil
	}
	f, err := Create(path, 0o600)
	if err != nil {
		return err
	}
	return f.Abort()
}

// Commit makes what was written the content of the path. On an error the old content is untouched and the temporary
// file is gone, but for one case: when only the last step, flushing the folder, goes wrong, the new content is in place
// and may not survive a power cut.
func (f *File) Commit() error {
	if f.settled || f.path == "" {
		return f.Abort() // which closes
	}
	f.settled = true
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
	if f.settled || f.keep {
		return nil
	}
	f.settled = true
	if f.path == "" {
		return f.Close()
	}
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
