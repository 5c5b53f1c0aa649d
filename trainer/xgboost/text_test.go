package xgboost

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagefly/sagefly/trainer/xgboost/internal/capi"
	"github.com/sagefly/sagefly/trainer/xgboost/internal/text"
)

// content is a matrix in a form that can be compared: floats as bits.
type content struct {
	Columns int
	Rows    []string
}

func contentOf(t testing.TB, m *capi.Matrix) content {
	t.Helper()
	offsets, indices, values, err := m.CSR()
	if err != nil {
		t.Fatal(err)
	}
	columns, err := m.Columns()
	if err != nil {
		t.Fatal(err)
	}
	labels, err := m.Floats("label")
	if err != nil {
		t.Fatal(err)
	}
	weights, err := m.Floats("weight")
	if err != nil {
		t.Fatal(err)
	}
	c := content{Columns: columns}
	for r := range len(offsets) - 1 {
		var b strings.Builder
		fmt.Fprintf(&b, "%08x", math.Float32bits(labels[r]))
		if weights != nil {
			fmt.Fprintf(&b, "*%08x", math.Float32bits(weights[r]))
		}
		for i := offsets[r]; i < offsets[r+1]; i++ {
			fmt.Fprintf(&b, " %d:%08x", indices[i], math.Float32bits(values[i]))
		}
		c.Rows = append(c.Rows, b.String())
	}
	return c
}

// compareReaders reads files with the library's loader and with ours. odd reports that ours left it to the library.
func compareReaders(t testing.TB, lib *capi.Library, files []string, delimiter string, weights bool) (odd bool) {
	t.Helper()
	l := loader{lib: lib, log: quietLogger(), format: formatCSV, weights: weights}
	want, wantErr := l.library(files, l.csvOptions(delimiter))
	got, err := l.dense(files, delimiter)
	if _, odd := errors.AsType[*text.OddError](err); odd {
		return true
	}
	if err != nil || wantErr != nil {
		t.Fatalf("our reader: %v, the library: %v", err, wantErr)
	}
	if diff := cmp.Diff(contentOf(t, want), contentOf(t, got)); diff != "" {
		data, _ := os.ReadFile(files[0])
		t.Errorf("%q (-library +ours):\n%s", clip(string(data), 300), diff)
	}
	if err := errors.Join(want.Free(), got.Free()); err != nil {
		t.Fatal(err)
	}
	return false
}

