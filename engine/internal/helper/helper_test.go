package helper

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// script writes a program that answers with a source.
func script(t *testing.T, source string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte("#!/bin/sh\n[ \"$1\" = --source ] && echo '"+source+"'\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

// Only a program of the very same source stands in, and only while it is the file that was asked.
func TestFind(t *testing.T) {
	t.Parallel()
	missing := filepath.Join(t.TempDir(), name)
	other, same := script(t, "abc"), script(t, "def")
	if p := find("def", []string{missing, other}); p.usable() {
		t.Errorf("found %s, which has another source", p.path)
	}
	if p := find("", []string{script(t, "")}); p.usable() {
		t.Error("two programs of unknown source are not of the same one")
	}
	p := find("def", []string{missing, other, same})
	if !p.usable() || p.path != same {
		t.Fatalf("found %+v, want %s", p, same)
	}
	if err := os.Chtimes(same, time.Time{}, time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	if p.usable() {
		t.Error("a file that was replaced since is still used")
	}
	if err := os.Remove(same); err != nil {
		t.Fatal(err)
	}
	if p.usable() {
		t.Error("a file that was removed since is still used")
	}
}
