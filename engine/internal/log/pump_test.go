package log

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// pump starts a pump with two pipes.
func pump(t *testing.T) (p *Pump, stdout, stderr *os.File, read func() []Record) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "log")
	w := create(t, path)
	p = NewPump(w)
	files := map[Stream]*os.File{}
	for _, s := range []Stream{Stdout, Stderr} {
		r, f, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		p.Add(s, r)
		files[s] = f
	}
	return p, files[Stdout], files[Stderr], func() []Record {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
		return collect(t, open(t, path).Forward(0))
	}
}

func TestPumpKeepsLinesWhole(t *testing.T) {
	t.Parallel()
	p, stdout, stderr, read := pump(t)
	const n = 2000
	finished := make(chan bool)
	for s, f := range map[string]*os.File{"o": stdout, "e": stderr} {
		go func() {
			for i := range n { // each line in two writes
				fmt.Fprintf(f, "%s line", s)
				fmt.Fprintf(f, " %d\n", i)
			}
			fmt.Fprint(f, s, " last without newline")
			f.Close()
			finished <- true
		}()
	}
	<-finished
	<-finished
	p.Wait(time.Minute)
	next := map[Stream]int{}
	for _, rec := range read() {
		want := fmt.Sprintf("%c line %d", rec.Stream, next[rec.Stream])
		if next[rec.Stream] == n {
			want = fmt.Sprintf("%c last without newline", rec.Stream)
		}
		if rec.Text != want {
			t.Fatalf("record %q, want %q", rec.Text, want)
		}
		next[rec.Stream]++
	}
	if next[Stdout] != n+1 || next[Stderr] != n+1 {
		t.Errorf("records: %v", next)
	}
}

func TestPumpSplitsEndlessLine(t *testing.T) {
	t.Parallel()
	p, stdout, stderr, read := pump(t)
	stderr.Close()
	long := strings.Repeat("0123456789", MaxText/4) // 2.5 records
	fmt.Fprint(stdout, long)
	fmt.Fprint(stdout, "\nnext\n")
	stdout.Close()
	p.Wait(time.Minute)
	list := read()
	if got := texts(list); len(got) != 4 || strings.Join(got[:3], "") != long || got[3] != "next" {
		t.Errorf("%d records", len(got))
	}
}

func TestPumpDoesNotWaitForEver(t *testing.T) {
	t.Parallel()
	p, stdout, stderr, read := pump(t)
	stderr.Close()
	fmt.Fprint(stdout, "line\nrest") // and the pipe stays open
	deadline := time.Now().Add(time.Minute)
	for len(texts(collect(t, open(t, p.w.f.Name()).Forward(0)))) == 0 && time.Now().Before(deadline) {
		time.Sleep(time.Millisecond)
	}
	p.Wait(10 * time.Millisecond)
	if got := texts(read()); !slices.Equal(got, []string{"line", "rest"}) {
		t.Errorf("log = %q", got)
	}
}
