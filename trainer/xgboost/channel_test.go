package xgboost

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestLIBSVM(t *testing.T) {
	t.Parallel()
	bothTags(t, func(t *testing.T, p profile) {
		root, _ := contractDir(t, plain)
		c := map[string]string{"ContentType": "text/libsvm"}
		writeJSON(t, filepath.Join(root, "input/config/inputdataconfig.json"), map[string]any{"train": c})
		var b strings.Builder
		for i := range 30 {
			fmt.Fprintf(&b, "%d 0:%d 3:%d.5\n", i%2, i%7, i%5)
		}
		rewrite(t, root, "train", b.String())
		o := runJob(t, p.tag, root)
		o.mustSucceed(t)
		if !strings.Contains(o.stderr, "Train matrix has 30 rows and 4 columns") {
			t.Errorf("log:\n%s", o.stderr)
		}
	})
}

// Files of sub-folders count down to the third level, sorted by path.
func TestFolders(t *testing.T) {
	t.Parallel()
	bothTags(t, func(t *testing.T, p profile) {
		root, _ := contractDir(t, plain)
		rewrite(t, root, "validation", binaryRows(nil))
		train := filepath.Join(root, "input/data/train")
		if err := os.Remove(filepath.Join(train, "data.csv")); err != nil {
			t.Fatal(err)
		}
		for _, dir := range []string{"b/c", "a", "b/c/d"} {
			if err := os.MkdirAll(filepath.Join(train, dir), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(train, dir, "part"), []byte(binaryRows(nil)), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		o := runJob(t, p.tag, root)
		o.mustSucceed(t)
		for _, want := range []string{"Train matrix has 80 rows", "exceed the limit 3"} {
			if !strings.Contains(o.stderr, want) {
				t.Errorf("the log lacks %q:\n%s", want, o.stderr)
			}
		}
	})
}

// A channel may be a link to a folder, and its files links: that is how read-only views look where nothing can be mounted.
func TestLinkedChannel(t *testing.T) {
	t.Parallel()
	bothTags(t, func(t *testing.T, p profile) {
		root, _ := contractDir(t, plain)
		train := filepath.Join(root, "input/data/train")
		elsewhere := filepath.Join(t.TempDir(), "C# data")
		if err := os.Rename(train, elsewhere); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(filepath.Join(elsewhere, "data.csv"), filepath.Join(elsewhere, "more.csv")); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(elsewhere, train); err != nil {
			t.Fatal(err)
		}
		o := runJob(t, p.tag, root)
		o.mustSucceed(t)
		if !strings.Contains(o.stderr, "Train matrix has 1400 rows") {
			t.Errorf("log:\n%s", o.stderr)
		}
		// The library's own loader copes with such a path too.
		setHyperparameters(t, root, "num_round", "2", "csv_weights", "1", "objective", "reg:squarederror")
		rewrite(t, root, "train", "1,-1,2,3,4,5,6\n0,2,1,3,2,1,0\n")
		o = runJob(t, p.tag, root)
		if !strings.Contains(o.stderr, "Read by the library's own loader: "+train+"/data.csv, line 1 has a weight that is negative") {
			t.Errorf("log:\n%s", o.stderr)
		}
	})
}
