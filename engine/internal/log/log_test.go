package log

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func create(t *testing.T, path string) *Writer {
	t.Helper()
	w, err := Create(path)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func open(t *testing.T, path string) *Reader {
	t.Helper()
	r, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

func collect(t testing.TB, seq func(func(Record, error) bool)) []Record {
	t.Helper()
	var list []Record
	for rec, err := range seq {
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, rec)
	}
	return list
}

func texts(list []Record) []string {
	out := []string{}
	for _, r := range list {
		out = append(out, r.Text)
	}
	return out
}

// write makes a log with these lines.
func write(t *testing.T, lines ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "log")
	w := create(t, path)
	for _, l := range lines {
		w.Write(Stdout, []byte(l))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// The format, byte for byte; the test's clock begins on 1 January 2000, 946684800 in unix seconds.
func TestFormat(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "log")
		w := create(t, path)
		w.Write(Stdout, []byte("[0]\ttrain-rmse:8.1"), []byte(""))
		time.Sleep(1234567 * time.Microsecond)
		w.Write(Stderr, []byte("a\rb\x00\xff"))
		w.Print("start %q", "x")
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		want := "0946684800000 o [0]\ttrain-rmse:8.1\n0946684800000 o \n0946684801234 e a\rb\x00\xff\n0946684801234 e start \"x\"\n"
		if diff := cmp.Diff(want, string(data)); diff != "" {
			t.Errorf("file (-want +got):\n%s", diff)
		}
		start := time.UnixMilli(946684800000).UTC()
		records := []Record{
			{Time: start, Stream: Stdout, Text: "[0]\ttrain-rmse:8.1", Offset: 0, Next: 35},
			{Time: start, Stream: Stdout, Offset: 35, Next: 52},
			{Time: start.Add(1234 * time.Millisecond), Stream: Stderr, Text: "a\rb\x00\xff", Offset: 52, Next: 74},
			{Time: start.Add(1234 * time.Millisecond), Stream: Stderr, Text: `start "x"`, Offset: 74, Next: 100},
		}
		if diff := cmp.Diff(records, collect(t, open(t, path).Forward(0))); diff != "" {
			t.Errorf("records (-want +got):\n%s", diff)
		}
	})
}

func TestEscape(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"plain é 😀":         "plain é 😀",
		"[0]\ttrain-rmse:8": "[0]#011train-rmse:8",
		"a\r":               "a#015",
		"\x1b[1mbold":       "#033[1mbold",
		"\x00\x7f":          "#000#177",
		"bad \xff":          "bad \ufffd",
	} {
		if got := Escape(in); got != want {
			t.Errorf("Escape(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestLongLineIsSplitBetweenCharacters(t *testing.T) {
	t.Parallel()
	line := "x" + strings.Repeat("é", MaxText) // every cut of MaxText bytes is inside a character
	list := collect(t, open(t, write(t, line)).Forward(0))
	if len(list) != 3 || strings.Join(texts(list), "") != line {
		t.Fatalf("%d records", len(list))
	}
	for _, rec := range list {
		if len(rec.Text) > MaxText || strings.ToValidUTF8(rec.Text, "") != rec.Text {
			t.Errorf("a record of %d bytes, or with half a character", len(rec.Text))
		}
	}
}

func TestTornTail(t *testing.T) {
	t.Parallel()
	path := write(t, "whole", "torn")
	if err := os.Truncate(path, 17+5+10); err != nil { // in the middle of the second record's time
		t.Fatal(err)
	}
	r := open(t, path)
	if got := texts(collect(t, r.Forward(0))); !slices.Equal(got, []string{"whole"}) {
		t.Errorf("with a torn tail: %q", got)
	}
	if end, err := r.End(); end != 22 || err != nil {
		t.Errorf("End = %d, %v, want 22", end, err)
	}
	w := create(t, path)
	w.Write(Stdout, []byte("after"))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if got := texts(collect(t, r.Forward(0))); !slices.Equal(got, []string{"whole", "after"}) {
		t.Errorf("written on: %q", got)
	}
	if got := texts(collect(t, r.Backward(1<<40))); !slices.Equal(got, []string{"after", "whole"}) {
		t.Errorf("backward: %q", got)
	}
}

func TestFullDiskIsSaidLater(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "log")
	w := create(t, path)
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("no /dev/full here")
	}
	defer full.Close()
	good := w.f
	w.f = full
	w.Write(Stdout, []byte("12345"), []byte("67"))
	w.f = good
	w.Write(Stdout, []byte("again"))
	if err := w.Close(); err == nil {
		t.Error("Close does not tell")
	}
	got := texts(collect(t, open(t, path).Forward(0)))
	want := []string{"7 bytes of output are missing here: write /dev/full: no space left on device", "again"}
	if !slices.Equal(got, want) {
		t.Errorf("log = %q", got)
	}
}

func TestOpenMissing(t *testing.T) {
	t.Parallel()
	if _, err := Open(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Open = %v", err)
	}
}

