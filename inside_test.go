package sagefly

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestStopCause(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		limit, spot string
		age         time.Duration
		want        error
	}{
		{"", "", time.Hour, ErrStopped},
		{"3600", "", time.Hour, ErrMaxRuntime},
		{"3600", "1", time.Hour - 10*time.Second, ErrMaxRuntime},
		{"3600", "", time.Hour - 2*time.Minute, ErrStopped},
		{"3600", "1", time.Minute, ErrInterrupted},
		{"3600", "0", time.Minute, ErrStopped},
		{"no number", "1", time.Hour, ErrInterrupted},
		{"-5", "", time.Hour, ErrStopped},
	} {
		env := map[string]string{"SAGEFLY_MAX_RUNTIME": tt.limit, "SAGEFLY_SPOT": tt.spot}
		p := &process{getenv: func(name string) string { return env[name] }}
		if got := p.stopCause(tt.age); got != tt.want { //nolint:errorlint // the very values
			t.Errorf("limit %q, spot %q, after %v: %v, want %v", tt.limit, tt.spot, tt.age, got, tt.want)
		}
	}
}

// lineWriter keeps what each write was.
type lineWriter struct{ writes []string }

func (w *lineWriter) Write(p []byte) (int, error) {
	w.writes = append(w.writes, string(p))
	return len(p), nil
}

func TestLogMetricWritesWholeLines(t *testing.T) {
	t.Parallel()
	var metrics lineWriter
	var notes bytes.Buffer
	s := newSession(&definition{name: "t", config: TrainingConfig{Metrics: []string{"loss"}}})
	s.metrics, s.notes = &metrics, &notes
	ctx := withSession(t.Context(), s)
	for _, name := range []string{"loss", "other", "other", "a b", "a=b", "a\nb", "", "ä", strings.Repeat("x", 256), "\xff"} {
		LogMetric(ctx, name, 1e-7)
	}
	want := []string{"metric: loss=1e-07\n", "metric: other=1e-07\n", "metric: other=1e-07\n", "metric: ä=1e-07\n"}
	if diff := cmp.Diff(want, metrics.writes); diff != "" {
		t.Errorf("writes (-want +got):\n%s", diff)
	}
	if got := strings.Count(notes.String(), "\n"); got != 8 { // one a name that is unknown
		t.Errorf("%d notes:\n%s", got, notes.String())
	}
}

func TestCheckpointsOutsideOfJobs(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	var v int
	if ok, err := LoadCheckpoint(ctx, "state", &v); ok || err != nil {
		t.Errorf("%v, %v", ok, err)
	}
	if err := SaveCheckpoint(ctx, "state", 1); err != nil || CheckpointDir(ctx) != "" {
		t.Errorf("%v, %q", err, CheckpointDir(ctx))
	}
}

func inFolder(ctx context.Context, dir string) context.Context {
	s := newSession(nil)
	s.checkpoints = dir
	return withSession(ctx, s)
}

func TestCheckpoints(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ctx := inFolder(t.Context(), dir)
	want := map[string][]float64{"weights": {0.1, -1e300}}
	for range 2 {
		if err := SaveCheckpoint(ctx, "epoch-1.json", want); err != nil {
			t.Fatal(err)
		}
	}
	var got map[string][]float64
	if ok, err := LoadCheckpoint(ctx, "epoch-1.json", &got); !ok || err != nil || !cmp.Equal(want, got) {
		t.Errorf("%v, %v, %v", ok, err, got)
	}
	if ok, err := LoadCheckpoint(ctx, "epoch-2.json", &got); ok || err != nil {
		t.Errorf("nothing was saved, but %v, %v", ok, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "half"), []byte(`{"a":`), 0o600); err != nil {
		t.Fatal(err)
	}
	if ok, err := LoadCheckpoint(ctx, "half", &got); ok || err == nil || !strings.Contains(err.Error(), "load checkpoint half: unexpected end") {
		t.Errorf("half a file: %v, %v", ok, err)
	}
	if err := SaveCheckpoint(ctx, "epoch-1.json", func() {}); err == nil {
		t.Error("a function was saved")
	}
	entries, _ := os.ReadDir(dir)
	if ok, err := LoadCheckpoint(ctx, "epoch-1.json", &got); !ok || err != nil || len(entries) != 2 {
		t.Errorf("after an error: %v, %v, %v", ok, err, entries)
	}
}

func TestCheckpointNames(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ctx := inFolder(t.Context(), filepath.Join(dir, "in"))
	for _, name := range []string{"", ".", "..", "../x", "/etc/x", "a/b", `a\b`, ".hidden", "a\x00", "ä", strings.Repeat("a", 129), "x.sagemaker-uploaded", "a b"} {
		if err := SaveCheckpoint(ctx, name, 1); err == nil || !strings.Contains(err.Error(), "a name is") {
			t.Errorf("save %q: %v", name, err)
		}
		if _, err := LoadCheckpoint(ctx, name, new(int)); err == nil {
			t.Errorf("%q was loaded", name)
		}
	}
}

// A reader never sees half of a checkpoint, and who copies the folder meanwhile is told what to leave out.
func TestCheckpointsWhileSomebodyReads(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ctx := inFolder(t.Context(), dir)
	done := make(chan error, 1)
	go func() {
		var err error
		for i := range 50 {
			err = errors.Join(err, SaveCheckpoint(ctx, "state", strings.Repeat(fmt.Sprint(i%10), 1<<16)))
		}
		done <- err
	}()
	for {
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
			return
		default:
		}
		var text string
		if _, err := LoadCheckpoint(ctx, "state", &text); err != nil || text != "" && (len(text) != 1<<16 || strings.Trim(text, text[:1]) != "") {
			t.Fatalf("%v, %d bytes", err, len(text))
		}
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if e.Name() != "state" && !strings.HasSuffix(e.Name(), ".sagemaker-ignore") {
				t.Fatalf("there is %s", e.Name())
			}
		}
	}
}

func TestCopyFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	from, to := filepath.Join(dir, "from"), filepath.Join(dir, "to")
	if err := os.WriteFile(from, []byte("content"), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := copyFile(from, to, 0o640); err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(to); string(data) != "content" {
		t.Errorf("%q, %v", data, err)
	}
	if err := os.Symlink("/dev/full", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	for _, taken := range []string{"to", "link"} {
		if err := copyFile(from, filepath.Join(dir, taken), 0o640); !errors.Is(err, fs.ErrExist) {
			t.Errorf("onto %s: %v, want that it exists", taken, err)
		}
	}
}

// A folder of another file system is copied, because nothing can be linked.
func TestPlaceOverFileSystems(t *testing.T) {
	t.Parallel()
	shm, err := os.MkdirTemp("/dev/shm", "sagefly-")
	if err != nil {
		t.Skip("needs a second file system: ", err)
	}
	t.Cleanup(func() { os.RemoveAll(shm) })
	if err := os.WriteFile(filepath.Join(shm, "x"), bytes.Repeat([]byte("y"), 3<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), "to")
	if err := place(shm, to); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(filepath.Join(to, "x")); err != nil || info.Size() != 3<<20 {
		t.Errorf("%v, %v", info, err)
	}
}
