package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"os"
	"time"
)

// built is the time every entry carries: bytes must not depend on the day. It is the oldest that zip can hold.
var built = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// writeArchive writes the programs, the licence and the README as a tar.gz.
func writeArchive(path string, b programs, src sources) error {
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	t := tar.NewWriter(z)
	for _, f := range []file{
		{"sagefly", 0o755, b.sagefly},
		{"sagefly-host", 0o755, b.host}, // beside sagefly, which looks there
		{"sagefly-train", 0o755, b.entry},
		{"LICENSE", 0o644, src.licence},
		{"README.md", 0o644, src.readme},
	} {
		h := &tar.Header{
			Typeflag: tar.TypeReg, Name: f.path, Mode: int64(f.mode), Size: int64(len(f.data)),
			ModTime: built, Format: tar.FormatUSTAR,
		}
		if err := t.WriteHeader(h); err != nil {
			return err
		}
		if _, err := t.Write(f.data); err != nil {
			return err
		}
	}
	if err := t.Close(); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	return os.WriteFile(path, buf.Bytes(), 0o644)
}