func writeFiles(t testing.TB, texts ...string) []string {
	t.Helper()
	dir := t.TempDir()
	var names []string
	for i, text := range texts {
		name := filepath.Join(dir, fmt.Sprintf("%d.csv", i))
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	return names
}

// The library is the reference for what becomes of every one of these texts.
func TestReaderEqualsLibrary(t *testing.T) {
	cases := []struct {
		name      string
		texts     []string
		delimiter string
		weights   bool
	}{
		{name: "plain", texts: []string{"1,2,3\n0,4.5,-6e2\n"}},
		{name: "no final line end", texts: []string{"1,2,3\n0,4,5"}},
		{name: "CR LF", texts: []string{"1,2,3\r\n0,4,5\r\n"}},
		{name: "lone CR", texts: []string{"1,2,3\r0,4,5\r"}},
		{name: "BOM", texts: []string{"\xef\xbb\xbf1,2,3\n0,4,5\n"}},
		{name: "BOM on a later line", texts: []string{"1,2,3\n\xef\xbb\xbf0,4,5\n"}},
		{name: "blank lines", texts: []string{"\n\n1,2,3\n\n\n0,4,5\n\n"}},
		{name: "header", texts: []string{"label,a,b\n1,2,3\n0,4,5\n"}},
		{name: "quoted header", texts: []string{"\"label\",\"a\",\"b\"\n1,2,3\n"}},
		{name: "empty fields", texts: []string{"1,,3\n0,4,\n,5,6\n"}},
		{name: "last column empty everywhere", texts: []string{"1,2,\n0,3,\n"}},
		{name: "trailing delimiter", texts: []string{"1,2,3,\n0,4,5,\n"}},
		{name: "missing words", texts: []string{"1,NA,3\n0,null,?\n1,NaN,nan\n"}},
		{name: "booleans", texts: []string{"1,True,3\n0,False,4\n"}},
		{name: "quoted numbers", texts: []string{"1,\"2\",3\n\"0\",4,\"5\"\n"}},
		{name: "short and long rows", texts: []string{"1,2,3\n0,4\n1,5,6,7,8\n0,1,2\n"}},
		{name: "hexadecimal, underscore, suffix", texts: []string{"1,0x10,1_000\n0,2.5f,2.5F\n"}},
		{name: "extreme exponents", texts: []string{"1,1e40,-1e40\n0,1e-50,0e-50\n1,3.4e38,1.1e-38\n0,e5,1e\n"}},
		{name: "many digits", texts: []string{"1,123456789012345678901234,0.12345678901234567890123\n0,16777217,18446744073709551616\n"}},
		{name: "signed zero", texts: []string{"1,-0,+0\n0,-,+\n-0,-.,.\n"}},
		{name: "infinity spelled short", texts: []string{"1,infinit,in\n0,nan(abc_1),n\n"}},
		{name: "white space around", texts: []string{" 1 , 2 ,\t3\n0,4 ,5 \n"}},
		{name: "white space runs over", texts: []string{"1,2, \n0,4,5\n1, ,6\n"}},
		{name: "white space at the end", texts: []string{"1,2,3\n0,4, \n"}},
		{name: "text after white space", texts: []string{"1, abc,3\n0,4,5\n"}},
		{name: "TAB", texts: []string{"1\t2\t\t3\n0\t4\t5\t6\n"}, delimiter: "\t"},
		{name: "space", texts: []string{"1 2  3\n0 4 5 6\n"}, delimiter: " "},
		{name: "semicolon", texts: []string{"1;2,5;3\n0;4;5\n"}, delimiter: ";"},
		{name: "pipe", texts: []string{"1|2|3\n0|4|5\n"}, delimiter: "|"},
		{name: "weights", texts: []string{"1,0.5,2,3\n0,2,4,5\n1,,6,7\n"}, weights: true},
		{name: "several files", texts: []string{"1,2,3\n0,4,5", "1,6,7\n", "\n0,8,9\n"}},
		{name: "NUL bytes", texts: []string{"1,\x00,3\n0,4\x005,6\n"}},
		{name: "Latin-1", texts: []string{"1,caf\xe9,3\n0,4,5\n"}},
		{name: "only a header", texts: []string{"label,a,b\n"}},
		{name: "rows without features at the end", texts: []string{"1,2,3\n0,,\n0,,\n"}},
	}
	for _, version := range []string{"1.7.4", "3.0.5"} {
		t.Run(version, func(t *testing.T) {
			lib := testLibrary(t, version)
			for _, c := range cases {
				if c.delimiter == "" {
					c.delimiter = ","
				}
				if compareReaders(t, lib, writeFiles(t, c.texts...), c.delimiter, c.weights) {
					t.Errorf("%s: left to the library", c.name)
				}
			}
		})
	}
}

// What the library refuses, and what depends on its buffers, is left to it.
func TestReaderLeavesOddTextToLibrary(t *testing.T) {
	for name, c := range map[string]struct {
		text    string
		weights bool
		line    int
	}{
		"infinity":        {text: "1,2\n0,inf\n", line: 2},
		"one column":      {text: "1,2\n3\n", line: 2},
		"open NaN":        {text: "1,nan(x\n", line: 1},
		"label NaN":       {text: "1,2\nnan,3\n", line: 2},
		"negative weight": {text: "1,-1,2\n", weights: true, line: 1},
		"missing weight":  {text: "1,1,2\n0,nan,3\n", weights: true, line: 2},
		"ragged":          {text: "1" + strings.Repeat(",2", 9000) + "\n" + strings.Repeat("1,2\n", 5000)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := text.Read(writeFiles(t, c.text), text.Options{Delimiter: ',', Weights: c.weights})
			odd, ok := errors.AsType[*text.OddError](err)
			if !ok {
				t.Fatalf("error %v, want an OddError", err)
			}
			if c.line > 0 && odd.Line != c.line {
				t.Errorf("line %d, want %d", odd.Line, c.line)
			}
		})
	}
}

// hostile makes texts of fields that parsers disagree about.
type hostile struct{ *rand.Rand }

func (h hostile) digits(n int) string {
	b := make([]byte, h.IntN(n+1))
	for i := range b {
		b[i] = byte('0' + h.IntN(10))
	}
	return string(b)
}

func (h hostile) field() string {
	switch h.IntN(14) {
	case 0:
		return ""
	case 1:
		return []string{"NA", "nan", "NaN", "null", "x", "True", "False", "e", "f", "-", "+", ".", "\"1\"", "'2'", "0x1F", "1_0", "n", "i", "-infi", "1e", "1e+", "1.5.5", "--1"}[h.IntN(23)]
	case 2:
		return h.digits(25)
	case 3:
		return h.digits(12) + "." + h.digits(30)
	case 4:
		return h.digits(3) + "." + h.digits(6) + "e" + []string{"", "-3", "+", "1", "-99"}[h.IntN(5)] + h.digits(1)
	case 5:
		return " " + h.digits(4) + " "
	case 6:
		return fmt.Sprintf("%g", math.Float32frombits(h.Uint32()&^(1<<30)))
	case 7:
		return fmt.Sprint(h.NormFloat64())
	default:
		return fmt.Sprintf("%.6g", h.NormFloat64()*math.Pow(10, float64(h.IntN(12)-6)))
	}
}

