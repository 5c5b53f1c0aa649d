package atomicfile_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/sagefly/sagefly/internal/atomicfile"
)

func TestWriteFileReplacesContentAndMode(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.json")
	for i, want := range []string{"first", "the second is longer", ""} {
		perm := []fs.FileMode{0o600, 0o644, 0o400}[i]
		if err := atomicfile.WriteFile(path, []byte(want), perm); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(path)
		if err != nil || string(got) != want {
			t.Errorf("content = %q, %v; want %q", got, err, want)
		}
		if info, err := os.Stat(path); err != nil || info.Mode() != perm {
			t.Errorf("mode = %v, %v; want %v", info.Mode(), err, perm)
		}
	}
	onlyEntry(t, path)
}

func TestAbortKeepsTheOldContent(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x")
	if err := atomicfile.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := atomicfile.Create(path, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString("half"); err != nil {
		t.Fatal(err)
	}
	if err := f.Abort(); err != nil {
		t.Fatal(err)
	}
	if err := f.Commit(); err != nil {
		t.Fatalf("commit after abort = %v, want nothing to happen", err)
	}
	if got, _ := os.ReadFile(path); string(got) != "old" {
		t.Errorf("content = %q, want old", got)
	}
	onlyEntry(t, path)
}

func TestCommitOntoAFolderLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "folder")
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := atomicfile.WriteFile(path, []byte("x"), 0o600); err == nil {
		t.Error("writing over a folder succeeded")
	}
	onlyEntry(t, path)
}

func TestMissingFolderIsNamed(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "no", "x")
	if err := atomicfile.WriteFile(path, nil, 0o600); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("err = %v, want not exist", err)
	}
}

func TestLinkIsFollowed(t *testing.T) {
	t.Parallel()
	for name, setUp := range map[string]func(dir string) error{
		"to a file":            func(dir string) error { return os.WriteFile(filepath.Join(dir, "real", "x"), []byte("old"), 0o600) },
		"to what is not there": func(string) error { return nil },
		"to another link": func(dir string) error {
			return os.Symlink(filepath.Join(dir, "real", "y"), filepath.Join(dir, "real", "x"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			link := filepath.Join(dir, "link")
			err := errors.Join(os.Mkdir(filepath.Join(dir, "real"), 0o700), setUp(dir), os.Symlink("real/x", link))
			if err != nil {
				t.Fatal(err)
			}
			if err := atomicfile.WriteFile(link, []byte("new"), 0o600); err != nil {
				t.Fatal(err)
			}
			if to, err := os.Readlink(link); to != "real/x" {
				t.Errorf("the link is replaced: %q, %v", to, err)
			}
			end, err := filepath.EvalSymlinks(link)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := os.ReadFile(end); string(got) != "new" {
				t.Errorf("%s holds %q, %v", end, got, err)
			}
			if to, err := atomicfile.Resolve(link); to != end || err != nil {
				t.Errorf("resolved to %s, %v, want %s", to, err, end)
			}
		})
	}
}

func TestLinksInACircle(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x")
	if err := os.Symlink("x", path); err != nil {
		t.Fatal(err)
	}
	if err := atomicfile.WriteFile(path, nil, 0o600); !errors.Is(err, syscall.ELOOP) {
		t.Errorf("err = %v, want ELOOP", err)
	}
	onlyEntry(t, path)
}

// A pipe, as a device, is not replaced by a file: its reader gets what is written.
func TestPipeIsWrittenTo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pipe, link := filepath.Join(dir, "pipe"), filepath.Join(t.TempDir(), "link")
	if err := errors.Join(syscall.Mkfifo(pipe, 0o600), os.Symlink(pipe, link)); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{pipe, link} {
		if err := atomicfile.Check(path); err != nil { // nobody reads yet
			t.Fatal(err)
		}
		read := make(chan string)
		go func() {
			got, err := os.ReadFile(pipe)
			read <- fmt.Sprint(string(got), err)
		}()
		if err := atomicfile.WriteFile(path, []byte("content"), 0o600); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Lstat(pipe); err != nil || info.Mode().Type() != fs.ModeNamedPipe {
			t.Fatalf("the pipe is now %v, %v", info, err) // and its reader would wait for ever
		}
		if got := <-read; got != "content<nil>" {
			t.Errorf("the reader got %s", got)
		}
	}
	onlyEntry(t, pipe)
}

// A file that is the process's stdout is not replaced: what it prints afterwards would be lost.
func TestOwnOutputIsWrittenTo(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "out")
	out, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	child := exec.Command(os.Args[0])
	child.Env, child.Stdout = append(os.Environ(), "ATOMICFILE_WRITE="+path), out
	if err := child.Run(); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(path); string(got) != "before\ncontent\nafter\n" {
		t.Errorf("%q, %v", got, err)
	}
	onlyEntry(t, path)
}

func TestMain(m *testing.M) {
	path := os.Getenv("ATOMICFILE_WRITE")
	if path == "" {
		os.Exit(m.Run())
	}
	fmt.Println("before")
	if err := atomicfile.WriteFile(path, []byte("content\n"), 0o600); err != nil {
		fmt.Println(err)
	}
	fmt.Println("after")
}

func TestCheck(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "x")
	if err := os.WriteFile(file, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := atomicfile.Check(file); err != nil {
		t.Error(err)
	}
	if got, _ := os.ReadFile(file); string(got) != "old" {
		t.Errorf("content = %q, want old", got)
	}
	onlyEntry(t, file)
	for path, want := range map[string]error{dir: syscall.EISDIR, filepath.Join(file, "below"): syscall.ENOTDIR, filepath.Join(dir, "no", "x"): fs.ErrNotExist} {
		if err := atomicfile.Check(path); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", path, err, want)
		}
	}
	if os.Getuid() == 0 {
		return // who may write everywhere
	}
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(dir, 0o700) })
	if err := atomicfile.Check(file); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("a folder that is read-only: %v", err)
	}
}

func onlyEntry(t *testing.T, path string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 || entries[0].Name() != filepath.Base(path) {
		t.Errorf("folder holds %v, %v; want only %s", entries, err, filepath.Base(path))
	}
}
