package checkpoint

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/sagefly/sagefly/engine/internal/object"
)

// Watch carries changes over until ctx is done. report gets what went wrong at a look; the next look tries again.
func (f Folder) Watch(ctx context.Context, report func(error)) {
	tick := time.NewTicker(Interval)
	defer tick.Stop()
	var before files
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now, err := look(f.Dir)
		if err == nil {
			err = f.carry(ctx, now, func(name string) bool { return before[name] == now[name] })
		}
		if err != nil && ctx.Err() == nil {
			report(err)
		}
		before = now
	}
}

// Sync carries everything over as it is now. It can be repeated.
func (f Folder) Sync(ctx context.Context) error {
	now, err := look(f.Dir)
	if err != nil {
		return fmt.Errorf("list checkpoints: %w", err)
	}
	return f.carry(ctx, now, func(string) bool { return true })
}

// carry uploads files that differ from what is known to be alike and are settled, and removes the objects of those that are gone.
func (f Folder) carry(ctx context.Context, now files, settled func(name string) bool) error {
	s, err := f.read()
	if err != nil {
		return err
	}
	bucket, prefix, err := f.place()
	if err != nil {
		return err
	}
	ready := files{}
	for name, stamp := range now {
		if s.Alike[name] != stamp && settled(name) {
			ready[name] = stamp
		}
	}
	if err := f.intend(s, ready); err != nil {
		return err
	}
	var errs []error
	changed := false
	for name, stamp := range ready {
		done, err := f.upload(ctx, bucket, prefix+name, name, stamp)
		if err != nil {
			errs = append(errs, fmt.Errorf("upload checkpoint %s: %w", name, err))
		}
		if done {
			s.Alike[name], changed = stamp, true
		}
	}
	gone := missing(s.Alike, now)
	for _, name := range gone {
		if err := f.Objects.Delete(ctx, bucket, prefix+name); err != nil {
			errs = append(errs, fmt.Errorf("remove checkpoint %s: %w", name, err))
			continue
		}
		delete(s.Alike, name)
		changed = true
	}
	if changed {
		errs = append(errs, f.write(s))
	}
	return errors.Join(errs...)
}

// intend notes names before they are uploaded for the first time. An engine that ends between an upload and its note would else know
// nothing of the object, and the file's removal would leave it behind.
func (f Folder) intend(s state, ready files) error {
	added := false
	for name := range ready {
		if _, known := s.Alike[name]; !known {
			s.Alike[name], added = stamp{Size: -1}, true
		}
	}
	if !added {
		return nil
	}
	return f.write(s)
}

// upload stores a file. done is false when it changed or went meanwhile: the next look sees it as it is then.
func (f Folder) upload(ctx context.Context, bucket, key, name string, seen stamp) (done bool, err error) {
	file, err := os.Open(filepath.Join(f.Dir, filepath.FromSlash(name)))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer file.Close()
	unchanged := func(*object.Info) error {
		info, err := file.Stat()
		if err == nil && stampOf(info) != seen {
			err = errChanged
		}
		return err
	}
	_, err = f.Objects.Put(ctx, bucket, key, file, object.PutOptions{
		Headers: map[string]string{"content-type": "binary/octet-stream"}, Final: unchanged,
	})
	if errors.Is(err, errChanged) {
		return false, nil
	}
	return err == nil, err
}

// errChanged drops an upload of a file that was being written: half a checkpoint is none.
var errChanged = errors.New("the file changed while it was read")

// missing are the names that were alike and are not there any more.
func missing(alike, now files) (names []string) {
	for name := range alike {
		if _, ok := now[name]; !ok {
			names = append(names, name)
		}
	}
	return names
}