func (h hostile) text(rows, columns int, delimiter string) string {
	var b strings.Builder
	for range rows {
		n := columns
		if h.IntN(20) == 0 {
			n = 2 + h.IntN(2*columns)
		}
		fields := make([]string, n)
		for i := range fields {
			fields[i] = h.field()
		}
		fields[0] = []string{"1", "0", "2.5", "", "x", "-3e2"}[h.IntN(6)]
		b.WriteString(strings.Join(fields, delimiter))
		b.WriteString([]string{"\n", "\n", "\n", "\r\n", "\r", "\n\n"}[h.IntN(6)])
	}
	return b.String()
}

// A hundred thousand fields of every kind, in texts that are read in one piece and in several.
func TestReaderEqualsLibraryOnHostileText(t *testing.T) {
	for _, version := range []string{"1.7.4", "3.0.5"} {
		t.Run(version, func(t *testing.T) {
			lib := testLibrary(t, version)
			h := hostile{rand.New(rand.NewPCG(1, 2))}
			odd := 0
			for i := range 30 {
				delimiter := []string{",", ",", ";", "\t", " ", ":"}[h.IntN(6)]
				rows := 1 + h.IntN(60)
				if i == 0 {
					rows, delimiter = 4000, ","
				}
				if compareReaders(t, lib, writeFiles(t, h.text(rows, 2+h.IntN(12), delimiter)), delimiter, false) {
					odd++
				}
			}
			t.Logf("%d of 30 texts left to the library", odd)
			if odd > 15 {
				t.Error("too few texts were compared")
			}
		})
	}
}

func FuzzReaderEqualsLibrary(f *testing.F) {
	for _, seed := range []string{"1,2,3\n0,4,5\n", "label,a\n1,2\n", "1, \n2,3\n", "1,1e-50,0x10\n", "\xef\xbb\xbf1,2\r\n", "1,inf\n", "1,2\n3\n"} {
		f.Add(seed, false)
		f.Add(seed, true)
	}
	f.Fuzz(func(t *testing.T, data string, weights bool) {
		lib := testLibrary(t, "3.0.5")
		files := writeFiles(t, data)
		if _, err := text.Read(files, text.Options{Delimiter: ',', Weights: weights}); err != nil || data == "" {
			return // the library would be asked, and may refuse
		}
		compareReaders(t, lib, files, ",", weights)
	})
}

// The library reads texts of this size in several pieces.
func TestReaderEqualsLibraryOnLongText(t *testing.T) {
	if testing.Short() {
		t.Skip("10 MB of text")
	}
	lib := testLibrary(t, "3.0.5")
	h := hostile{rand.New(rand.NewPCG(5, 6))}
	var b strings.Builder
	for b.Len() < 10<<20 {
		fmt.Fprintf(&b, "%d,%.17g,%.6g,%s.%s\n", h.IntN(2), h.NormFloat64(), h.NormFloat64(), h.digits(19), h.digits(40))
	}
	if compareReaders(t, lib, writeFiles(t, b.String()), ",", false) {
		t.Error("left to the library")
	}
}

// Threads must not change anything: blocks are cut at line ends wherever they fall.
func TestReaderIsIndependentOfThreads(t *testing.T) {
	t.Parallel()
	h := hostile{rand.New(rand.NewPCG(3, 4))}
	var b strings.Builder
	for range 60000 {
		fmt.Fprintf(&b, "%d,%.6g,%.6g,%s\n", h.IntN(2), h.NormFloat64(), h.NormFloat64(), h.digits(9))
	}
	files := writeFiles(t, b.String())
	one, err := text.Read(files, text.Options{Delimiter: ',', Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	many, err := text.Read(files, text.Options{Delimiter: ',', Threads: 5})
	if err != nil {
		t.Fatal(err)
	}
	same := func(a, b float32) bool { return math.Float32bits(a) == math.Float32bits(b) }
	if one.Rows != many.Rows || one.Columns != many.Columns || !slices.EqualFunc(one.Values, many.Values, same) || !slices.EqualFunc(one.Labels, many.Labels, same) {
		t.Error("five threads read another table than one")
	}
}
