package atomicfile

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// inPlace reports what a rename must not take the place of: all that is no regular file, and a file that is this process's own
// output, of which the rest would go to a file without a name.
func inPlace(info fs.FileInfo) bool { return !info.Mode().IsRegular() || ownOutput(info) != nil }

// ownOutput is this process's stdout or stderr when that is the file, else nil.
func ownOutput(info fs.FileInfo) *os.File {
	for _, own := range []*os.File{os.Stdout, os.Stderr} {
		if at, err := own.Stat(); err == nil && os.SameFile(at, info) {
			return own
		}
	}
	return nil
}

// open opens what is written in place. Own output is not opened anew: that would begin at its start.
func open(path string, info fs.FileInfo) (*File, error) {
	if own := ownOutput(info); own != nil {
		return &File{File: own, keep: true}, nil
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0) // a folder is an error here
	if err != nil {
		return nil, err
	}
	return &File{File: f}, nil
}

// end is the path itself, or the one at the end of the links that it is. There need not be a file.
func end(path string) (string, error) {
	if info, err := os.Lstat(path); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		return path, nil
	}
	return Resolve(path)
}

// Resolve is the absolute path without links of the file that a path means. The file need not exist, its folder must.
func Resolve(path string) (string, error) {
	at, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	const most = 40 // links, as in Linux
	for range most {
		dir, err := filepath.EvalSymlinks(filepath.Dir(at))
		if err != nil {
			return "", err
		}
		at = filepath.Join(dir, filepath.Base(at))
		to, err := os.Readlink(at)
		if err != nil { // it is no link
			return at, nil
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(dir, to)
		}
		at = to
	}
	return "", &fs.PathError{Op: "resolve", Path: path, Err: syscall.ELOOP}
}
