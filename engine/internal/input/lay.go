package input

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// Copy gives the job a file of its own, as a File channel promises: what the job does to it never reaches the object.
func Copy(blob, path string) error {
	src, err := os.Open(blob)
	if err != nil {
		return err
	}
	defer src.Close()
	dst, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("another object of the channel is in its way: %w", err)
	}
	if clone(dst, src) {
		return dst.Close()
	}
	_, err = io.Copy(dst, src)
	return errors.Join(err, dst.Close())
}

// Link shows the object's own file, for channels that are mounted read-only (FastFile): nothing is copied. Across file
// systems, where that is impossible, it copies.
func Link(blob, path string) error {
	if os.Link(blob, path) == nil {
		return nil
	}
	return Copy(blob, path)
}
