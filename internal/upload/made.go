package upload

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Recipe is a file that is made from something else when it is needed.
type Recipe struct {
	Name string                 // of the file
	From string                 // names what it is made from, and how; equal texts make equal files
	Make func(dst string) error // writes it
}

// Made uploads the file that the recipe makes and returns the address. When a file from the same source is there, nothing is
// made: the hash is that of Name and From.
func (b *Bucket) Made(ctx context.Context, r Recipe) (uri string, err error) {
	sum := sha256.Sum256([]byte(r.Name + "\n" + r.From))
	l := &listing{given: r.Name, single: true, hash: hex.EncodeToString(sum[:])}
	uri = "s3://" + b.Name + "/" + l.prefix() + r.Name
	there, err := b.has(ctx, l.marker())
	if err != nil || there {
		return uri, err
	}
	dir, err := os.MkdirTemp("", "sagefly-upload-")
	if err != nil {
		return "", fmt.Errorf("upload %s: %w", r.Name, err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	file := filepath.Join(dir, r.Name)
	if err := r.Make(file); err != nil {
		return "", err
	}
	if err := l.add(file, r.Name); err != nil {
		return "", fmt.Errorf("upload %s: %w", r.Name, err)
	}
	l.total = l.files[0].Size
	if err := b.sendAll(ctx, l); err != nil {
		return "", fmt.Errorf("upload %s: %w", r.Name, err)
	}
	return uri, nil
}

// HashFile is the SHA-256 of a file in hexadecimal.
func HashFile(path string) (string, error) {
	sum, _, err := hashOf(func() (io.ReadCloser, error) { return os.Open(path) })
	return sum, err
}
