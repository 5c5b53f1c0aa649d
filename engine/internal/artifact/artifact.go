// Package artifact packs what a job left behind: /opt/ml/model becomes model.tar.gz, /opt/ml/output/data becomes
// output.tar.gz, both in the object store below the job's output path.
package artifact

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// File is one file of an archive: its slash-separated name in the archive and where it lies.
type File struct {
	Name string
	Path string
	Info fs.FileInfo
}

// Collect lists the files below the directories, sorted by name. Directories are merged in the order given: the first
// one that has a name wins, which is how archives of several hosts become one. Missing directories are empty; sockets,
// pipes and devices are left out.
func Collect(dirs ...string) ([]File, error) {
	var files []File
	seen := map[string]bool{}
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			switch {
			case errors.Is(err, fs.ErrNotExist):
				return nil
			case err != nil:
				return err
			case path == dir:
				return nil
			}
			rel, err := filepath.Rel(dir, path)
			if err != nil {
				return err
			}
			info, err := d.Info()
			if err != nil {
				return err
			}
			name := filepath.ToSlash(rel)
			keep := info.Mode().IsRegular() || info.IsDir() || info.Mode()&fs.ModeSymlink != 0
			if keep && !seen[name] {
				seen[name] = true
				files = append(files, File{name, path, info})
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", dir, err)
		}
	}
	slices.SortFunc(files, func(a, b File) int {
		switch {
		case a.Name < b.Name:
			return -1
		case a.Name > b.Name:
			return 1
		}
		return 0
	})
	return files, nil
}

// Put stores a stream as an object.
type Put func(ctx context.Context, r io.Reader) error

// Archive streams a gzipped tar of the files into put. The owner in the archive is root, as in a container.
func Archive(ctx context.Context, files []File, put Put) error {
	r, w := io.Pipe()
	packed := make(chan error, 1)
	go func() {
		err := pack(w, files)
		packed <- err
		w.CloseWithError(err)
	}()
	err := put(ctx, r)
	r.CloseWithError(errors.New("archive is not wanted any more"))
	if packErr := <-packed; packErr != nil && err == nil {
		return packErr
	}
	return err
}

func pack(w io.Writer, files []File) error {
	z, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
	if err != nil {
		return err
	}
	t := tar.NewWriter(z)
	for _, f := range files {
		if err := add(t, f); err != nil {
			return fmt.Errorf("pack %s: %w", f.Name, err)
		}
	}
	return errors.Join(t.Close(), z.Close())
}

func add(t *tar.Writer, f File) error {
	link := ""
	if f.Info.Mode()&fs.ModeSymlink != 0 {
		var err error
		if link, err = os.Readlink(f.Path); err != nil {
			return err
		}
	}
	h, err := tar.FileInfoHeader(f.Info, link)
	if err != nil {
		return err
	}
	h.Name = f.Name
	if f.Info.IsDir() {
		h.Name += "/"
	}
	h.Uid, h.Gid, h.Uname, h.Gname = 0, 0, "", ""
	if err := t.WriteHeader(h); err != nil {
		return err
	}
	if !f.Info.Mode().IsRegular() {
		return nil
	}
	file, err := os.Open(f.Path)
	if err != nil {
		return err
	}
	defer file.Close()
	// The program has ended, but a file that still grew must not break the archive's framing.
	_, err = io.CopyN(t, file, h.Size)
	return err
}
