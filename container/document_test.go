package container

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDocumentRoundTrip(t *testing.T) {
	t.Parallel()
	l := Layout{Root: t.TempDir()}
	want := Document{
		Version: 1, Task: "digits", Host: "algo-2", Rank: 3,
		Values: map[string]string{"accuracy": "0.97", "__proto__": "\"\n\u2028</script>", "empty": ""},
		Files:  map[string]string{"model": "deep/model.bin", "all": "."},
	}
	for range 2 { // writing again replaces
		if err := l.WriteDocument(want); err != nil {
			t.Fatal(err)
		}
	}
	got, err := ReadDocuments(archive(t, l.OutputData(), nil))
	if diff := cmp.Diff([]Document{want}, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if names, _ := filepath.Glob(filepath.Join(l.Output(), ".*")); len(names) > 0 {
		t.Errorf("left behind: %v", names)
	}
}

func TestDocumentRefusesWhatItCannotHold(t *testing.T) {
	t.Parallel()
	for name, d := range map[string]Document{
		"value": {Host: "algo-1", Values: map[string]string{"a": "x\xff"}},
		"name":  {Host: "algo-1", Values: map[string]string{"a\xff": "x"}},
		"file":  {Host: "algo-1", Files: map[string]string{"a": "x\xff"}},
		"host":  {Host: "../algo-1"},
	} {
		l := Layout{Root: t.TempDir()}
		if err := l.WriteDocument(d); err == nil {
			t.Errorf("%s: no error", name)
		}
		if names, _ := filepath.Glob(filepath.Join(l.OutputData(), "*", "*")); len(names) > 0 {
			t.Errorf("%s: left %v", name, names)
		}
	}
}

// Processes of one host write at the same time: every document is there and whole.
func TestDocumentsAtTheSameTime(t *testing.T) {
	t.Parallel()
	l := Layout{Root: t.TempDir()}
	var all sync.WaitGroup
	for rank := range 16 {
		all.Go(func() {
			d := Document{Host: "algo-1", Rank: rank, Values: map[string]string{"x": strings.Repeat(fmt.Sprint(rank%10), 100_000)}}
			if err := l.WriteDocument(d); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	got, err := ReadDocuments(archive(t, l.OutputData(), nil))
	if err != nil || len(got) != 16 {
		t.Fatalf("%d documents, %v", len(got), err)
	}
	for _, d := range got {
		if want := strings.Repeat(fmt.Sprint(d.Rank%10), 100_000); d.Values["x"] != want {
			t.Errorf("rank %d has another's value", d.Rank)
		}
	}
}

// archive packs a folder as the platform does: sorted by name, folders too, then what more adds.
func archive(t testing.TB, dir string, more func(*tar.Writer)) *bytes.Buffer {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	if err := w.AddFS(os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	if more != nil {
		more(w)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return &b
}

func addEntry(t testing.TB, w *tar.Writer, name string, data []byte) {
	t.Helper()
	if err := w.WriteHeader(&tar.Header{Name: name, Size: int64(len(data)), Mode: 0o644, Typeflag: tar.TypeReg}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
}

// counter counts what is read through it.
type counter struct {
	in io.Reader
	n  int
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.in.Read(p)
	c.n += n
	return n, err
}

// Of an output archive of 50 MB that does not compress, no more is read than up to the documents.
func TestReadDocumentsReadsNoFurther(t *testing.T) {
	t.Parallel()
	l := Layout{Root: t.TempDir()}
	for rank := range 2 {
		if err := l.WriteDocument(Document{Host: "algo-1", Rank: rank}); err != nil {
			t.Fatal(err)
		}
	}
	noise := make([]byte, 50<<20)
	random := rand.NewChaCha8([32]byte{})
	_, _ = random.Read(noise)
	b := archive(t, l.OutputData(), func(w *tar.Writer) { addEntry(t, w, "samples.bin", noise) })
	c := &counter{in: b}
	got, err := ReadDocuments(c)
	if err != nil || len(got) != 2 {
		t.Fatalf("%d documents, %v", len(got), err)
	}
	if total := c.n + b.Len(); c.n > 64<<10 || total < 50<<20 {
		t.Errorf("read %d bytes of %d", c.n, total)
	}
}

func TestReadDocumentsOfOtherArchives(t *testing.T) {
	t.Parallel()
	document := []byte(`{"version":1,"task":"t","host":"algo-1","rank":0,"values":{}}`)
	tests := map[string]struct {
		names []string
		data  []byte
		found int
		fails string
	}{
		"none":             {[]string{"a", "sagefly.txt", "x/sagefly/algo-1-0.json"}, document, 0, ""},
		"behind others":    {[]string{"a.bin", "sagefly/algo-1-0.json", "z"}, document, 1, ""},
		"dotted names":     {[]string{"./a.bin", "./sagefly/algo-1-0.json", "./sagefly/algo-2-1.json"}, document, 2, ""},
		"a user's file":    {[]string{"sagefly/algo-1-0.json", "sagefly/notes.txt", "sagefly/own/x.json", "sagefly/b-1.json"}, document, 2, ""},
		"no JSON":          {[]string{"sagefly/x-0.json"}, []byte("{"), 0, "sagefly/x-0.json: unexpected end of JSON input"},
		"two values":       {[]string{"sagefly/x-0.json"}, append(bytes.Clone(document), document...), 0, "invalid character"},
		"other version":    {[]string{"sagefly/x-0.json"}, []byte(`{"version":2}`), 0, "document version 2, this program knows version 1"},
		"file that leaves": {[]string{"sagefly/x-0.json"}, []byte(`{"version":1,"files":{"model":"../../etc/passwd"}}`), 0, `field "model": "../../etc/passwd" is no path inside the model`},
		"absolute file":    {[]string{"sagefly/x-0.json"}, []byte(`{"version":1,"files":{"model":"/etc/passwd"}}`), 0, "no path inside the model"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := archive(t, t.TempDir(), func(w *tar.Writer) {
				for _, name := range tt.names {
					addEntry(t, w, name, tt.data)
				}
			})
			got, err := ReadDocuments(b)
			if len(got) != tt.found || (err != nil) != (tt.fails != "") || err != nil && !strings.Contains(err.Error(), tt.fails) {
				t.Errorf("%d documents, %v; want %d, %q", len(got), err, tt.found, tt.fails)
			}
		})
	}
	if _, err := ReadDocuments(strings.NewReader("no archive")); err == nil {
		t.Error("what is no archive was read")
	}
}

// A document that claims to be huge is not read into memory.
func TestReadDocumentsHasBounds(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	if err := w.WriteHeader(&tar.Header{Name: "sagefly/x-0.json", Size: 1 << 40, Mode: 0o644, Typeflag: tar.TypeReg}); err != nil {
		t.Fatal(err)
	}
	_ = z.Close()
	if _, err := ReadDocuments(&b); err == nil || !strings.Contains(err.Error(), "more than 67108864") {
		t.Errorf("err = %v", err)
	}
}

func FuzzReadDocuments(f *testing.F) {
	for _, name := range []string{"sagefly/algo-1-0.json", "a", "sagefly/x"} {
		b := archive(f, f.TempDir(), func(w *tar.Writer) {
			addEntry(f, w, name, []byte(`{"version":1,"values":{"a":"b"},"files":{"m":"x"}}`))
		})
		z, err := gzip.NewReader(b)
		if err != nil {
			f.Fatal(err)
		}
		plain, err := io.ReadAll(z)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(plain)
	}
	f.Fuzz(func(t *testing.T, plain []byte) {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, _ = z.Write(plain)
		_ = z.Close()
		found, err := ReadDocuments(&b)
		if err != nil && found != nil {
			t.Fatal("documents and an error")
		}
		for _, d := range found {
			for _, member := range d.Files {
				if !filepath.IsLocal(member) {
					t.Fatalf("file %q", member)
				}
			}
		}
	})
}
