package xgboost

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden hashes from what Python's xgboost package does")

// configuration is one training job of the equality tests.
type configuration struct {
	name  string
	data  string            // binary, regression, classes, weighted, missing
	hyper map[string]string // num_round, nthread and seed are added
	alone bool              // no validation channel
}

func configurations() []configuration {
	h := func(pairs ...string) map[string]string {
		m := map[string]string{}
		for i := 0; i < len(pairs); i += 2 {
			m[pairs[i]] = pairs[i+1]
		}
		return m
	}
	return []configuration{
		{name: "hist", data: "binary", hyper: h("objective", "binary:logistic", "tree_method", "hist", "eta", "0.2", "max_depth", "4")},
		{name: "exact", data: "binary", hyper: h("objective", "binary:logistic", "tree_method", "exact")},
		{name: "approx", data: "binary", hyper: h("objective", "binary:logistic", "tree_method", "approx", "eval_metric", "auc,logloss")},
		{name: "defaults", data: "regression", hyper: h()},
		{name: "subsample", data: "regression", hyper: h("tree_method", "hist", "subsample", "0.7", "objective", "reg:squarederror")},
		{name: "colsample", data: "regression", hyper: h("tree_method", "exact", "subsample", "0.8", "colsample_bytree", "0.5", "colsample_bylevel", "0.7")},
		{name: "colsample-approx", data: "binary", hyper: h("tree_method", "approx", "colsample_bytree", "0.6", "colsample_bynode", "0.9", "subsample", "0.5", "objective", "binary:logistic")},
		{name: "early", data: "regression", hyper: h("num_round", "60", "early_stopping_rounds", "3", "eval_metric", "mape,mphe", "eta", "0.6", "objective", "reg:squarederror")},
		{name: "early-never", data: "binary", hyper: h("early_stopping_rounds", "50", "eval_metric", "auc,logloss", "objective", "binary:logistic")},
		{name: "weights", data: "weighted", hyper: h("csv_weights", "1", "objective", "binary:logistic")},
		{name: "softprob", data: "classes", hyper: h("objective", "multi:softprob", "num_class", "3", "eval_metric", "mlogloss,merror")},
		{name: "softmax", data: "classes", hyper: h("objective", "multi:softmax", "num_class", "3", "num_parallel_tree", "2")},
		{name: "missing", data: "missing", hyper: h("tree_method", "hist", "objective", "reg:squarederror")},
		{name: "missing-exact", data: "missing", hyper: h("tree_method", "exact")},
		{name: "dart", data: "binary", hyper: h("booster", "dart", "rate_drop", "0.3", "objective", "binary:logistic")},
		{name: "gblinear", data: "regression", hyper: h("booster", "gblinear", "updater", "coord_descent", "objective", "reg:squarederror")},
		{name: "lossguide", data: "regression", hyper: h("grow_policy", "lossguide", "max_leaves", "7", "max_bin", "32", "tree_method", "hist", "lambda", "2.5", "alpha", "1e-3", "gamma", "0.01")},
		{name: "monotone", data: "regression", hyper: h("monotone_constraints", "(1, 0, -1, 0, 0)", "tree_method", "hist")},
		{name: "poisson", data: "classes", hyper: h("objective", "count:poisson", "max_delta_step", "0.7", "base_score", "0.3")},
		{name: "alone", data: "regression", hyper: h("objective", "reg:squarederror", "early_stopping_rounds", "2", "eval_metric", "rmsle"), alone: true},
		{name: "tuned", data: "binary", hyper: h("objective", "binary:logistic", "_tuning_objective_metric", "validation:auc", "eval_metric", "logloss,error")},
		{name: "own-binary", data: "binary", hyper: h("objective", "binary:logistic", "early_stopping_rounds", "4", "eval_metric", "logloss,accuracy,f1,balanced_accuracy,precision,recall,f1_binary,mse,r2,mae,rmse")},
		{name: "own-margins", data: "binary", hyper: h("objective", "binary:logitraw", "eval_metric", "accuracy,precision_macro,recall_macro,precision_micro,recall_micro,f1_macro")},
		{name: "own-classes", data: "classes", hyper: h("objective", "multi:softprob", "num_class", "3", "eval_metric", "accuracy,f1,balanced_accuracy,merror,recall_macro")},
		{name: "own-regression", data: "regression", hyper: h("objective", "reg:squarederror", "num_round", "30", "early_stopping_rounds", "2", "_tuning_objective_metric", "validation:rmse", "eta", "0.5")},
		{name: "folds-classes", data: "classes", hyper: h("objective", "multi:softprob", "num_class", "3", "num_round", "4", "_kfold", "3", "_num_cv_round", "2")},
		{name: "folds-binary", data: "binary", hyper: h("objective", "binary:logistic", "num_round", "3", "_kfold", "4", "eval_metric", "auc,accuracy")},
		{name: "folds-regression", data: "regression", hyper: h("objective", "reg:squarederror", "num_round", "3", "_kfold", "2", "_num_cv_round", "3")},
	}
}

