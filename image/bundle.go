package image

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// MaxBundle bounds the content of a bundle, in bytes: what is larger is data, and data belongs into a channel.
const MaxBundle = 1 << 30

// Bundle writes a script-mode bundle (sourcedir.tar.gz) of a program or a folder to dst and returns its hash. The same
// content gives the same bytes, wherever it lies: entries are sorted, times and owners fixed; modes are 0755 for what is
// executable and 0644 else. A single file keeps its base name.
//
// In a folder, version control, caches, virtual environments and what its .sageflyignore names (gitignore's syntax) stay
// out. Symbolic links to files inside of the folder become files; others are an error, as are more than [MaxBundle] bytes.
func Bundle(ctx context.Context, source, dst string) (sha256 string, err error) {
	info, err := os.Stat(source)
	if err != nil {
		return "", fmt.Errorf("bundle: %w", err)
	}
	if !info.IsDir() {
		return writeBundle(ctx, dst, []entry{{filepath.Base(source), source, info}}, gzip.BestSpeed)
	}
	entries, err := collect(source)
	if err != nil {
		return "", fmt.Errorf("bundle %s: %w", source, err)
	}
	return writeBundle(ctx, dst, entries, gzip.BestSpeed)
}

// Bundle writes a bundle that holds the program alone, under its name; see the function [Bundle]. One that stays on this machine is not
// compressed: every job unpacks it before it begins.
func (p Program) Bundle(ctx context.Context, dst string) (sha256 string, err error) {
	info, err := os.Stat(p.Path)
	if err != nil {
		return "", fmt.Errorf("bundle: %w", err)
	}
	level := gzip.BestSpeed
	if p.Stays {
		level = gzip.NoCompression
	}
	return writeBundle(ctx, dst, []entry{{p.Name, p.Path, info}}, level)
}

// entry is one file of a bundle.
type entry struct {
	name string // with slashes
	path string
	info fs.FileInfo // of the content
}

func (e entry) mode() int64 {
	if e.info.Mode()&0o111 != 0 {
		return 0o755
	}
	return 0o644
}

func collect(root string) ([]entry, error) {
	root, err := filepath.EvalSymlinks(root)
	if err != nil {
		return nil, err
	}
	ignored, err := readIgnore(root)
	if err != nil {
		return nil, err
	}
	var entries []entry
	err = filepath.WalkDir(root, func(at string, d fs.DirEntry, err error) error {
		if err != nil || at == root {
			return err
		}
		rel, err := filepath.Rel(root, at)
		if err != nil {
			return err
		}
		name := filepath.ToSlash(rel)
		if ignored.match(name, d.IsDir()) || d.IsDir() && isEnvironment(at) {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if d.IsDir() {
			return nil
		}
		e, err := newEntry(root, at, name)
		entries = append(entries, e)
		return err
	})
	if err == nil && len(entries) == 0 {
		err = errors.New("the folder has no files")
	}
	if err == nil {
		err = tooLarge(entries)
	}
	return entries, err
}

// newEntry follows a symbolic link that stays in the folder.
func newEntry(root, at, name string) (entry, error) {
	real, err := filepath.EvalSymlinks(at)
	if err != nil {
		return entry{}, fmt.Errorf("%s: %w", name, err)
	}
	if below, err := filepath.Rel(root, real); err != nil || !filepath.IsLocal(below) {
		return entry{}, fmt.Errorf("%s: a symbolic link to %s, outside of the folder", name, real)
	}
	info, err := os.Stat(real)
	if err != nil {
		return entry{}, fmt.Errorf("%s: %w", name, err)
	}
	if info.IsDir() {
		return entry{}, fmt.Errorf("%s: a symbolic link to a folder", name)
	}
	if !info.Mode().IsRegular() {
		return entry{}, fmt.Errorf("%s: neither a file nor a folder", name)
	}
	return entry{name, real, info}, nil
}

// isEnvironment recognises a Python environment by the file that every one has.
func isEnvironment(dir string) bool {
	_, err := os.Lstat(filepath.Join(dir, "pyvenv.cfg"))
	return err == nil
}

// tooLarge names the largest files of what is no program any more.
func tooLarge(entries []entry) error {
	var total int64
	for _, e := range entries {
		total += e.info.Size()
	}
	if total <= MaxBundle {
		return nil
	}
	bySize := slices.SortedFunc(slices.Values(entries), func(a, b entry) int { return int(b.info.Size() - a.info.Size()) })
	var largest []string
	for _, e := range bySize[:min(3, len(bySize))] {
		largest = append(largest, fmt.Sprintf("%s (%d MB)", e.name, e.info.Size()>>20))
	}
	return fmt.Errorf("%d MB, more than the %d MB that a program may have: make data an input channel, or name it in .sageflyignore; the largest are %s",
		total>>20, MaxBundle>>20, strings.Join(largest, ", "))
}

// writeBundle leaves dst whole or not at all.
func writeBundle(ctx context.Context, dst string, entries []entry, level int) (sum string, err error) {
	slices.SortFunc(entries, func(a, b entry) int { return strings.Compare(a.name, b.name) })
	f, err := os.Create(dst)
	if err != nil {
		return "", fmt.Errorf("bundle: %w", err)
	}
	defer func() {
		if err = errors.Join(err, f.Close()); err != nil {
			err = errors.Join(err, os.Remove(dst))
		}
	}()
	hash := sha256.New()
	if err := pack(ctx, io.MultiWriter(f, hash), entries, level); err != nil {
		return "", fmt.Errorf("bundle: %w", err)
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

// pack compresses for speed, if at all: a launch waits for it, and a program of 25 MB gains little from more.
func pack(ctx context.Context, w io.Writer, entries []entry, level int) error {
	z, err := gzip.NewWriterLevel(w, level)
	if err != nil {
		return err
	}
	t := tar.NewWriter(z)
	for _, e := range entries {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		if err := e.write(t); err != nil {
			return fmt.Errorf("%s: %w", e.name, err)
		}
	}
	return errors.Join(t.Close(), z.Close())
}

func (e entry) write(t *tar.Writer) error {
	f, err := os.Open(e.path)
	if err != nil {
		return err
	}
	defer f.Close()
	header := &tar.Header{
		Typeflag: tar.TypeReg, Name: path.Clean(e.name), Size: e.info.Size(), Mode: e.mode(),
		ModTime: time.Unix(0, 0), Format: tar.FormatPAX, // GNU's and ustar's forms of long names vary with the name
	}
	if err := t.WriteHeader(header); err != nil {
		return err
	}
	_, err = io.Copy(t, f)
	return err
}
