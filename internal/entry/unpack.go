package entry

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
	"strings"
)

// unpack extracts a tar.gz into dir. As in the toolkit no entry leaves dir: names lose what leads out, and links that lead out,
// devices and pipes are left out with a line in the log. Owners, set-id bits and others' write permission are not taken.
func (h *host) unpack(r io.Reader, dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	zip, err := gzip.NewReader(bufio.NewReaderSize(r, 1<<16))
	if err != nil {
		return fmt.Errorf("unpack source: not a tar.gz: %w", err)
	}
	u := unpacking{root: root, say: h.say}
	for entries := tar.NewReader(zip); ; {
		entry, err := entries.Next()
		if errors.Is(err, io.EOF) {
			_, err := io.Copy(io.Discard, zip) // the checksum comes last
			return err
		}
		if err != nil {
			return fmt.Errorf("unpack source: %w", err)
		}
		if err := u.take(entry, entries); err != nil {
			return fmt.Errorf("unpack source: entry %q: %w", entry.Name, err)
		}
	}
}

// unpacking writes below root, which the kernel keeps every path inside of, whatever links the archive makes.
type unpacking struct {
	root *os.Root
	say  func(string, ...any)
}

func (u unpacking) take(e *tar.Header, content io.Reader) error {
	name := inside(e.Name)
	if name == "" {
		if e.Typeflag != tar.TypeDir {
			u.say("the source's entry %q is left out: it has no name below the code folder", e.Name)
		}
		return nil
	}
	if name != path.Clean(e.Name) {
		u.say("the source's entry %q would leave the code folder; it becomes %s", e.Name, name)
	}
	if err := u.root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return err
	}
	switch e.Typeflag {
	case tar.TypeDir:
		return u.root.MkdirAll(name, 0o755)
	case tar.TypeReg:
		return u.file(name, fs.FileMode(e.Mode)&0o755|0o600, content)
	case tar.TypeSymlink:
		return u.symlink(name, e.Linkname)
	case tar.TypeLink:
		return u.link(name, e.Linkname)
	}
	u.say("the source's entry %q is left out: it is neither a file nor a folder nor a link", e.Name)
	return nil
}

func (u unpacking) file(name string, mode fs.FileMode, content io.Reader) error {
	if err := u.root.RemoveAll(name); err != nil { // a later entry of the same name wins, and never through a link
		return err
	}
	f, err := u.root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, content)
	return errors.Join(err, f.Close())
}

func (u unpacking) symlink(name, target string) error {
	joined := path.Join(path.Dir(name), target)
	if path.IsAbs(target) || joined == ".." || strings.HasPrefix(joined, "../") {
		u.say("the source's link %q to %q is left out: it leads out of the code folder", name, target)
		return nil
	}
	if err := u.root.RemoveAll(name); err != nil {
		return err
	}
	return u.root.Symlink(target, name)
}

func (u unpacking) link(name, target string) error {
	target = inside(target)
	if _, err := u.root.Stat(target); err != nil {
		u.say("the source's link %q to %q is left out: there is no such file in the code folder", name, target)
		return nil
	}
	if err := u.root.RemoveAll(name); err != nil {
		return err
	}
	return u.root.Link(target, name)
}

// inside is a name without what leads out of the folder: a leading slash, . and .. parts.
func inside(name string) string {
	var parts []string
	for part := range strings.SplitSeq(strings.ReplaceAll(name, `\`, "/"), "/") {
		if part != "" && part != "." && part != ".." {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, "/")
}
