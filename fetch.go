//go:build !sagefly_task

package sagefly

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// Fetch copies a file or folder of a result to dst, without reading more of the archive than up to its end. from is an
// address as outputs have them: s3://…/model.tar.gz#member, or an object or a prefix with "/" at its end. A file becomes the
// file dst, whole or not at all; a folder's content goes below the folder dst, which is made. Nothing is written outside of it,
// whatever names the archive has; links and devices are an error.
func Fetch(ctx context.Context, target Target, from string, dst string) error {
	a, err := parseAddress(from)
	if err == nil {
		err = target.fetch(ctx, a, dst)
	}
	if err != nil {
		return fmt.Errorf("fetch %s: %w", from, err)
	}
	return nil
}

func (t Target) fetch(ctx context.Context, a address, dst string) error {
	if a.member == "" && (a.key == "" || strings.HasSuffix(a.key, "/")) {
		return t.fetchPrefix(ctx, a, dst)
	}
	object, err := t.objects().GetObject(ctx, &s3.GetObjectInput{Bucket: &a.bucket, Key: &a.key})
	if err != nil {
		return err
	}
	defer object.Body.Close()
	if a.member == "" {
		return saveFile(dst, object.Body, 0o644)
	}
	return fetchMember(object.Body, path.Clean(a.member), dst)
}

// fetchPrefix copies the objects below a prefix.
func (t Target) fetchPrefix(ctx context.Context, a address, dst string) error {
	client, found := t.objects(), false
	pages := s3.NewListObjectsV2Paginator(client, &s3.ListObjectsV2Input{Bucket: &a.bucket, Prefix: &a.key})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, o := range page.Contents {
			below := strings.TrimPrefix(*o.Key, a.key)
			if below == "" || strings.HasSuffix(below, "/") { // a folder that some tools make
				continue
			}
			if err := t.fetchBelow(ctx, address{bucket: a.bucket, key: *o.Key}, dst, below); err != nil {
				return fmt.Errorf("%s: %w", below, err)
			}
			found = true
		}
	}
	if !found {
		return errors.New("nothing is below it")
	}
	return nil
}

func (t Target) fetchBelow(ctx context.Context, a address, dst, below string) error {
	name := filepath.FromSlash(below)
	if !filepath.IsLocal(name) {
		return errLeaves
	}
	return t.fetch(ctx, a, filepath.Join(dst, name))
}

var errLeaves = errors.New("leaves the folder")

// fetchMember takes a file or folder out of an archive. The files of a folder lie together.
func fetchMember(archive io.Reader, member, dst string) error {
	zip, err := gzip.NewReader(bufio.NewReader(archive))
	if err != nil {
		return err
	}
	found := false
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
		below, inside := cutMember(path.Clean(entry.Name), member)
		switch {
		case !inside && found:
			return nil
		case !inside:
			continue
		case below == "" && entry.Typeflag == tar.TypeReg:
			return saveFile(dst, entries, 0o644|entry.FileInfo().Mode().Perm()&0o111)
		}
		found = true
		if err := saveEntry(entry, entries, dst, below); err != nil {
			return fmt.Errorf("%s: %w", entry.Name, err)
		}
	}
}

// cutMember is an entry's place below a member, "" for the member itself. "." is the whole archive.
func cutMember(name, member string) (below string, inside bool) {
	switch member {
	case name:
		return "", true
	case ".":
		return name, true
	}
	return strings.CutPrefix(name, member+"/")
}

// saveEntry writes one entry of a folder.
func saveEntry(entry *tar.Header, content io.Reader, dst, below string) error {
	if err := os.MkdirAll(dst, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(dst)
	if err != nil {
		return err
	}
	defer root.Close()
	name := filepath.FromSlash(below)
	switch {
	case name != "" && !filepath.IsLocal(name):
		return errLeaves
	case entry.Typeflag == tar.TypeDir && name == "":
		return nil
	case entry.Typeflag == tar.TypeDir:
		return root.MkdirAll(name, 0o755)
	case entry.Typeflag != tar.TypeReg:
		return errors.New("it is a link or device")
	}
	return extractFile(content, name, 0o644|entry.FileInfo().Mode().Perm()&0o111, root)
}

// saveFile writes beside the place and renames.
func saveFile(dst string, content io.Reader, mode os.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(dst), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(dst), "."+filepath.Base(dst)+"-*")
	if err != nil {
		return err
	}
	_, err = io.Copy(f, content)
	err = errors.Join(err, f.Chmod(mode), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), dst)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
