package tabular

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func file(t interface {
	Fatal(...any)
	TempDir() string
}, text string,
) string {
	path := filepath.Join(t.TempDir(), "in.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func report(t *testing.T, text string) *Report {
	t.Helper()
	r, err := Inspect(context.Background(), file(t, text))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestInspectHeader(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, in string
		header   bool
		rows     int
	}{
		{"names over numbers", "a,b\n1,2\n3,4\n", true, 2},
		{"numbers only", "1,2\n3,4\n", false, 2},
		{"text and numbers, no header", "M,1\nF,2\n", false, 2},
		{"all text cannot be told", "a,b\nc,d\n", false, 2},
		{"an index column has an empty name", ",a,b\n0,1,x\n1,2,y\n", true, 2},
		{"NA in the first row is no name", "NA,x\n1,2\n3,4\n", false, 3},
		{"one row", "1,2\n", false, 1},
		{"semicolons", "a;b\n1;2\n", true, 1},
		{"tabs", "a\tb\n1\t2\n", true, 1},
	} {
		r := report(t, c.in)
		if r.Header != c.header || r.Rows != c.rows {
			t.Errorf("%s: header %v, %d rows; want %v, %d", c.name, r.Header, r.Rows, c.header, c.rows)
		}
	}
}

func TestInspectAbalone(t *testing.T) {
	t.Parallel()
	r, err := Inspect(context.Background(), "../../examples/abalone/abalone.csv")
	if err != nil {
		t.Fatal(err)
	}
	// The data set's own description: 4177 instances, 8 attributes and rings 1 to 29, sex M, F or I, height from 0 to 1.13.
	sex, height, rings := r.Columns[0], r.Columns[3], r.Columns[8]
	if r.Rows != 4177 || r.Header || len(r.Columns) != 9 {
		t.Errorf("rows %d, header %v, columns %d", r.Rows, r.Header, len(r.Columns))
	}
	if d := cmp.Diff([]string{"F", "I", "M"}, sex.Values()); d != "" {
		t.Error(d)
	}
	if rings.Min != 1 || rings.Max != 29 || !rings.Integers || height.Min != 0 || height.Max != 1.13 || height.Integers {
		t.Errorf("rings %g..%g, height %g..%g", rings.Min, rings.Max, height.Min, height.Max)
	}
	if d := cmp.Diff([]string{"--label", "9", "--onehot", "1"}, Suggest(r, Needs{})); d != "" {
		t.Error(d)
	}
}

func TestInspectErrors(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":              "is empty",
		"\n \n":         "is empty",
		"a,b\n":         "", // one row of text: there is nothing to compare it with
		"1,\"2\n3,4\n":  "a quote is opened and never closed",
		"PK\x03\x00a,b": "is not a text file",
	} {
		_, err := Inspect(context.Background(), file(t, in))
		e, _ := errors.AsType[*Error](err)
		if want == "" && err != nil || want != "" && (e == nil || e.What != want) {
			t.Errorf("%q: %v, want %q", in, err, want)
		}
	}
	_, err := Inspect(context.Background(), "no/such.csv")
	if e, ok := errors.AsType[*Error](err); !ok || e.What != "no such file" {
		t.Errorf("%v", err)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	binary := Needs{Objective: "binary:logistic"}
	for _, c := range []struct {
		name, in string
		needs    Needs
		what     string // beginnings of the problems, joined by |
		flags    string
	}{
		{"good", "1,0.5\n2,1\n2,3\n", Needs{}, "", "--label 1"},
		{"missing features are fine", "1,\n2,NA\n3,2\n", Needs{}, "", "--label 1"},
		{"header", "rings,len\n4,1\n5,1\n", Needs{}, "the first line is a header", "--label len"},
		{"header with a usual name", "len,Target,w\n4,1,1\n5,1,2\n", Needs{}, "the first line is a header", "--label Target"},
		{"text first", "M,1,4\nF,2,5\n", Needs{}, "column 1 is text", "--label 3 --onehot 1"},
		{"text in the middle", "4,M,1\n5,F,1\n", Needs{}, "column 2 is text", "--label 1 --onehot 2"},
		{"quoted numbers", "1,\"2\"\n4,3\n", Needs{}, "column 2 has numbers in quotes", "--label 1"},
		{"row numbers", "0,5,1\n1,6,2\n2,5,3\n3,5,3\n4,7,2\n", Needs{}, "the first column (1) would be the label", "--label 3 --drop 1"},
		{"four rows are too few to call it a row number", "0,5\n1,6\n2,5\n3,5\n", Needs{}, "", "--label 1"},
		{"binary with the label last", "3,7,1\n4,6,0\n", binary, "the first column (1) would be the label", "--label 3"},
		{"binary with the label first", "1,7\n0,6\n", binary, "", "--label 1"},
		{"classes", "3,7\n1,6\n", Needs{Objective: "multi:softmax", NumClass: 3}, "the first column (1) would be the label", "--label 2"},
		{"no label in a row", ",7\n1,6\n", Needs{}, "the first column (1) would be the label", "--label 2"},
		{"spaces", "1, \n4,3\n", Needs{}, "column 2 has cells of spaces", "--label 1"},
		{"infinite", "1,inf\n4,3\n", Needs{}, "column 2 has an infinite value", "--label 1"},
		{"ragged", "1,2\n4,3,5\n", Needs{}, "rows have different lengths", "--label 1"},
		{"bars", "1|2\n4|3\n", Needs{}, "columns are separated by a bar", "--label 1"},
		{"decimal commas", "1;2,5\n4;3,5\n", Needs{}, "columns are separated by a semicolon|column 2 is text", "--label 1 --onehot 2"},
		{"one column", "1\n2\n", Needs{}, "has only one column", "--label 1"},
	} {
		r := report(t, c.in)
		problems := Check(r, c.needs)
		var what []string
		for _, p := range problems {
			what = append(what, p.What)
		}
		if got := strings.Join(what, "|"); got != c.what {
			t.Errorf("%s: %q, want %q", c.name, got, c.what)
		}
		if got := strings.Join(Suggest(r, c.needs), " "); got != c.flags {
			t.Errorf("%s: flags %q, want %q", c.name, got, c.flags)
		}
	}
}

func prepare(t *testing.T, in string, o Options) (*Manifest, string, string, error) {
	t.Helper()
	o.Input, o.OutDir = file(t, in), t.TempDir()
	m, err := Prepare(context.Background(), o)
	if err != nil {
		return nil, "", "", err
	}
	train, err := os.ReadFile(m.Train.Path)
	if err != nil {
		t.Fatal(err)
	}
	var held []byte
	if m.Validation != nil {
		if held, err = os.ReadFile(m.Validation.Path); err != nil {
			t.Fatal(err)
		}
	}
	return m, string(train), string(held), nil
}

func TestPrepare(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, in string
		o        Options
		want     string
	}{
		{"label last", "M,0.50,15\nF,\"1e-3\",7\n", Options{Label: "-1", OneHot: []string{"1"}}, "15,0,1,0.50\n7,1,0,1e-3\n"},
		{"by name", "sex,len,rings\nM,.5,15\n,NA,7\n", Options{Label: "rings", OneHot: []string{"sex"}}, "15,1,.5\n7,0,\n"},
		{"classes", "a,1\nb,2\na,3\n", Options{Label: "1=b,a"}, "1,1\n0,2\n1,3\n"},
		{"drop", "id,x,y\n7,1,2\n8,3,4\n", Options{Label: "y", Drop: []string{"id"}}, "2,1\n4,3\n"},
		{"semicolons and spaces", "x; y\n1 ; 2\n", Options{Label: "y"}, "2,1\n"},
		{"a header of text columns is known by its names", "x,y\na,b\nb,b\n", Options{Label: "y=b", OneHot: []string{"x"}}, "0,1,0\n0,0,1\n"},
	} {
		_, got, _, err := prepare(t, c.in, c.o)
		if err != nil || got != c.want {
			t.Errorf("%s: %q, %v; want %q", c.name, got, err, c.want)
		}
	}
}

func TestPrepareErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, in string
		o        Options
		what     string
		flags    string
	}{
		{"text is left", "1,a\n2,b\n", Options{}, "column 2 is text", "--onehot 2"},
		{"text label", "x,l\n1,a\n2,b\n", Options{Label: "l"}, `label column "l" is text`, "--label l=a,b"},
		{"unknown name", "x,Rings\n1,2\n", Options{Label: "rings"}, "--label rings: no such column", "--label Rings"},
		{"unknown number", "1,2\n", Options{Label: "3"}, "--label 3: no such column", ""},
		{"no such class", "a,1\nb,2\n", Options{Label: "1=a"}, "column 1 has a value that is no class", "--label 1=a,b"},
		{"label missing", "1,\n2,3\n", Options{Label: "2"}, "column 2 has rows without a label", ""},
		{"label encoded", "1,2\n", Options{OneHot: []string{"1"}}, "column 1 is the label", ""},
		{"ragged", "1,2\n3\n", Options{}, "rows have different lengths", ""},
		{"holdout of one row", "1,2\n", Options{Holdout: 0.5}, "cannot be split", ""},
		{"holdout too large", "1,2\n2,2\n", Options{Holdout: 1}, "holdout 1 is not a fraction from 0 to below 1", ""},
	} {
		_, _, _, err := prepare(t, c.in, c.o)
		e, ok := errors.AsType[*Error](err)
		if !ok || e.What != c.what || strings.Join(e.Flags, " ") != c.flags {
			t.Errorf("%s: %v; want %q with %q", c.name, err, c.what, c.flags)
		}
	}
}

