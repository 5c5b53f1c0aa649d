package input

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"

	"github.com/sagefly/sagefly/engine/internal/object"
)

// Channel is one input of a job, with its data in the object store.
type Channel struct {
	Name     string
	URI      string // s3://BUCKET/PREFIX, of a manifest s3://BUCKET/KEY
	Manifest bool   // ManifestFile: the objects are those that a manifest names
	Sharded  bool   // ShardedByS3Key: the objects are dealt over the hosts
}

// Shard says which part of a sharded channel a host gets: objects whose place in key order, or in the manifest, is Index modulo
// Hosts.
type Shard struct{ Index, Hosts int }

// Lay puts the contents of one object's file at path.
type Lay func(blob, path string) error

// Stage brings the channel's objects below dir, which becomes the channel's directory, and returns how many files and
// bytes there are. It can be repeated: what an interrupted run left is replaced.
func Stage(ctx context.Context, objects *object.Store, c Channel, s Shard, dir string, lay Lay) (files int, size int64, err error) {
	from, err := c.open(ctx, objects)
	if err != nil {
		return 0, 0, err
	}
	if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o755)); err != nil {
		return 0, 0, err
	}
	found := 0
	for info, err := range from.objects {
		if err == nil {
			err = context.Cause(ctx) // a stop need not wait for the rest of a large channel
		}
		if err != nil {
			return files, size, err
		}
		name, ok, err := fileName(from.prefix, info.Key)
		if err != nil {
			return files, size, err
		}
		if !ok {
			continue
		}
		found++
		if c.Sharded && (found-1)%s.Hosts != s.Index {
			continue
		}
		path := filepath.Join(dir, filepath.FromSlash(name))
		if info, err = put(ctx, objects, info, path, lay); err != nil {
			return files, size, fmt.Errorf("object s3://%s/%s: %w", info.Bucket, info.Key, err)
		}
		files, size = files+1, size+info.Size
	}
	if found == 0 {
		return 0, 0, empty(c.URI)
	}
	return files, size, nil
}

// source is a channel's objects, and the prefix below which their files are named.
type source struct {
	prefix  string
	objects iter.Seq2[object.Info, error]
}

func (c Channel) open(ctx context.Context, objects *object.Store) (source, error) {
	if c.Manifest {
		m, err := openManifest(ctx, objects, c.URI)
		return source{m.prefix, m.objects(ctx, objects, c.URI)}, err
	}
	bucket, prefix, err := ParseURI(c.URI)
	return source{prefix, objects.All(ctx, bucket, prefix)}, err
}

func empty(uri string) error {
	return fmt.Errorf("%w under S3 URL %q given in input data source", ErrEmpty, uri)
}

// ErrEmpty is wrapped by Stage when no object lies under the channel's prefix, or its manifest is not there. Its text is the service's.
var ErrEmpty = errors.New("No S3 objects found") //nolint:staticcheck // the service's wording

// put lays one object's file. An object that was replaced since it was listed is taken as it is now, one that was
// deleted is an error: a channel never silently lacks a file that its listing had.
func put(ctx context.Context, objects *object.Store, info object.Info, path string, lay Lay) (object.Info, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return info, err
	}
	for {
		err := lay(info.Path, path)
		if !errors.Is(err, fs.ErrNotExist) {
			return info, err
		}
		now, statErr := objects.Stat(ctx, info.Bucket, info.Key)
		if statErr != nil || now.Path == info.Path {
			return info, errors.Join(statErr, err)
		}
		info = now
	}
}
