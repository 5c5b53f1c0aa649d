package sagefly

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// archiveMember is a file or folder inside an archive; "." is the folder that is all of it.
type archiveMember struct {
	name  string
	isDir bool
}

// unpack takes one member of a tar.gz into the folder to, and nothing else, and returns its path. Nothing leaves the folder,
// whatever names the archive has; links and devices are an error.
func unpack(archive string, m archiveMember, to string) (string, error) {
	f, err := os.Open(archive)
	if err != nil {
		return "", err
	}
	defer f.Close()
	root, err := os.OpenRoot(to)
	if err != nil {
		return "", err
	}
	defer root.Close()
	m.name = path.Clean(m.name)
	if err := m.unpack(f, root); err != nil {
		return "", fmt.Errorf("unpack %s of %s: %w", m.name, filepath.Base(archive), err)
	}
	return filepath.Join(to, filepath.FromSlash(m.name)), nil
}

func (m archiveMember) unpack(archive io.Reader, root *os.Root) error {
	zip, err := gzip.NewReader(bufio.NewReader(archive))
	if err != nil {
		return err
	}
	found := m.isDir && m.name == "."
	for entries := tar.NewReader(zip); ; {
		entry, err := entries.Next()
		switch {
		case errors.Is(err, io.EOF) && found:
			return nil
		case errors.Is(err, io.EOF):
			return errors.New("the archive has no such member")
		case err != nil:
			return err
		}
		name := path.Clean(entry.Name)
		if !m.holds(name) {
			continue
		}
		if err := m.extract(entries, entry, root); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if found = true; !m.isDir {
			return nil
		}
	}
}

// holds says that an entry is the member or lies in it.
func (m archiveMember) holds(entry string) bool {
	below := m.isDir && (m.name == "." || strings.HasPrefix(entry, m.name+"/"))
	return filepath.IsLocal(filepath.FromSlash(entry)) && (below || entry == m.name)
}

func (m archiveMember) extract(content io.Reader, entry *tar.Header, root *os.Root) error {
	name := filepath.FromSlash(path.Clean(entry.Name))
	isMember := path.Clean(entry.Name) == m.name
	switch entry.Typeflag {
	case tar.TypeDir:
		if !m.isDir {
			return errors.New("it is a folder, and the field is a sagefly.File")
		}
		return root.MkdirAll(name, 0o755)
	case tar.TypeReg:
		if m.isDir && isMember {
			return errors.New("it is a file, and the field is a sagefly.Dir")
		}
		return extractFile(content, name, entry.FileInfo().Mode(), root)
	}
	return errors.New("it is a link or device")
}

func extractFile(content io.Reader, name string, mode fs.FileMode, root *os.Root) error {
	if err := root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600|mode.Perm())
	if err != nil {
		return err
	}
	_, err = io.Copy(f, content)
	return errors.Join(err, f.Close())
}
