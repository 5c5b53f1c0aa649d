package input

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"github.com/sagefly/sagefly/engine/internal/object"
)

// ErrManifest is wrapped by Stage when a channel's manifest cannot be followed: it is none, or names what is not there.
var ErrManifest = errors.New("bad manifest")

// manifest is S3DataType ManifestFile: a JSON array of a prefix and of what is appended to it, one key each.
//
//	[{"prefix": "s3://BUCKET/some/prefix/"}, "relative/path/a", "relative/path/b"]
type manifest struct {
	bucket, prefix string
	keys           []string // in the manifest's order, each once
}

// readManifest reads a manifest element by element: a large object that is none is refused at its beginning.
func readManifest(r io.Reader) (m manifest, err error) {
	d := json.NewDecoder(r)
	if start, err := d.Token(); err != nil || start != json.Delim('[') {
		return m, errors.New(`want a JSON array that begins with {"prefix": "s3://BUCKET/PREFIX"}`)
	}
	var head any
	if d.More() {
		if err := d.Decode(&head); err != nil {
			return m, fmt.Errorf("not JSON: %w", err)
		}
	}
	if m.bucket, m.prefix, err = manifestPrefix(head); err != nil {
		return m, err
	}
	return m, m.readKeys(d)
}

// manifestPrefix reads the first element. A prefix that ends in the bucket's name is refused, since what is appended to it would
// name other buckets.
func manifestPrefix(head any) (bucket, prefix string, err error) {
	members, _ := head.(map[string]any)
	uri, ok := members["prefix"].(string)
	if !ok {
		return "", "", errors.New(`the first element must be {"prefix": "s3://BUCKET/PREFIX"}`)
	}
	if bucket, prefix, err = ParseURI(uri); err != nil {
		return "", "", fmt.Errorf("prefix: %w", err)
	}
	if prefix == "" && !strings.HasSuffix(uri, "/") {
		return "", "", fmt.Errorf("prefix: %q ends in the bucket's name: want %q", uri, uri+"/")
	}
	return bucket, prefix, nil
}

// readKeys reads the other elements, to the array's and the text's end.
func (m *manifest) readKeys(d *json.Decoder) error {
	seen := map[string]bool{}
	for n := 2; d.More(); n++ {
		var element any
		if err := d.Decode(&element); err != nil {
			return fmt.Errorf("not JSON: %w", err)
		}
		suffix, ok := element.(string)
		switch {
		case !ok:
			return fmt.Errorf("element %d is no string", n)
		case strings.Contains(suffix, "://"):
			return fmt.Errorf("element %d is %q: elements are appended to the prefix, and all objects are in its bucket, %s", n, suffix, m.bucket)
		case !seen[suffix]:
			seen[suffix] = true
			m.keys = append(m.keys, m.prefix+suffix)
		}
	}
	for _, end := range []error{nil, io.EOF} { // the bracket, then nothing
		if _, err := d.Token(); !errors.Is(err, end) {
			return errors.New("not JSON: it ends within the array, or goes on after it")
		}
	}
	if len(m.keys) == 0 {
		return errors.New("it names no objects: at least one key must follow the prefix")
	}
	return nil
}

// openManifest finds a manifest and reads it.
func openManifest(ctx context.Context, objects *object.Store, uri string) (m manifest, err error) {
	bucket, key, err := ParseURI(uri)
	if err != nil {
		return m, err
	}
	f, _, err := objects.Open(ctx, bucket, key)
	if errors.Is(err, object.ErrNoKey) {
		return m, empty(uri)
	}
	if err != nil {
		return m, err
	}
	defer f.Close()
	if m, err = readManifest(f); err != nil {
		return m, fmt.Errorf("%w %s: %w", ErrManifest, uri, err)
	}
	return m, nil
}

// objects are what the manifest at uri names.
func (m manifest) objects(ctx context.Context, store *object.Store, uri string) iter.Seq2[object.Info, error] {
	return func(yield func(object.Info, error) bool) {
		for _, key := range m.keys {
			info, err := store.Stat(ctx, m.bucket, key)
			if errors.Is(err, object.ErrNoKey) || errors.Is(err, object.ErrNoBucket) {
				err = fmt.Errorf("%w %s: %w", ErrManifest, uri, err)
			}
			if !yield(info, err) || err != nil {
				return
			}
		}
	}
}