func TestPrepareValidationFile(t *testing.T) {
	t.Parallel()
	own := file(t, "sex,rings\nI,9\nF,3\n")
	m, train, held, err := prepare(t, "sex,rings\nM,15\nF,7\n", Options{Label: "rings", OneHot: []string{"sex"}, Validation: own})
	if err != nil {
		t.Fatal(err)
	}
	if train != "15,0,1\n7,1,0\n" || held != "9,0,0\n3,1,0\n" || m.Validation.Unknown != 1 {
		t.Errorf("train %q, validation %q, unknown %d", train, held, m.Validation.Unknown)
	}
	_, _, _, err = prepare(t, "rings,sex\n15,M\n", Options{Label: "rings", OneHot: []string{"sex"}, Validation: own})
	if e, ok := errors.AsType[*Error](err); !ok || e.What != "has other columns than the training file" {
		t.Errorf("%v", err)
	}
}

// The first outputs of SplitMix64 for the seed 1234567 as its public test vectors give them.
func TestSplitMix64(t *testing.T) {
	t.Parallel()
	s := split{state: 1234567}
	for i, want := range []uint64{6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821} {
		if got := s.next(); got != want {
			t.Errorf("output %d is %d, want %d", i, got, want)
		}
	}
}

// Both files together hold each row once, in order; the label is first; the count is exact; the same seed gives the
// same split.
func TestPrepareKeepsRows(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(2, 60).Draw(rt, "rows")
		label := rapid.IntRange(1, 3).Draw(rt, "label")
		fraction := rapid.Float64Range(0.01, 0.99).Draw(rt, "fraction")
		seed := rapid.Uint64().Draw(rt, "seed")
		var in, want strings.Builder
		for i := range n {
			cells := []string{fmt.Sprint(i * 10), fmt.Sprint(i*10 + 1), fmt.Sprint(i*10 + 2)}
			fmt.Fprintln(&in, strings.Join(cells, ","))
			moved := append([]string{cells[label-1]}, slices.Delete(slices.Clone(cells), label-1, label)...)
			fmt.Fprintln(&want, strings.Join(moved, ","))
		}
		m, train, held, err := prepare(t, in.String(), Options{Label: fmt.Sprint(label), Holdout: fraction, Seed: seed})
		if err != nil {
			rt.Fatal(err)
		}
		a, b, all := strings.Split(train, "\n"), strings.Split(held, "\n"), strings.Split(want.String(), "\n")
		if len(a)-1 != m.Train.Rows || len(b)-1 != m.Validation.Rows || m.Train.Rows+m.Validation.Rows != n {
			rt.Fatalf("%d + %d rows, manifest %d + %d", len(a)-1, len(b)-1, m.Train.Rows, m.Validation.Rows)
		}
		for _, row := range all[:n] { // merging both in input order uses them up
			switch {
			case len(a) > 0 && a[0] == row:
				a = a[1:]
			case len(b) > 0 && b[0] == row:
				b = b[1:]
			default:
				rt.Fatalf("row %q is in neither file at its place", row)
			}
		}
		_, again, _, err := prepare(t, in.String(), Options{Label: fmt.Sprint(label), Holdout: fraction, Seed: seed})
		if err != nil || again != train {
			rt.Fatal("the same seed gave another split")
		}
	})
}

func TestManifest(t *testing.T) {
	t.Parallel()
	m, _, _, err := prepare(t, "sex,len,rings\nM,.5,15\nF,.4,7\nM,.5,9\nF,.4,8\n", Options{Label: "rings", OneHot: []string{"sex"}, Holdout: 0.25, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	want := []OutColumn{{Name: "rings", From: 3}, {Name: "sex=F", From: 1, Equals: new("F")}, {Name: "sex=M", From: 1, Equals: new("M")}, {Name: "len", From: 2}}
	if d := cmp.Diff(want, m.Columns); d != "" {
		t.Error(d)
	}
	if m.Train.Rows != 3 || m.Validation.Rows != 1 || m.Holdout.Seed != 3 || m.Source.Rows != 4 || len(m.Source.SHA256) != 64 {
		t.Errorf("%+v", m)
	}
	doc, err := os.ReadFile(filepath.Join(filepath.Dir(m.Train.Path), ManifestFile))
	if err != nil || !strings.Contains(string(doc), `"path": "train.csv"`) {
		t.Errorf("%v\n%s", err, doc)
	}
}

func FuzzPrepare(f *testing.F) {
	f.Add("a,b\n1,2\n3,4\n", "a", "b")
	f.Add("M;1;\"2\"\nF;1;2\n", "-1", "1")
	f.Fuzz(func(t *testing.T, in, label, encode string) {
		path := file(t, in)
		r, err := Inspect(t.Context(), path)
		if err != nil {
			return
		}
		Check(r, Needs{Objective: "binary:logistic"})
		Suggest(r, Needs{})
		o := Options{Input: path, Label: label, OutDir: t.TempDir(), Holdout: 0.5}
		if encode != "" {
			o.OneHot = []string{encode}
		}
		m, err := Prepare(t.Context(), o)
		if err != nil {
			if _, ok := errors.AsType[*Error](err); !ok {
				t.Fatalf("untyped error: %v", err)
			}
			return
		}
		again, err := Inspect(t.Context(), m.Train.Path)
		if err != nil || again.Header || again.Rows != m.Train.Rows || len(again.Columns) != len(m.Columns) {
			t.Fatalf("prepared file: %v, %+v", err, again)
		}
	})
}
