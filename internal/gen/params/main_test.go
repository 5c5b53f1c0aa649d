package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The committed struct is what the catalogue gives.
func TestParamsAreCurrent(t *testing.T) {
	t.Parallel()
	out := filepath.Join(t.TempDir(), "z_params.go")
	if err := run([]string{"xgboost", out}); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("../../../algorithm/xgboost/z_params.go")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("run go generate ./algorithm/xgboost (-committed +generated):\n%s", diff)
	}
}
