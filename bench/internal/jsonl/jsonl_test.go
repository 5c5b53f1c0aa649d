package jsonl

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAppendAndRead(t *testing.T) {
	t.Parallel()
	type row struct {
		Name string `json:"name"`
	}
	file := filepath.Join(t.TempDir(), "rows", "a.jsonl")
	if rows, err := Read[row](file); rows != nil || err != nil {
		t.Errorf("a file that is not there: %v, %v", rows, err)
	}
	if err := Append(file, row{"a"}, row{"b"}); err != nil {
		t.Fatal(err)
	}
	if err := Append(file, row{"c"}); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil || string(text) != "{\"name\":\"a\"}\n{\"name\":\"b\"}\n{\"name\":\"c\"}\n" {
		t.Errorf("%q, %v", text, err)
	}
	rows, err := Read[row](file)
	if diff := cmp.Diff([]row{{"a"}, {"b"}, {"c"}}, rows); diff != "" || err != nil {
		t.Errorf("%s %v", diff, err)
	}
	if err := os.WriteFile(file, []byte("{}\n{\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Read[row](file); err == nil || !strings.Contains(err.Error(), file+": line 2: ") {
		t.Errorf("err = %v", err)
	}
}
