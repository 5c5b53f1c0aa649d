package checkpoint

import (
	"context"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagefly/sagefly/engine/internal/object"
	"github.com/sagefly/sagefly/engine/internal/store"
)

func objects(t *testing.T) *object.Store {
	t.Helper()
	dir := t.TempDir()
	db, err := store.Open(t.Context(), filepath.Join(dir, "db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	s, err := object.Open(t.Context(), db, filepath.Join(dir, "objects"))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.CreateBucket(t.Context(), "b", "us-east-1"); err != nil {
		t.Fatal(err)
	}
	return s
}

func put(t *testing.T, s *object.Store, key, text string) {
	t.Helper()
	if _, err := s.Put(t.Context(), "b", key, strings.NewReader(text), object.PutOptions{}); err != nil {
		t.Fatal(err)
	}
}

// stored is every object of the bucket.
func stored(t *testing.T, s *object.Store) map[string]string {
	t.Helper()
	all := map[string]string{}
	for info, err := range s.All(t.Context(), "b", "") {
		if err != nil {
			t.Fatal(err)
		}
		f, _, err := s.Open(t.Context(), "b", info.Key)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(f)
		_ = f.Close()
		if err != nil {
			t.Fatal(err)
		}
		all[info.Key] = string(text)
	}
	return all
}

func folder(t *testing.T, s *object.Store) Folder {
	t.Helper()
	dir := t.TempDir()
	return Folder{Objects: s, URI: "s3://b/run", Dir: filepath.Join(dir, "checkpoints"), Notes: filepath.Join(dir, "notes.json")}
}

func (f Folder) save(t *testing.T, name, text string) {
	t.Helper()
	at := filepath.Join(f.Dir, name)
	if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(at, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func (f Folder) remove(t *testing.T, name string) {
	t.Helper()
	if err := os.RemoveAll(filepath.Join(f.Dir, name)); err != nil {
		t.Fatal(err)
	}
}

func (f Folder) sync(t *testing.T) {
	t.Helper()
	if err := f.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (f Folder) restored(t *testing.T) {
	t.Helper()
	if err := f.Restore(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	found, err := look(dir)
	if err != nil {
		t.Fatal(err)
	}
	return slices.Sorted(maps.Keys(found))
}

// What is under the prefix is there before the start, as the job's own files; other prefixes and hostile keys are not.
func TestRestore(t *testing.T) {
	t.Parallel()
	s := objects(t)
	for key, text := range map[string]string{
		"run/model-1": "one", "run/sub/state": "two", "run/": "", "running/x": "other", "run/../../escape": "bad", "run//twice": "bad", "run/a/./b": "bad",
	} {
		put(t, s, key, text)
	}
	f := folder(t, s)
	for range 2 { // it can be repeated
		f.restored(t)
		if diff := cmp.Diff([]string{"model-1", "sub/state"}, names(t, f.Dir)); diff != "" {
			t.Errorf("restored (-want +got):\n%s", diff)
		}
		f.save(t, "left by an interrupted run", "")
	}
	f.restored(t)
	f.save(t, "model-1", "changed") // the object stays as it is
	if got := stored(t, s)["run/model-1"]; got != "one" {
		t.Errorf("the object is %q", got)
	}
}

// New, changed and removed files reach the prefix; what was there and is unchanged is not written again; marks stay out.
func TestSync(t *testing.T) {
	t.Parallel()
	s := objects(t)
	for _, key := range []string{"run/kept", "run/changed", "run/removed"} {
		put(t, s, key, "old")
	}
	f := folder(t, s)
	f.restored(t)
	before, err := s.Stat(t.Context(), "b", "run/kept")
	if err != nil {
		t.Fatal(err)
	}
	f.save(t, "changed", "longer than before")
	f.save(t, "sub/new", "new")
	f.save(t, "new.sagemaker-uploading", "mark")
	f.remove(t, "removed")
	if err := os.Symlink("/etc/passwd", filepath.Join(f.Dir, "link")); err != nil {
		t.Fatal(err)
	}
	put(t, s, "run/by somebody else", "theirs")
	for range 2 {
		f.sync(t)
	}
	want := map[string]string{"run/kept": "old", "run/changed": "longer than before", "run/sub/new": "new", "run/by somebody else": "theirs"}
	if diff := cmp.Diff(want, stored(t, s)); diff != "" {
		t.Errorf("objects (-want +got):\n%s", diff)
	}
	after, err := s.Stat(t.Context(), "b", "run/kept")
	if err != nil || after.Path != before.Path {
		t.Errorf("the unchanged object was written again (%v)", err)
	}
}

// An engine that ends between looks: what was removed meanwhile is removed by the next one, which knows the notes alone.
func TestSyncAfterRestart(t *testing.T) {
	t.Parallel()
	s := objects(t)
	f := folder(t, s)
	f.restored(t)
	f.save(t, "a", "1")
	f.save(t, "b", "2")
	f.sync(t)
	f.remove(t, "a")
	f.save(t, "b", "22")
	next := Folder{Objects: s, URI: f.URI, Dir: f.Dir, Notes: f.Notes}
	next.sync(t)
	if diff := cmp.Diff(map[string]string{"run/b": "22"}, stored(t, s)); diff != "" {
		t.Errorf("objects (-want +got):\n%s", diff)
	}
}

// An engine that ends right after an upload, before it could note it: the file's removal still reaches the object.
func TestUploadThatWasNotNoted(t *testing.T) {
	t.Parallel()
	s := objects(t)
	f := folder(t, s)
	f.restored(t)
	f.save(t, "a", "1")
	if err := f.intend(state{Version: 1, Alike: files{}}, mustLook(t, f.Dir)); err != nil {
		t.Fatal(err)
	}
	put(t, s, "run/a", "1")
	f.remove(t, "a")
	f.sync(t)
	if got := stored(t, s); len(got) != 0 {
		t.Errorf("objects %v, want none", got)
	}
	f.save(t, "b", "2")
	if err := f.intend(state{Version: 1, Alike: files{}}, mustLook(t, f.Dir)); err != nil {
		t.Fatal(err)
	}
	f.sync(t)
	if diff := cmp.Diff(map[string]string{"run/b": "2"}, stored(t, s)); diff != "" {
		t.Errorf("objects (-want +got):\n%s", diff)
	}
}

// Two hosts share a prefix: each one's files are there, and one's removal does not come back from the other's copy.
func TestSyncOfTwoHosts(t *testing.T) {
	t.Parallel()
	s := objects(t)
	put(t, s, "run/common", "c")
	one, two := folder(t, s), folder(t, s)
	one.restored(t)
	two.restored(t)
	one.save(t, "rank-0", "0")
	two.save(t, "rank-1", "1")
	one.remove(t, "common")
	for range 2 {
		one.sync(t)
		two.sync(t)
	}
	if diff := cmp.Diff(map[string]string{"run/rank-0": "0", "run/rank-1": "1"}, stored(t, s)); diff != "" {
		t.Errorf("objects (-want +got):\n%s", diff)
	}
}

// A file that is being written is not uploaded before it rests; a removed one goes at the next look.
func TestWatchWaitsForSettledFiles(t *testing.T) {
	t.Parallel()
	s := objects(t)
	f := folder(t, s)
	f.restored(t)
	f.save(t, "growing", "1")
	first := mustLook(t, f.Dir)
	f.save(t, "growing", "12")
	second := mustLook(t, f.Dir)
	same := func(before, now files) func(string) bool {
		return func(name string) bool { return before[name] == now[name] }
	}
	for _, step := range []struct {
		before, now files
		want        map[string]string
	}{
		{nil, first, map[string]string{}},
		{first, second, map[string]string{}},
		{second, second, map[string]string{"run/growing": "12"}},
		{second, files{}, map[string]string{}},
	} {
		if err := f.carry(t.Context(), step.now, same(step.before, step.now)); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(step.want, stored(t, s)); diff != "" {
			t.Errorf("objects (-want +got):\n%s", diff)
		}
	}
}

// A file that changes while it is read is left to the next look.
func TestUploadOfChangedFile(t *testing.T) {
	t.Parallel()
	s := objects(t)
	f := folder(t, s)
	f.restored(t)
	f.save(t, "a", "1")
	seen := mustLook(t, f.Dir)
	f.save(t, "a", "1234")
	if err := f.carry(t.Context(), seen, func(string) bool { return true }); err != nil {
		t.Fatal(err)
	}
	if got := stored(t, s); len(got) != 0 {
		t.Errorf("stored %v of a file that was being written", got)
	}
}

func mustLook(t *testing.T, dir string) files {
	t.Helper()
	found, err := look(dir)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// Watch carries over while the program runs, tells of trouble, and ends with its context.
func TestWatch(t *testing.T) {
	t.Parallel()
	s := objects(t)
	good, bad := folder(t, s), folder(t, s)
	good.restored(t)
	bad.restored(t)
	bad.URI = "s3://no-such-bucket/run"
	good.save(t, "a", "1")
	bad.save(t, "a", "1")
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	troubles := make(chan error, 100)
	var watches sync.WaitGroup
	watches.Go(func() { good.Watch(ctx, func(err error) { t.Error(err) }) })
	watches.Go(func() { bad.Watch(ctx, func(err error) { troubles <- err }) })
	if err := <-troubles; !errors.Is(err, object.ErrNoBucket) {
		t.Errorf("trouble %v, want that there is no bucket", err)
	}
	for len(stored(t, s)) == 0 && ctx.Err() == nil {
		time.Sleep(5 * time.Millisecond) // polling, as a client would
	}
	cancel()
	watches.Wait()
	if diff := cmp.Diff(map[string]string{"run/a": "1"}, stored(t, s)); diff != "" {
		t.Errorf("objects (-want +got):\n%s", diff)
	}
}
