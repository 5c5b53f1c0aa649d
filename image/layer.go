package image

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// epoch is the time of everything that we put into images, so that the same content has the same digest on any day.
var epoch = time.Unix(0, 0).UTC()

// item is one file or folder of a layer.
type item struct {
	name string // absolute
	mode int64
	dir  bool
	path string // of the content; "" = data
	data []byte
}

// cached is up to which size of content a layer's compressed form is kept in memory, instead of being made each time.
const cached = 512 << 20

// newLayer makes a gzip layer of items and the folders above them. Owners are root, times the epoch, the order that of the
// names, so equal items give an equal layer; the compressed bytes are those of this Go release's gzip.
func newLayer(ctx context.Context, items []item) (v1.Layer, error) {
	items = withParents(items)
	size := int64(0)
	for _, i := range items {
		n, err := i.size()
		if err != nil {
			return nil, err
		}
		size += n
	}
	options := []tarball.LayerOption{tarball.WithMediaType(types.DockerLayer), tarball.WithCompressionLevel(gzip.DefaultCompression)}
	if size <= cached {
		options = append(options, tarball.WithCompressedCaching)
	}
	return tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		r, w := io.Pipe()
		go func() { w.CloseWithError(writeItems(ctx, w, items)) }() // ends when r is closed
		return r, nil
	}, options...)
}

// withParents adds the folders that items are in: container engines make missing ones with rights of their own choice.
func withParents(items []item) []item {
	all := map[string]item{}
	for _, i := range items {
		all[i.name] = i
		for dir := path.Dir(i.name); dir != "/"; dir = path.Dir(dir) {
			if _, ok := all[dir]; !ok {
				all[dir] = item{name: dir, mode: 0o755, dir: true}
			}
		}
	}
	sorted := make([]item, 0, len(all))
	for _, i := range all {
		sorted = append(sorted, i)
	}
	slices.SortFunc(sorted, func(a, b item) int { return strings.Compare(a.name, b.name) })
	return sorted
}

func (i item) size() (int64, error) {
	if i.path == "" {
		return int64(len(i.data)), nil
	}
	info, err := os.Stat(i.path)
	if err != nil {
		return 0, fmt.Errorf("layer: %w", err)
	}
	return info.Size(), nil
}

func writeItems(ctx context.Context, w io.Writer, items []item) error {
	t := tar.NewWriter(w)
	for _, i := range items {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err := i.write(t); err != nil {
			return fmt.Errorf("layer: %s: %w", i.name, err)
		}
	}
	return t.Close()
}

func (i item) write(t *tar.Writer) error {
	size, err := i.size()
	if err != nil {
		return err
	}
	header := &tar.Header{Typeflag: tar.TypeReg, Name: strings.TrimPrefix(i.name, "/"), Size: size, Mode: i.mode, ModTime: epoch, Format: tar.FormatPAX}
	if i.dir {
		header.Typeflag, header.Name = tar.TypeDir, header.Name+"/"
	}
	if err := t.WriteHeader(header); err != nil || i.dir {
		return err
	}
	if i.path == "" {
		_, err := io.Copy(t, bytes.NewReader(i.data))
		return err
	}
	f, err := os.Open(i.path)
	if err != nil {
		return err
	}
	_, err = io.Copy(t, f)
	return errors.Join(err, f.Close())
}

// hashItems is the SHA-256 of items as they would be in a layer, not compressed.
func hashItems(items []item) (string, error) {
	sum := sha256.New()
	if err := writeItems(context.Background(), sum, withParents(items)); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
