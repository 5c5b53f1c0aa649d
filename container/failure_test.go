package container

import (
	"os"
	"strings"
	"syscall"
	"testing"
)

func TestFailureKeepsTheFirstReason(t *testing.T) {
	t.Parallel()
	l := Layout{Root: t.TempDir()}
	if text, ok, err := l.ReadFailure(); text != "" || ok || err != nil {
		t.Errorf("no file: %q, %v, %v", text, ok, err)
	}
	for _, text := range []string{"first", "second"} {
		if err := l.WriteFailure(text); err != nil {
			t.Fatal(err)
		}
	}
	if text, ok, err := l.ReadFailure(); text != "first" || !ok || err != nil {
		t.Errorf("ReadFailure = %q, %v, %v, want first", text, ok, err)
	}
}

func TestFailureCountsCharacters(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		strings.Repeat("é", 1025):       strings.Repeat("é", 1024),
		strings.Repeat("😀", 2000):       strings.Repeat("😀", 1024),
		"a\xffb":                        "a\ufffdb",
		strings.Repeat("a", 1024) + "b": strings.Repeat("a", 1024),
	} {
		l := Layout{Root: t.TempDir()}
		if err := l.WriteFailure(in); err != nil {
			t.Fatal(err)
		}
		if got, _, err := l.ReadFailure(); got != want || err != nil {
			t.Errorf("ReadFailure of %.20q… = %.20q… (%d bytes), %v", in, got, len(got), err)
		}
	}
}

func TestFailureIgnoresWhatIsNoFile(t *testing.T) {
	t.Parallel()
	l := Layout{Root: t.TempDir()}
	if err := os.MkdirAll(l.Output(), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(l.Failure(), 0o600); err != nil {
		t.Skip("no FIFO here:", err)
	}
	if text, ok, err := l.ReadFailure(); text != "" || ok || err != nil {
		t.Errorf("a FIFO: %q, %v, %v, want nothing", text, ok, err)
	}
}