// writeData makes one channel's file. The numbers depend on nothing but seed and kind.
func writeData(t testing.TB, dir, kind string, seed uint64, rows int) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, uint64(len(kind))))
	var b strings.Builder
	for range rows {
		var x [5]float64
		for i := range x {
			x[i] = r.NormFloat64()
		}
		y := x[0] + x[1]*x[2] - 0.5*x[3] + 0.3*r.NormFloat64()
		switch {
		case kind == "regression" || kind == "missing":
			fmt.Fprintf(&b, "%.5g", y+5)
		case kind == "classes":
			fmt.Fprint(&b, min(max(int(y+1.5), 0), 2))
		case y > 0.2:
			b.WriteByte('1')
		default:
			b.WriteByte('0')
		}
		if kind == "weighted" {
			fmt.Fprintf(&b, ",%.3g", 0.5+r.Float64())
		}
		for i, v := range x {
			if kind == "missing" && r.IntN(5) == 0 {
				b.WriteByte(',')
				continue
			}
			fmt.Fprintf(&b, ",%.*g", 4+3*i, v)
		}
		b.WriteByte('\n')
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "data.csv"), []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// contractDir makes a job's base directory.
func contractDir(t testing.TB, c configuration) (root string, hyper map[string]string) {
	t.Helper()
	root = t.TempDir()
	hyper = map[string]string{"num_round": "12", "nthread": "2", "seed": "7"}
	for k, v := range c.hyper {
		hyper[k] = v
	}
	if _, ok := hyper["objective"]; !ok && hyper["eval_metric"] != "" {
		t.Fatalf("%s: eval_metric without objective", c.name)
	}
	channel := map[string]string{"ContentType": "text/csv", "TrainingInputMode": "File", "S3DistributionType": "FullyReplicated", "RecordWrapperType": "None"}
	channels := map[string]any{"train": channel}
	writeData(t, filepath.Join(root, "input/data/train"), c.data, 1, 700)
	if !c.alone {
		channels["validation"] = channel
		writeData(t, filepath.Join(root, "input/data/validation"), c.data, 2, 300)
	}
	writeJSON(t, filepath.Join(root, "input/config/hyperparameters.json"), hyper)
	writeJSON(t, filepath.Join(root, "input/config/inputdataconfig.json"), channels)
	writeJSON(t, filepath.Join(root, "input/config/resourceconfig.json"), map[string]any{"current_host": "algo-1", "hosts": []string{"algo-1"}})
	return root, hyper
}

func writeJSON(t testing.TB, file string, v any) {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// result is what a job leaves, ours or the reference's.
type result struct {
	Model string // SHA-256 of the model file; "" when there is none
	Lines string // the metric lines
}

func hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// metricLines keeps the lines of stdout that begin with [round].
func metricLines(stdout string) string {
	var b strings.Builder
	for line := range strings.Lines(stdout) {
		if strings.HasPrefix(line, "[") && strings.Contains(line, "]\t") {
			b.WriteString(line)
		}
	}
	return b.String()
}

// trainerCommand runs the program in a process of its own, as the engine does.
func trainerCommand(t testing.TB, tag, root string, args ...string) *exec.Cmd {
	t.Helper()
	p, err := profileOf(tag)
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, append([]string{"--tag", tag}, args...)...)
	cmd.Env = append(os.Environ(), asProgram+"=1", "SAGEMAKER_BASE_DIR="+root, "VIRTUAL_ENV="+testSearch(p.library).Env("VIRTUAL_ENV"))
	return cmd
}

func trainOnce(t testing.TB, tag string, root string) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := trainerCommand(t, tag, root)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("trainer: %v\n%s", err, stderr.String())
	}
	return result{Model: hash(readModel(t, root)), Lines: metricLines(stdout.String())}
}

