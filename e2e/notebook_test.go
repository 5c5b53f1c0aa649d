package e2e

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sagefly/sagefly/internal/testenv"
)

// cell is a notebook's cell after it was executed.
type cell struct {
	ID      string
	Type    string `json:"cell_type"`
	Outputs []struct {
		Type string                     `json:"output_type"`
		Data map[string]json.RawMessage // by MIME type
		Text json.RawMessage            // of a stream
	}
}

// text is the cell's results as plain text.
func (c cell) text() string {
	var b strings.Builder
	for _, out := range c.Outputs {
		b.Write(out.Data["text/plain"])
	}
	return b.String()
}

// The committed notebook on a fresh kernel: connect in one cell, train XGBoost by its name with no image typed, metrics as
// rows, the model loaded by the xgboost package. The engine is the one that connect() starts.
func TestNotebook(t *testing.T) {
	t.Parallel()
	e := &engine{program: testenv.Program(t), data: tempDir(t), home: t.TempDir()}
	root := testenv.Root(t)
	// A copy, for the notebook writes the model beside itself.
	dir := t.TempDir()
	for _, path := range []string{"notebook/xgboost.ipynb", "abalone/abalone.csv"} {
		copyFile(t, filepath.Join(root, "examples", path), filepath.Join(dir, path))
	}
	cmd := exec.Command(testenv.Python(t), filepath.Join(root, "e2e/testdata/run_notebook.py"), filepath.Join(dir, "notebook/xgboost.ipynb"))
	cmd.Env = append(e.helper(t), "JUPYTER_RUNTIME_DIR="+t.TempDir(), "IPYTHONDIR="+t.TempDir())
	var notebook struct{ Cells []cell }
	if err := json.Unmarshal([]byte(result(t, cmd)), &notebook); err != nil {
		t.Fatal(err)
	}

	cells := map[string]cell{}
	for _, c := range notebook.Cells {
		cells[c.ID] = c
	}
	for id, want := range map[string]string{
		"connect": "http://127.0.0.1:",
		"train":   "Completed",
		"metrics": "validation:rmse",
		"model":   "50",
		"predict": "array([",
		"boto3":   "validation:rmse",
	} {
		if got := cells[id].text(); !strings.Contains(got, want) {
			t.Errorf("cell %q shows %q, want %q in it", id, got, want)
		}
	}
	// One block that updated while the job ran, and the value of the cell's last line.
	if n := len(cells["train"].Outputs); n != 2 {
		t.Errorf("the cell that trains has %d outputs, want the live view and the status", n)
	}
}

// helper is the environment of a Python process that imports the helper from the tree and starts what it needs itself.
func (e *engine) helper(t *testing.T) []string {
	t.Helper()
	path := filepath.Join(testenv.Root(t), "e2e/testdata/offline") + ":" + filepath.Join(testenv.Root(t), "python")
	return append(e.bare(t), "PYTHONPATH="+path, "PYTHONDONTWRITEBYTECODE=1", "SAGEFLY_PROGRAM="+e.program, "SAGEFLY_DATA="+e.data)
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, data, 0o644); err != nil {
		t.Fatal(err)
	}
}
