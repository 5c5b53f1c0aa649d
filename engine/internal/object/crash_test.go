//go:build unix

package object_test

import (
	"bufio"
	"bytes"
	"crypto/md5"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/sagefly/sagefly/engine/internal/object"
)

// childDir names the directory that a test's child process works in; tests that need a process of their own start
// themselves again with it.
const childDir = "SAGEFLY_OBJECT_TEST_DIR"

func child(t *testing.T, dir string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), childDir+"="+dir)
	return cmd
}

// A file size limit stands for the full disk: writing fails in the middle the same way.
func TestFullDiskLeavesTheOldObject(t *testing.T) {
	t.Parallel()
	dir := os.Getenv(childDir)
	if dir == "" {
		if out, err := child(t, t.TempDir()).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	s, _ := open(t, dir)
	if err := s.CreateBucket(t.Context(), "b", ""); err != nil {
		t.Fatal(err)
	}
	put(t, s, "k", "old")
	signal.Ignore(syscall.SIGXFSZ)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 1 << 20, Max: 1 << 20}); err != nil {
		t.Fatal(err)
	}
	_, err := s.Put(t.Context(), "b", "k", bytes.NewReader(make([]byte, 3<<20)), object.PutOptions{})
	if !errors.Is(err, syscall.EFBIG) {
		t.Errorf("err = %v, want EFBIG", err)
	}
	if got := content(t, s, "k"); got != "old" {
		t.Errorf("content = %q, want old", got)
	}
	if n := blobs(t, filepath.Join(dir, "objects")); n != 1 {
		t.Errorf("%d blobs left, want 1", n)
	}
}

func TestKillLosesNoCommittedObject(t *testing.T) {
	t.Parallel()
	if dir := os.Getenv(childDir); dir != "" {
		putForEver(t, dir)
	}
	dir := t.TempDir()
	cmd := child(t, dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	committed, n := map[string]bool{}, 0
	for lines := bufio.NewScanner(out); lines.Scan(); n++ {
		line, isPut := strings.CutPrefix(lines.Text(), "put ")
		if key, _, ok := strings.Cut(line, "="); ok && isPut {
			committed[key] = true
		}
		if n == 60 {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = cmd.Wait() // killed
	s, _ := open(t, dir)
	found := 0
	for info, err := range s.All(t.Context(), "b", "") {
		if err != nil {
			t.Fatal(err)
		}
		found++
		if sum := fmt.Sprintf("%x", md5.Sum([]byte(content(t, s, info.Key)))); sum != info.ETag {
			t.Errorf("%s has MD5 %s, its ETag is %s", info.Key, sum, info.ETag)
		}
		delete(committed, info.Key)
	}
	if len(committed) > 0 || n < 60 {
		t.Errorf("lost after %d puts: %v", n, committed)
	}
	if left := blobs(t, filepath.Join(dir, "objects")); left != found {
		t.Errorf("%d blobs for %d objects", left, found)
	}
}

// putForEver writes and rewrites objects from several goroutines and says so, until it is killed.
func putForEver(t *testing.T, dir string) {
	s, _ := open(t, dir)
	if err := s.CreateBucket(t.Context(), "b", ""); err != nil {
		t.Fatal(err)
	}
	for w := range 4 {
		go func() {
			for i := 0; ; i++ {
				text := strings.Repeat(fmt.Sprintf("%d %d ", w, i), 10_000)
				info, err := s.Put(t.Context(), "b", fmt.Sprintf("%d/%d", w, i%20), strings.NewReader(text), object.PutOptions{})
				if err != nil {
					t.Error(err)
					return
				}
				_, _ = io.WriteString(os.Stdout, "put "+info.Key+"="+info.ETag+"\n") // one write a line
			}
		}()
	}
	select {}
}
