package libxgboost

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// maxUnpacked bounds what a wheel may unfold to; the largest pinned library has 284 MB.
const maxUnpacked = 1 << 30

// unpack writes the shared libraries, VERSION and the licence texts of a wheel below dir, in the wheel's layout.
func unpack(wheel, dir string) error {
	archive, err := zip.OpenReader(wheel)
	if err != nil {
		return err
	}
	defer archive.Close()
	var total uint64
	for _, f := range archive.File {
		if !wanted(f.Name) {
			continue
		}
		if !filepath.IsLocal(f.Name) || !f.Mode().IsRegular() {
			return fmt.Errorf("entry %q is not a plain file inside the wheel", f.Name)
		}
		if total += f.UncompressedSize64; total > maxUnpacked {
			return fmt.Errorf("entry %q: the wheel unfolds to more than %d MB", f.Name, maxUnpacked>>20)
		}
		if err := extract(f, filepath.Join(dir, filepath.FromSlash(f.Name))); err != nil {
			return fmt.Errorf("entry %q: %w", f.Name, err)
		}
	}
	return nil
}

func wanted(name string) bool {
	base := path.Base(name)
	return strings.HasSuffix(base, ".so") || strings.Contains(base, ".so.") || strings.HasSuffix(base, ".dylib") ||
		name == "xgboost/VERSION" || strings.HasPrefix(base, "LICENSE")
}

func extract(f *zip.File, to string) (err error) {
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	in, err := f.Open()
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o755)
	if err != nil {
		return err
	}
	// The reader checks size and checksum of the entry.
	_, err = io.Copy(out, io.LimitReader(in, maxUnpacked))
	return errors.Join(err, out.Close())
}
