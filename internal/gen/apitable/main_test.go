package main

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"testing"
)

// The committed table must be what the committed extract gives.
func TestTableIsCurrent(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../../../api/model.json")
	if err != nil {
		t.Fatal(err)
	}
	var m model
	if err := json.Unmarshal(data, &m); err != nil {
		t.Fatal(err)
	}
	want, err := render(m)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../../api/z_table.go")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("api/z_table.go is stale: run go generate ./api")
	}
}

func TestTranslate(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ java, accepted, refused string }{
		{`a.c`, "abc", "a\u2028c"},
		{`[a.c]`, ".", "b"},
		{`a\.c`, "a.c", "abc"},
		{`a|bc`, "bc", "abc"},
		{`[\p{Alnum}\-]+`, "a-9", "a_"},
		{`\s`, "\v", "a"},
	} {
		expr, err := translate(test.java)
		if err != nil {
			t.Fatal(err)
		}
		re := regexp.MustCompile(expr)
		if !re.MatchString(test.accepted) || re.MatchString(test.refused) {
			t.Errorf("translate(%s) = %s: %q %v, %q %v", test.java, expr,
				test.accepted, re.MatchString(test.accepted), test.refused, re.MatchString(test.refused))
		}
	}
	for _, java := range []string{`(?!a).*`, `(?=.{1,3}$)a`, `a(?<!b)`, `a{1,2000}`} {
		if expr, err := translate(java); err == nil {
			t.Errorf("translate(%s) = %s, want an error", java, expr)
		}
	}
}

// The order of input modes as the service printed it in October 2025.
func TestPrintedOrder(t *testing.T) {
	t.Parallel()
	got := printedOrder([]string{"Pipe", "File", "FastFile"})
	if want := []string{"Pipe", "FastFile", "File"}; !slices.Equal(got, want) {
		t.Errorf("printedOrder = %v, want %v", got, want)
	}
}
