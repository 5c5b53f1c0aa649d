package upload

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// file is one file of a listing.
type file struct {
	Path   string `json:"path"` // below the prefix, with slashes
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`

	open func() (io.ReadCloser, error)
}

// listing is the content of one upload.
type listing struct {
	given  string // the path as it was given
	files  []file // sorted by Path
	single bool   // a file, not a folder
	hash   string
	total  int64
}

func (l *listing) prefix() string { return Prefix + l.hash + "/" }
func (l *listing) marker() string { return Prefix + l.hash + ".json" }

// manifest is the marker's content and what the hash is over.
func (l *listing) manifest() []byte {
	data, err := json.Marshal(map[string]any{"version": 1, "single": l.single, "files": l.files})
	if err != nil {
		panic(fmt.Sprintf("upload: manifest: %v", err)) // texts and numbers
	}
	return data
}

func (l *listing) finish() *listing {
	slices.SortFunc(l.files, func(a, b file) int { return strings.Compare(a.Path, b.Path) })
	for _, f := range l.files {
		l.total += f.Size
	}
	sum := sha256.Sum256(l.manifest())
	l.hash = hex.EncodeToString(sum[:])
	return l
}

func ofBytes(name string, data []byte) *listing {
	sum := sha256.Sum256(data)
	f := file{Path: name, Size: int64(len(data)), SHA256: hex.EncodeToString(sum[:])}
	f.open = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }
	return (&listing{given: name, files: []file{f}, single: true}).finish()
}

// scan lists and hashes a file or the files below a folder.
func scan(ctx context.Context, path string) (*listing, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, plain(err)
	}
	l := &listing{given: path, single: !info.IsDir()}
	if l.single {
		absolute, err := filepath.Abs(path)
		if err != nil {
			return nil, err
		}
		return l.finishAfter(l.add(path, filepath.Base(absolute)))
	}
	root, err := filepath.EvalSymlinks(path)
	if err != nil {
		return nil, plain(err)
	}
	return l.finishAfter(filepath.WalkDir(root, func(at string, d fs.DirEntry, err error) error {
		if err := errors.Join(plain(err), context.Cause(ctx)); err != nil {
			return err
		}
		return l.visit(root, at, d)
	}))
}

func (l *listing) finishAfter(err error) (*listing, error) {
	if err == nil && len(l.files) == 0 {
		err = errors.New("the folder has no files")
	}
	if err != nil {
		return nil, err
	}
	return l.finish(), nil
}

func (l *listing) visit(root, at string, d fs.DirEntry) error {
	if d.IsDir() {
		return nil
	}
	below, err := filepath.Rel(root, at)
	if err != nil {
		return err
	}
	info, err := os.Stat(at)
	if err != nil {
		return plain(err)
	}
	if info.IsDir() {
		return fmt.Errorf("%s: a symbolic link to a folder: give that folder itself, or copy it", below)
	}
	return l.add(at, filepath.ToSlash(below))
}

func (l *listing) add(path, name string) error {
	before, err := os.Stat(path)
	if err != nil {
		return plain(err)
	}
	if !before.Mode().IsRegular() {
		return fmt.Errorf("%s: neither a file nor a folder", name)
	}
	open := func() (io.ReadCloser, error) { return os.Open(path) }
	sum, size, err := hashOf(open)
	if err != nil {
		return plain(err)
	}
	after, err := os.Stat(path)
	if err != nil {
		return plain(err)
	}
	if size != before.Size() || after.Size() != size || !after.ModTime().Equal(before.ModTime()) {
		return fmt.Errorf("%s: %w", name, errChanged)
	}
	l.files = append(l.files, file{Path: name, Size: size, SHA256: sum, open: open})
	return nil
}

func hashOf(open func() (io.ReadCloser, error)) (sum string, size int64, err error) {
	f, err := open()
	if err != nil {
		return "", 0, err
	}
	defer f.Close()
	h := sha256.New()
	size, err = io.Copy(h, f)
	return hex.EncodeToString(h.Sum(nil)), size, err
}

// plain drops the operation and path of a file error, which the message around it has.
func plain(err error) error {
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		return fmt.Errorf("%s: %w", filepath.Base(at.Path), at.Err)
	}
	return err
}
