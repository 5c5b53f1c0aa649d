package tabular

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func readAll(t interface{ Fatal(...any) }, in string, delim byte) ([][]string, []int) {
	r := newReader(strings.NewReader(in), delim)
	var rows [][]string
	var lines []int
	for {
		row, line, err := r.next()
		if errors.Is(err, io.EOF) {
			return rows, lines
		}
		if err != nil {
			t.Fatal(err)
		}
		var cells []string
		for _, f := range row {
			cells = append(cells, string(f.text))
		}
		rows, lines = append(rows, cells), append(lines, line)
	}
}

func TestReader(t *testing.T) {
	t.Parallel()
	in := "\xef\xbb\xbfa,\"b,1\"\r\n\n \"x\"\"y\" , 2 \n\"two\nlines\",3\nlast,"
	rows, lines := readAll(t, in, ',')
	want := [][]string{{"a", "b,1"}, {`x"y`, "2"}, {"two\nlines", "3"}, {"last", ""}}
	if d := cmp.Diff(want, rows); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]int{1, 3, 4, 6}, lines); d != "" {
		t.Error(d)
	}
}

func TestReaderLongLine(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("1,", 300_000) + "2\n3,4\n"
	rows, _ := readAll(t, long, ',')
	if len(rows) != 2 || len(rows[0]) != 300_001 || rows[1][1] != "4" {
		t.Errorf("%d rows, first has %d fields", len(rows), len(rows[0]))
	}
}

// What encoding/csv writes comes back, whatever is in it (it quotes what needs quotes; carriage returns apart, which
// that package normalises).
func TestReaderReadsWhatCSVWrites(t *testing.T) {
	t.Parallel()
	cell := rapid.StringOfN(rapid.RuneFrom([]rune("ab1.,\"\n;é ")), 0, 6, -1)
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.IntRange(2, 4).Draw(t, "width")
		table := rapid.SliceOfN(rapid.SliceOfN(cell, width, width), 1, 6).Draw(t, "table")
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		if err := w.WriteAll(table); err != nil {
			t.Fatal(err)
		}
		quoted, err := csv.NewReader(bytes.NewReader(b.Bytes())).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		rows, _ := readAll(t, b.String(), ',')
		for _, row := range quoted {
			for i, c := range row { // unquoted cells are trimmed by us
				if !strings.ContainsAny(c, ",\"\n") && !strings.HasPrefix(c, " ") {
					row[i] = strings.TrimSpace(c)
				}
			}
		}
		if d := cmp.Diff(quoted, rows); d != "" {
			t.Fatal(d)
		}
	})
}

func FuzzReader(f *testing.F) {
	f.Add([]byte("a,b\n1,\"2\"\n"), byte(','))
	f.Add([]byte("\xef\xbb\xbf\"a\"x;\"\"\r\n"), byte(';'))
	f.Fuzz(func(t *testing.T, in []byte, delim byte) {
		if delim == '\n' || delim == '"' || delim == '\r' {
			return
		}
		r := newReader(bytes.NewReader(in), delim)
		for n := 0; ; n++ {
			row, _, err := r.next()
			if err != nil {
				return
			}
			if len(row) == 0 || n > len(in) {
				t.Fatalf("row %d has no fields", n)
			}
		}
	})
}
