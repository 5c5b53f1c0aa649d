package tarball

import (
	"archive/tar"
	"errors"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/sagefly/sagefly/internal/atomicfile"
)

// entry is one file or folder of an archive, with what follows its header.
type entry struct {
	*tar.Header
	content io.Reader
}

// save writes the entry to its place in the member, which is at to.
func (e entry) save(to, place string) error {
	if err := e.check(place); err != nil {
		return err
	}
	if e.Typeflag == tar.TypeDir {
		return within(to, func(root *os.Root) error { return root.MkdirAll(filepath.FromSlash(place), 0o755) })
	}
	if place == "." {
		return e.saveAt(to)
	}
	return within(to, func(root *os.Root) error { return e.saveIn(root, filepath.FromSlash(place)) })
}

// check refuses what must not be written.
func (e entry) check(place string) error {
	switch {
	case !filepath.IsLocal(filepath.FromSlash(place)):
		return errors.New("leaves the folder")
	case e.isSparse():
		return errors.New("it is a sparse file")
	case e.Typeflag != tar.TypeDir && e.Typeflag != tar.TypeReg:
		return errors.New("it is a link or device")
	case e.Typeflag == tar.TypeReg && path.Clean(e.Name) == ".":
		return errors.New("it is a file without a name")
	}
	return nil
}

// isSparse says that the file is longer than what the archive holds of it, in either of GNU tar's forms.
func (e entry) isSparse() bool {
	for name := range e.PAXRecords {
		if strings.HasPrefix(name, "GNU.sparse.") {
			return true
		}
	}
	return e.Typeflag == tar.TypeGNUSparse
}

func (e entry) mode() os.FileMode { return 0o644 | e.FileInfo().Mode().Perm()&0o111 }

func (e entry) saveAt(to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return atomicfile.CopyFile(to, e.content, e.mode())
}

func (e entry) saveIn(root *os.Root, name string) error {
	if err := root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, e.mode())
	if err != nil {
		return err
	}
	_, err = io.Copy(f, e.content)
	return errors.Join(err, f.Close())
}

// within does something in a folder, which is made, and which the kernel keeps every path inside of, whatever links are in it.
func within(dir string, do func(*os.Root) error) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	return errors.Join(do(root), root.Close())
}
