// Package tarball takes a file or folder out of a tar.gz that somebody else made, such as a job's model.
//
// Nothing leaves the place that it is given, whatever the archive says: of what is asked for, names that lead out of it, links, devices
// and sparse files are errors. Entries that are not asked for do not matter. What is written is in proportion to what is read: deflate
// makes at most 1,032 bytes of one, and sparse files, which make any number of none, are refused.
package tarball

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
)

// Member is a part of an archive.
type Member struct {
	Name string // of a file or folder, with slashes; "." is the whole archive

	// Together says that the files of a folder lie one after the other, as in archives that are made of a folder: what lies behind them
	// is not read. Without it a folder's archive is read to its end. Behind a single file nothing is read either way.
	Together bool
}

// Extract writes the member of the archive to the path: a file becomes the file to, whole or not at all, and a folder's content lies below
// the folder to. Folders are made; files that are there already are replaced. A file keeps who may run it, and everybody may read it.
func Extract(archive io.Reader, m Member, to string) error {
	zip, err := gzip.NewReader(bufio.NewReader(archive))
	if err != nil {
		return err
	}
	m.Name = path.Clean(m.Name)
	for entries, found := tar.NewReader(zip), false; ; {
		header, err := entries.Next()
		if errors.Is(err, io.EOF) {
			return m.finish(zip, found, to)
		}
		if err != nil {
			return err
		}
		e := entry{header, entries}
		place, inside := m.place(path.Clean(e.Name))
		switch {
		case !inside && found && m.Together:
			return nil
		case !inside || e.Typeflag == tar.TypeXGlobalHeader: // which git archive begins with
			continue
		}
		if err := e.save(to, place); err != nil {
			return &fs.PathError{Op: "extract", Path: e.Name, Err: err}
		}
		if found = true; place == "." && e.Typeflag == tar.TypeReg {
			return nil
		}
	}
}

// place is where an entry is in the member; "." is the member itself.
func (m Member) place(entry string) (place string, inside bool) {
	switch m.Name {
	case entry:
		return ".", true
	case ".":
		return entry, true
	}
	return strings.CutPrefix(entry, m.Name+"/")
}

// finish is the archive's end, where the checksum is. An archive without entries is an empty folder.
func (m Member) finish(zip io.Reader, found bool, to string) error {
	_, err := io.Copy(io.Discard, zip)
	switch {
	case err != nil:
		return err
	case found:
		return nil
	case m.Name == ".":
		return os.MkdirAll(to, 0o755)
	}
	return errors.New("the archive has no such member")
}