// readModel reads the model, or the models of all folds and their predictions.
func readModel(t testing.TB, root string) []byte {
	t.Helper()
	names := []string{filepath.Join(root, "model", modelName)}
	if _, err := os.Stat(filepath.Join(root, "model", foldModel(0))); err == nil {
		files, err := os.ReadDir(filepath.Join(root, "model"))
		if err != nil {
			t.Fatal(err)
		}
		names = nil
		for i := range files {
			names = append(names, filepath.Join(root, "model", foldModel(i)))
		}
		names = append(names, filepath.Join(root, "output/data/predictions.csv"))
	}
	var all []byte
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, data...)
	}
	return all
}

// Each configuration's model file is, byte for byte, the one that Python's xgboost package of the version writes when it is called as
// the container calls it, and the metric lines are the same. The golden hashes come from Python; when an interpreter is named by
// SAGEFLY_TEST_PYTHON (3.0.5) or SAGEFLY_TEST_PYTHON_174 it is asked again, but for the container's own metrics when it has no scikit-learn.
func TestModelsEqualPython(t *testing.T) {
	if runtime.GOARCH != "amd64" || runtime.GOOS != "linux" {
		t.Skip("the golden hashes were made on Linux x86-64; the mathematics library decides last bits")
	}
	for _, p := range profiles() {
		t.Run(p.tag, func(t *testing.T) {
			needLibrary(t, p)
			want := readGolden(t, p)
			roots, specs := map[string]string{}, []map[string]any{}
			for _, c := range configurations() {
				root, hyper := contractDir(t, c)
				roots[c.name] = root
				spec := map[string]any{"name": c.name, "hyperparameters": hyper, "train": filepath.Join(root, "input/data/train"), "validation": ""}
				if !c.alone {
					spec["validation"] = filepath.Join(root, "input/data/validation")
				}
				specs = append(specs, spec)
			}
			if python := os.Getenv(pythonVariables()[p.library]); python != "" {
				want = askPython(t, python, p, specs, want)
			} else {
				t.Logf("%s names no interpreter: compared with the golden hashes only", pythonVariables()[p.library])
			}
			got := trainAll(t, p.tag, roots)
			for _, c := range configurations() {
				if diff := cmp.Diff(want[c.name], got[c.name]); diff != "" {
					t.Errorf("%s differs (-Python +ours):\n%s", c.name, diff)
				}
			}
		})
	}
}

func trainAll(t *testing.T, tag string, roots map[string]string) map[string]result {
	t.Helper()
	var mu sync.Mutex
	got := map[string]result{}
	t.Run("train", func(t *testing.T) {
		for name, root := range roots {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				r := trainOnce(t, tag, root)
				mu.Lock()
				defer mu.Unlock()
				got[name] = r
			})
		}
	})
	return got
}

func goldenFile(p profile) string { return filepath.Join("testdata", "golden-"+p.tag+".json") }

func readGolden(t *testing.T, p profile) map[string]result {
	t.Helper()
	data, err := os.ReadFile(goldenFile(p))
	if errors.Is(err, fs.ErrNotExist) && *update {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	var golden map[string]result
	if err := json.Unmarshal(data, &golden); err != nil {
		t.Fatal(err)
	}
	return golden
}

// askPython trains with the reference. It must agree with the golden hashes, or replaces them with -update.
func askPython(t *testing.T, python string, p profile, specs []map[string]any, golden map[string]result) map[string]result {
	t.Helper()
	dir := t.TempDir()
	jobs := filepath.Join(dir, "jobs.json")
	writeJSON(t, jobs, specs)
	cmd := exec.Command(python, "testdata/oracle.py", jobs, dir)
	cmd.Env = append(os.Environ(), "OMP_WAIT_POLICY=passive", "PYTHONWARNINGS=ignore")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", python, err, out)
	}
	answer := map[string]result{}
	for _, spec := range specs {
		name := spec["name"].(string)
		lines, err := os.ReadFile(filepath.Join(dir, name+".lines"))
		if err != nil {
			continue // needs scikit-learn
		}
		r := result{Lines: string(lines)}
		if text, err := os.ReadFile(filepath.Join(dir, name+".error")); err == nil {
			t.Errorf("%s: Python failed: %s", name, text)
		} else if model, err := os.ReadFile(filepath.Join(dir, name+".model")); err == nil {
			r.Model = hash(model)
		}
		answer[name] = r
	}
	for name, r := range golden {
		if _, ok := answer[name]; !ok {
			answer[name] = r
		}
	}
	if *update {
		data, err := json.MarshalIndent(answer, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(goldenFile(p), append(data, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
		return answer
	}
	for name, r := range answer {
		if w, ok := golden[name]; ok && w != r {
			t.Errorf("%s: Python's answer is not the golden one:\n%s", name, cmp.Diff(w, r))
		}
	}
	return answer
}
