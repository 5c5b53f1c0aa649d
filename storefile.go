package sagefly

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/sagefly/sagefly/internal/value"
)

// storing brings one file or folder of an output into the model's folder.
type storing struct {
	dir    string // the model's
	field  value.Field
	suffix string // names this process: algo-1-0
}

// store returns the path below the model's folder. What is there already stays where it is; the rest gets its base name,
// and where that is taken by something else, the field's name before it. A file is linked when that is possible, which costs
// nothing, and else copied by the system, which costs no memory.
func (s storing) store(path string) (member string, err error) {
	path, err = checkOutputFile(s.field, path)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(s.dir, 0o755); err != nil {
		return "", err
	}
	model, err := filepath.EvalSymlinks(s.dir)
	if err != nil {
		return "", err
	}
	if rel, err := filepath.Rel(model, path); err == nil && filepath.IsLocal(rel) {
		return filepath.ToSlash(rel), nil
	}
	if rel, err := filepath.Rel(path, model); err == nil && filepath.IsLocal(rel) {
		return "", fmt.Errorf("%s: the model's folder is inside of it", path)
	}
	base := filepath.Base(path)
	names := []string{base, s.field.Name + "-" + base, s.field.Name + "-" + s.suffix + "-" + base}
	for _, name := range names {
		err = place(path, filepath.Join(model, name))
		if err == nil {
			return name, nil
		}
		if !errors.Is(err, fs.ErrExist) {
			return "", err
		}
	}
	return "", fmt.Errorf("%s: the model has %s already", path, strings.Join(names, ", "))
}

// place brings a file or folder to a path where nothing is yet.
func place(from, to string) error {
	info, err := os.Lstat(from)
	if err != nil {
		return err
	}
	if info.IsDir() {
		return placeDir(from, to)
	}
	if there, err := os.Lstat(to); err == nil && os.SameFile(info, there) {
		return nil // the function linked it there itself
	}
	if err := os.Link(from, to); err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	return copyFile(from, to, info.Mode().Perm())
}

// placeDir makes a folder like another. It was checked before that the other holds files and folders only.
func placeDir(from, to string) error {
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	if err := os.Mkdir(to, 0o755); err != nil {
		return err
	}
	for _, e := range entries {
		if err := place(filepath.Join(from, e.Name()), filepath.Join(to, e.Name())); err != nil {
			return fmt.Errorf("copy folder: %v", err) // not ErrExist, which is about the folder's own name
		}
	}
	return nil
}

func copyFile(from, to string, perm fs.FileMode) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm|0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in) // copy_file_range on Linux: shared blocks where the file system can
	if err = errors.Join(err, out.Close()); err != nil {
		return errors.Join(fmt.Errorf("copy %s: %v", from, err), os.Remove(to))
	}
	return nil
}

// checkOutputFiles says which file of an output is not there or is none.
func checkOutputFiles(s *value.Schema, files map[string]string) error {
	for _, f := range s.Fields {
		if path := files[f.Name]; f.IsChannel() && path != "" {
			if _, err := checkOutputFile(f, path); err != nil {
				return fmt.Errorf("output: field %s: %w", f.Path, err)
			}
		}
	}
	return nil
}

// checkOutputFile returns the absolute path, with links in its folders resolved, of a file or folder that a function may return.
func checkOutputFile(f value.Field, path string) (string, error) {
	if strings.HasPrefix(path, "s3://") {
		return "", fmt.Errorf("%s: a function returns local paths", path)
	}
	path = filepath.Clean(path) // a slash at the end would follow a link
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("%s: no such file", path)
	}
	if err != nil {
		return "", err
	}
	if f.Kind == value.File {
		err = checkRegular(path, info.Mode())
	} else {
		err = checkFolder(path, info.Mode())
	}
	if err != nil {
		return "", err
	}
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", err
	}
	return filepath.Abs(real)
}

func checkRegular(path string, mode fs.FileMode) error {
	if mode.IsRegular() {
		return nil
	}
	return fmt.Errorf("%s: it is %s, and a model holds files", path, nature(mode))
}

// checkFolder looks at everything in a folder.
func checkFolder(path string, mode fs.FileMode) error {
	if !mode.IsDir() {
		return fmt.Errorf("%s: it is %s, and the field is a sagefly.Dir", path, nature(mode))
	}
	return filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		return checkRegular(p, d.Type())
	})
}

// nature says what a file is that is not what was wanted.
func nature(mode fs.FileMode) string {
	switch {
	case mode.IsRegular():
		return "a file"
	case mode.IsDir():
		return "a folder"
	case mode&fs.ModeSymlink != 0:
		return "a symbolic link"
	}
	return "a device, pipe or socket"
}
