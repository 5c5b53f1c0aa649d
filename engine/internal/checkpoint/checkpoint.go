// Package checkpoint keeps a folder of a host and a prefix of the object store alike: what is under the prefix is in the folder before
// the program starts, and while it runs what it writes, changes and removes there happens under the prefix.
//
//	f := checkpoint.Folder{Objects: objects, URI: "s3://bucket/run", Dir: dir, Notes: file}
//	err := f.Restore(ctx)   // before the start; can be repeated
//	err = f.Watch(ctx)      // while it runs, until ctx is done
//	err = f.Sync(ctx)       // after its end: everything, settled or not
//
// Several hosts share one prefix, each with a folder and notes of its own. A host's removal removes the object, and another host's copy
// of it stays where it is. Of two hosts that write one name, the later wins.
package checkpoint

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/sagefly/sagefly/engine/internal/input"
	"github.com/sagefly/sagefly/engine/internal/object"
	"github.com/sagefly/sagefly/internal/atomicfile"
)

// Interval is the time between two looks at a folder. A file is uploaded when two looks found the same size and time.
const Interval = time.Second

// Folder is one host's folder.
type Folder struct {
	Objects *object.Store
	URI     string // s3://BUCKET/PREFIX
	Dir     string // need not exist; what the program does with it is its own affair
	Notes   string // file in which the folder's state survives an engine's end; not below Dir
}

// stamp says that a file is the one that was seen before.
type stamp struct {
	Size int64 `json:"size"`
	Time int64 `json:"time"` // of its last change, unix nanoseconds
}

// files are names below the folder, with slashes.
type files map[string]stamp

// state is what is known to be alike.
type state struct {
	Version int   `json:"version"` // 1
	Alike   files `json:"alike"`
}

// look lists the folder's regular files. What the platform's agent and XGBoost's container call their own marks is left out, as they
// ask for. Files that go while it looks are not there.
func look(dir string) (files, error) {
	found := files{}
	err := filepath.WalkDir(dir, func(at string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		if !d.Type().IsRegular() || marked(d.Name()) {
			return nil
		}
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, at)
		found[filepath.ToSlash(rel)] = stampOf(info)
		return err
	})
	return found, err
}

func stampOf(info fs.FileInfo) stamp { return stamp{info.Size(), info.ModTime().UnixNano()} }

func marked(name string) bool {
	for _, suffix := range []string{".sagemaker-uploading", ".sagemaker-uploaded", ".sagemaker-ignore"} {
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	return false
}

func (f Folder) read() (state, error) {
	s := state{Version: 1, Alike: files{}}
	data, err := os.ReadFile(f.Notes)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &s)
	}
	if err != nil {
		return s, fmt.Errorf("read notes on checkpoints: %w", err)
	}
	if s.Alike == nil {
		s.Alike = files{}
	}
	return s, nil
}

func (f Folder) write(s state) error {
	data, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return atomicfile.WriteFile(f.Notes, data, 0o600)
}

// place is the bucket and the beginning of all keys of the URI: nothing, or a prefix with a slash at its end.
func (f Folder) place() (bucket, prefix string, err error) {
	bucket, prefix, err = input.ParseURI(f.URI)
	if prefix = strings.TrimSuffix(prefix, "/"); prefix != "" {
		prefix += "/"
	}
	return bucket, prefix, err
}
