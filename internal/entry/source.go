package entry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// bringCode fills the code folder by the toolkit's rule: not when something is in it already.
func (h *host) bringCode(ctx context.Context) error {
	code := h.layout.Code()
	if err := os.MkdirAll(code, 0o777); err != nil {
		return fmt.Errorf("code folder: %w", err)
	}
	entries, err := os.ReadDir(code)
	if err != nil {
		return fmt.Errorf("code folder: %w", err)
	}
	if len(entries) > 0 {
		return nil
	}
	source := h.submitDirectory()
	if strings.HasPrefix(source, "s3://") {
		return h.download(ctx, source, code)
	}
	return h.copySource(source, code)
}

// copySource takes source from the machine: a folder, an archive, or one file.
func (h *host) copySource(source, code string) error {
	info, err := os.Stat(source)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return refusef("submit directory %s does not exist: give sagemaker_submit_directory an s3:// address of a tar.gz, or a folder of the image", source)
	case err != nil:
		return fmt.Errorf("submit directory: %w", err)
	case sameFile(source, code):
		return nil
	case info.IsDir():
		return os.CopyFS(code, os.DirFS(source))
	}
	f, err := os.Open(source)
	if err != nil {
		return fmt.Errorf("submit directory: %w", err)
	}
	defer f.Close()
	if strings.HasSuffix(source, ".tar.gz") || strings.HasSuffix(source, ".tgz") {
		return h.unpack(f, code)
	}
	return copyFile(filepath.Join(code, filepath.Base(source)), f, info.Mode().Perm())
}

func sameFile(a, b string) bool {
	x, errX := os.Stat(a)
	y, errY := os.Stat(b)
	return errX == nil && errY == nil && os.SameFile(x, y)
}

func copyFile(name string, r io.Reader, mode fs.FileMode) error {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	return errors.Join(err, f.Close())
}

// empty removes what an interrupted download left.
func empty(dir string) error {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		err = errors.Join(err, os.RemoveAll(filepath.Join(dir, e.Name())))
	}
	return err
}
