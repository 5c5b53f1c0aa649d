package checkpoint

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/sagefly/sagefly/engine/internal/input"
)

// Restore fills the folder with what is under the prefix. It replaces what an interrupted run of it left, so it is for before the
// program's start only. A prefix without objects is an empty folder: the first run of a job that will be continued.
func (f Folder) Restore(ctx context.Context) error {
	bucket, prefix, err := f.place()
	if err != nil {
		return err
	}
	if err := os.RemoveAll(f.Dir); err != nil {
		return err
	}
	if err := os.MkdirAll(f.Dir, 0o777); err != nil {
		return err
	}
	if err := os.Chmod(f.Dir, 0o777); err != nil { // as every folder that the program writes to
		return err
	}
	for info, err := range f.Objects.All(ctx, bucket, prefix) {
		if err != nil {
			return fmt.Errorf("restore checkpoints: %w", err)
		}
		if err := f.restore(ctx, bucket, info.Key, strings.TrimPrefix(info.Key, prefix)); err != nil {
			return fmt.Errorf("restore checkpoint s3://%s/%s: %w", bucket, info.Key, err)
		}
	}
	alike, err := look(f.Dir)
	if err != nil {
		return err
	}
	return f.write(state{Version: 1, Alike: alike})
}

// restore copies one object. Keys that cannot be files below the folder are left alone: they are not this job's.
func (f Folder) restore(ctx context.Context, bucket, key, name string) error {
	if context.Cause(ctx) != nil {
		return context.Cause(ctx)
	}
	if name == "" || strings.HasSuffix(name, "/") || path.Clean(name) != name || !filepath.IsLocal(filepath.FromSlash(name)) {
		return nil
	}
	file, info, err := f.Objects.Open(ctx, bucket, key)
	if err != nil {
		return err
	}
	defer file.Close() // its blob stays readable as long
	at := filepath.Join(f.Dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(at), 0o777); err != nil {
		return err
	}
	return input.Copy(info.Path, at)
}