func TestTailAndCount(t *testing.T) {
	t.Parallel()
	r := open(t, write(t, "a", "b", "c"))
	for n, want := range map[int][]string{0: {}, 1: {"c"}, 2: {"b", "c"}, 9: {"a", "b", "c"}} {
		got, err := r.Tail(n)
		if err != nil || !slices.Equal(texts(got), want) {
			t.Errorf("Tail(%d) = %q, %v", n, texts(got), err)
		}
	}
	if n, err := r.Count(); n != 3 || err != nil {
		t.Errorf("Count = %d, %v", n, err)
	}
}

func TestSeek(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "log")
		w := create(t, path)
		start := time.Now()
		for range 100 {
			w.Write(Stdout, []byte("x"))
			w.Write(Stdout, []byte(strings.Repeat("y", 40)))
			time.Sleep(time.Second)
		}
		w.Close()
		r := open(t, path)
		list := collect(t, r.Forward(0))
		for i := range 100 {
			for _, early := range []time.Duration{0, 500 * time.Millisecond} {
				got, err := r.Seek(start.Add(time.Duration(i)*time.Second - early))
				if want := list[2*i].Offset; got != want || err != nil {
					t.Fatalf("Seek of second %d = %d, %v, want %d", i, got, err, want)
				}
			}
		}
		if got, err := r.Seek(start.Add(time.Hour)); got != list[199].Next || err != nil {
			t.Errorf("Seek behind the end = %d, %v, want %d", got, err, list[199].Next)
		}
	})
}

func TestFollow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "log")
		w := create(t, path)
		w.Write(Stdout, []byte("before"))
		done := make(chan struct{})
		go func() {
			for _, text := range []string{"one", "two"} {
				time.Sleep(time.Minute)
				w.Write(Stdout, []byte(text))
			}
			w.Close()
			close(done)
		}()
		got := texts(collect(t, open(t, path).Follow(t.Context(), 0, Every(time.Second, done))))
		if want := []string{"before", "one", "two"}; !slices.Equal(got, want) {
			t.Errorf("followed %q, want %q", got, want)
		}
	})
}

func TestFollowEndsByContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		var last error
		for _, last = range open(t, write(t, "a")).Follow(ctx, 0, Every(time.Second, nil)) {
		}
		if !errors.Is(last, context.DeadlineExceeded) {
			t.Errorf("the last error is %v", last)
		}
	})
}

// Whatever was written is read from both ends and from every offset.
func TestReadProperties(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		lines := rapid.SliceOfN(rapid.OneOf(
			rapid.StringMatching(`[^\n]{0,20}`),
			rapid.Custom(func(rt *rapid.T) string { return strings.Repeat("z", rapid.IntRange(0, 3*chunk).Draw(rt, "long")) }),
		), 0, 12).Draw(rt, "lines")
		path := filepath.Join(dir, "log")
		os.Remove(path)
		w, err := Create(path)
		if err != nil {
			rt.Fatal(err)
		}
		for _, l := range lines {
			w.Write(Stderr, []byte(l))
		}
		w.Close()
		r, err := Open(path)
		if err != nil {
			rt.Fatal(err)
		}
		defer r.Close()
		all := collect(t, r.Forward(0))
		if !slices.Equal(texts(all), append([]string{}, lines...)) {
			rt.Fatalf("forward: %q, want %q", texts(all), lines)
		}
		back := collect(t, r.Backward(1<<40))
		slices.Reverse(back)
		if !slices.Equal(back, all) {
			rt.Fatalf("backward differs")
		}
		if len(all) == 0 {
			return
		}
		i := rapid.IntRange(0, len(all)-1).Draw(rt, "i")
		inside := rapid.Int64Range(all[i].Offset, all[i].Next-1).Draw(rt, "inside")
		if got := collect(t, r.Forward(inside)); !slices.Equal(got, all[i:]) {
			rt.Fatalf("from inside record %d", i)
		}
		got := collect(t, r.Backward(all[i].Next))
		slices.Reverse(got)
		if !slices.Equal(got, all[:i+1]) {
			rt.Fatalf("backward from record %d", i)
		}
	})
}

// A damaged file is read as far as it can be, the same from both ends.
func FuzzReader(f *testing.F) {
	f.Add([]byte("1764061147123 o text\n1764061147123 e more\n17640"), int64(3))
	f.Add([]byte("\n\nx\n1764061147123 o \n1764061147123x \n"), int64(0))
	f.Fuzz(func(t *testing.T, data []byte, offset int64) {
		path := filepath.Join(t.TempDir(), "log")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		r := open(t, path)
		all := collect(t, r.Forward(0))
		back := collect(t, r.Backward(1<<40))
		slices.Reverse(back)
		if !slices.Equal(all, back) {
			t.Errorf("forward %v, backward %v", all, back)
		}
		for _, rec := range all {
			if line := data[rec.Offset:rec.Next]; string(line[prefixLen:]) != rec.Text+"\n" {
				t.Errorf("%+v is not %q", rec, line)
			}
		}
		collect(t, r.Forward(offset))
		collect(t, r.Backward(offset))
	})
}
