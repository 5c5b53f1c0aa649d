package text

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func write(t testing.TB, name, content string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

// The expected bits are what libxgboost 1.7.4 and 3.0.5 store for these fields. Most differ from the correctly rounded value.
func TestParseFloat(t *testing.T) {
	t.Parallel()
	for field, want := range map[string]float32{
		"0x10":                     0,
		"1_000":                    1,
		"2.5f":                     2.5,
		"1e40":                     1.0000001e38,
		"1e-50":                    1.1754942e-38,
		"0e-50":                    1.1754942e-38,
		"16777217":                 16777216,
		"123456789012345678901234": 1.1177672e19, // modulo 2^64
		"False":                    0,
		" \n7":                     7,
		"":                         0,
	} {
		if got, _, ok := parseFloat(append([]byte(field), 0, 0), 0); got != want || !ok {
			t.Errorf("parseFloat(%q) = %v, want %v", field, got, want)
		}
	}
	if v, _, _ := parseFloat([]byte("-0\x00"), 0); math.Float32bits(v) != 1<<31 {
		t.Error("-0 lost its sign")
	}
}

func TestNotes(t *testing.T) {
	t.Parallel()
	first := write(t, "a.csv", "label,size,colour\n1,2,red\n0,\"3\",red\r\n,5,6\n")
	second := write(t, "b.csv", "1,2,3\n\nyes,NA,\n0,4kg,blue\n")
	table, err := Read([]string{first, second}, Options{Delimiter: ',', Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	want := []Note{
		{Kind: Header, File: first, Line: 1, Count: 1},
		{Kind: Quoted, File: first, Line: 3, Column: 2, Text: `"3"`, Count: 1},
		{Kind: Words, File: first, Line: 2, Column: 3, Text: "red", Count: 3},
		{Kind: EmptyLabel, File: first, Line: 4, Column: 1, Count: 1},
		{Kind: TextLabel, File: second, Line: 3, Column: 1, Text: "yes", Count: 1},
		{Kind: Trailing, File: second, Line: 4, Column: 2, Text: "4kg", Count: 1},
	}
	if diff := cmp.Diff(want, table.Notes); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
}

func TestCleanFileHasNoNotes(t *testing.T) {
	t.Parallel()
	table, err := Read([]string{write(t, "a.csv", "1,2.5,-3e2\n0, 4 ,\n1,NA,nan\n")}, Options{Delimiter: ','})
	if err != nil {
		t.Fatal(err)
	}
	if len(table.Notes) > 0 {
		t.Errorf("notes: %v", table.Notes)
	}
	if table.Rows != 3 || table.Columns != 2 {
		t.Errorf("%d rows of %d columns, want 3 of 2", table.Rows, table.Columns)
	}
}

func TestEmptyFile(t *testing.T) {
	t.Parallel()
	table, err := Read([]string{write(t, "a.csv", "\n\n")}, Options{Delimiter: ','})
	if err != nil || table.Rows != 0 {
		t.Errorf("rows %d, error %v", table.Rows, err)
	}
}
