package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The committed table is what the committed extract gives.
func TestTableIsCurrent(t *testing.T) {
	t.Parallel()
	out := filepath.Join(t.TempDir(), "z_images.go")
	if err := generate("../../../algorithm/data/xgboost_images.json", out); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("../../../algorithm/z_images.go")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("run go generate ./algorithm (-committed +generated):\n%s", diff)
	}
}

func TestExtract(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	sdk, out := filepath.Join(dir, "sdk.json"), filepath.Join(dir, "extract.json")
	const file = `{"inference": {}, "training": {"version_aliases": {"latest": "1"}, "versions": {
		"2": {"registries": {"us-east-1": "000000000002"}, "repository": "b", "processors": ["cpu"], "py_versions": ["py3"]},
		"1": {"registries": {"us-east-1": "000000000001"}, "repository": "a"},
		"3": {"registries": {"us-east-1": "000000000002"}, "repository": "b"}}}}`
	if err := os.WriteFile(sdk, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := extract(sdk, "sdk 1", out); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{
 "Algorithm": "xgboost",
 "Source": "sdk 1",
 "License": "Apache-2.0",
 "File": "image_uri_config/xgboost.json",
 "Versions": [
  {
   "Tag": "1",
   "Aliases": [
    "latest"
   ],
   "Repository": "a",
   "Registry": 0
  },
  {
   "Tag": "2",
   "Suffix": "-cpu-py3",
   "Repository": "b",
   "Registry": 1
  },
  {
   "Tag": "3",
   "Repository": "b",
   "Registry": 1
  }
 ],
 "Registries": [
  {
   "us-east-1": "000000000001"
  },
  {
   "us-east-1": "000000000002"
  }
 ]
}
`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
