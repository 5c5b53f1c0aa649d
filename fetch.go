//go:build !sagefly_task

package sagefly

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/sagefly/sagefly/internal/atomicfile"
	"github.com/sagefly/sagefly/internal/tarball"
)

// Fetch copies a file or folder of a result to dst, without reading more of the archive than up to its end. from is an
// address as outputs have them: s3://…/model.tar.gz#member, or an object or a prefix with "/" at its end. A file becomes the
// file dst, whole or not at all; a folder's content goes below the folder dst, which is made. Nothing is written outside of it,
// whatever names the archive has; links, devices and sparse files are an error.
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
	if a.isPrefix() {
		return t.fetchPrefix(ctx, a, dst)
	}
	object, err := t.objects().GetObject(ctx, &s3.GetObjectInput{Bucket: &a.bucket, Key: &a.key})
	if err != nil {
		return err
	}
	defer object.Body.Close()
	if a.member == "" {
		return fetchFile(object.Body, dst)
	}
	return tarball.Extract(object.Body, tarball.Member{Name: a.member, Together: true}, dst)
}

func fetchFile(content io.Reader, dst string) error {
	if err := os.MkdirAll(filepath.Dir(dst), 0o755); err != nil {
		return err
	}
	return atomicfile.CopyFile(dst, content, 0o644)
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
		return errors.New("leaves the folder")
	}
	return t.fetch(ctx, a, filepath.Join(dst, name))
}
