package xgboost

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/sagefly/sagefly/internal/testenv"
)

// bothTags runs a test for each tag whose library is here.
func bothTags(t *testing.T, test func(t *testing.T, p profile)) {
	t.Helper()
	for _, p := range profiles() {
		t.Run(p.tag, func(t *testing.T) {
			t.Parallel()
			needLibrary(t, p)
			test(t, p)
		})
	}
}

func needLibrary(t testing.TB, p profile) {
	t.Helper()
	err := trainerCommand(t, p.tag, "", "--check").Run()
	testenv.Require(t, err == nil, "the XGBoost library "+p.library, "sagefly xgboost install "+p.library)
}

// outcome is what a run leaves behind.
type outcome struct {
	code           int
	stdout, stderr string
	failure        string // "" when there is no failure file
}

func runJob(t testing.TB, tag, root string) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := trainerCommand(t, tag, root)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	failure, _ := os.ReadFile(filepath.Join(root, "output/failure"))
	return outcome{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String(), string(failure)}
}

func (o outcome) mustFail(t testing.TB, wants ...string) {
	t.Helper()
	if o.code != 1 {
		t.Errorf("exit code %d, want 1\n%s", o.code, o.stderr)
	}
	reason := clip(o.failure, 1024) // what becomes the job's FailureReason
	for _, want := range append(wants, "framework error: \n") {
		if !strings.Contains(reason, want) {
			t.Errorf("failure file lacks %q:\n%s", want, o.failure)
		}
	}
	if !strings.Contains(o.stderr, "Reporting training FAILURE") {
		t.Errorf("stderr does not report the failure:\n%s", o.stderr)
	}
}

func (o outcome) mustSucceed(t testing.TB) {
	t.Helper()
	if o.code != 0 || o.failure != "" {
		t.Fatalf("exit code %d, failure file %q\n%s", o.code, o.failure, o.stderr)
	}
}

// rewrite replaces a channel's only file.
func rewrite(t testing.TB, root, channel, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(root, "input/data", channel, "data.csv"), []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func setHyperparameters(t testing.TB, root string, pairs ...string) {
	t.Helper()
	m := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	writeJSON(t, filepath.Join(root, "input/config/hyperparameters.json"), m)
}

// binaryRows is a small data set whose rows an edit may replace.
func binaryRows(edit map[int]string) string {
	var b strings.Builder
	for i := range 40 {
		row := fmt.Sprintf("%d,%d,%d", i%2, i*7%13, i*5%11)
		if other, ok := edit[i]; ok {
			row = other
		}
		b.WriteString(row + "\n")
	}
	return b.String()
}

var plain = configuration{name: "plain", data: "binary", hyper: map[string]string{"objective": "binary:logistic", "num_round": "3"}}

func TestFailures(t *testing.T) {
	t.Parallel()
	logistic := []string{"num_round", "3", "objective", "binary:logistic"}
	cases := []struct {
		name    string
		prepare func(t *testing.T, root string)
		want    []string
	}{
		{
			"missing hyperparameter", func(t *testing.T, root string) { setHyperparameters(t, root, "eta", "0.1") },
			[]string{"exceptions.UserError: Missing required hyperparameter: num_round"},
		},
		{
			"hyperparameter out of range", func(t *testing.T, root string) { setHyperparameters(t, root, "num_round", "3", "eta", "1.5") },
			[]string{"exceptions.UserError: Hyperparameter eta: 1.5 is not in [0, 1]"},
		},
		{"eval_metric without objective", func(t *testing.T, root string) {
			setHyperparameters(t, root, "num_round", "3", "eval_metric", "rmse")
		}, []string{"KeyError: 'objective'"}},
		{"unknown channel", func(t *testing.T, root string) {
			writeJSON(t, filepath.Join(root, "input/config/inputdataconfig.json"), map[string]any{
				"train": map[string]string{"ContentType": "csv"}, "test": map[string]string{"ContentType": "csv"},
			})
		}, []string{"exceptions.UserError: Extraneous channel found: test"}},
		{"parquet", func(t *testing.T, root string) {
			writeJSON(t, filepath.Join(root, "input/config/inputdataconfig.json"), map[string]any{"train": map[string]string{"ContentType": "application/x-parquet"}})
		}, []string{"sagefly's trainer reads text/csv and text/libsvm only"}},
		{"several hosts", func(t *testing.T, root string) {
			writeJSON(t, filepath.Join(root, "input/config/resourceconfig.json"), map[string]any{"current_host": "algo-1", "hosts": []string{"algo-1", "algo-2"}})
		}, []string{"one host; this job has 2 (algo-1, algo-2)"}},
		{"label outside logistic", func(t *testing.T, root string) {
			setHyperparameters(t, root, logistic...)
			rewrite(t, root, "validation", binaryRows(nil))
			rewrite(t, root, "train", binaryRows(map[int]string{7: "2,1,1"}))
		}, []string{"exceptions.UserError: ", "label must be in [0,1] for logistic regression"}},
		{"label beyond num_class", func(t *testing.T, root string) {
			setHyperparameters(t, root, "num_round", "3", "objective", "multi:softmax", "num_class", "2")
			rewrite(t, root, "validation", binaryRows(nil))
			rewrite(t, root, "train", binaryRows(map[int]string{7: "2,1,1"}))
		}, []string{"exceptions.UserError: ", "label must be in [0, num_class)"}},
		{"poisson with a negative label", func(t *testing.T, root string) {
			setHyperparameters(t, root, "num_round", "3", "objective", "count:poisson")
			rewrite(t, root, "validation", binaryRows(nil))
			rewrite(t, root, "train", binaryRows(map[int]string{7: "-2,1,1"}))
		}, []string{"exceptions.AlgorithmError: XGB train call failed with exception:\n "}},
		{"interaction constraints", func(t *testing.T, root string) {
			setHyperparameters(t, root, "num_round", "3", "tree_method", "hist", "interaction_constraints", "[[1, 2]]")
		}, []string{"AlgorithmError: XGB train call failed with exception:\n Constrained features are not a subset of training data feature names"}},
		{"unknown early stopping metric name", func(t *testing.T, root string) {
			setHyperparameters(t, root, append(logistic, "eval_metric", "error@0.5", "early_stopping_rounds", "2")...)
		}, []string{"No metric named: error@0.5"}},
		{
			"columns differ", func(t *testing.T, root string) { rewrite(t, root, "train", binaryRows(nil)) },
			[]string{"AlgorithmError: XGB train call failed", "(5 vs. 2) : Number of columns does not match number of features in booster"},
		},
		{
			"infinity", func(t *testing.T, root string) { rewrite(t, root, "train", binaryRows(map[int]string{9: "1,inf,3"})) },
			[]string{"UserError: Failed to load csv data with exception:\n", "`inf`", "data.csv, line 10 has an infinite value"},
		},
		{
			"one column", func(t *testing.T, root string) { rewrite(t, root, "train", binaryRows(map[int]string{3: "1"})) },
			[]string{"Failed to load csv data", "Delimiter ',' is not found in the line", "data.csv, line 4"},
		},
		{
			"empty train", func(t *testing.T, root string) { rewrite(t, root, "train", "") },
			[]string{"UserError: No data in training channel path "},
		},
		{
			"empty validation", func(t *testing.T, root string) { rewrite(t, root, "validation", "") },
			[]string{"UserError: No data in validation channel path "},
		},
		{
			"blank line first", func(t *testing.T, root string) { rewrite(t, root, "train", "\n1,2\n") },
			[]string{"UserError: Could not determine delimiter on line "},
		},
		{
			"hidden file", func(t *testing.T, root string) { writeJSON(t, filepath.Join(root, "input/data/train/.hidden"), 1) },
			[]string{"UserError: Hidden file found in the data path! Remove that before training."},
		},
		{"CSV as libsvm", func(t *testing.T, root string) {
			c := map[string]string{"ContentType": "text/libsvm"}
			writeJSON(t, filepath.Join(root, "input/config/inputdataconfig.json"), map[string]any{"train": c, "validation": c})
		}, []string{"UserError: First line '", "of file 'data.csv' is not 'LIBSVM' format. Please ensure the file is in 'LIBSVM' format."}},
		{"unreadable contract", func(t *testing.T, root string) {
			if err := os.WriteFile(filepath.Join(root, "input/config/hyperparameters.json"), []byte("{"), 0o644); err != nil {
				t.Fatal(err)
			}
		}, []string{"PlatformError: read contract: ", "hyperparameters.json"}},
	}
	bothTags(t, func(t *testing.T, p profile) {
		for _, c := range cases {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				root, _ := contractDir(t, plain)
				c.prepare(t, root)
				runJob(t, p.tag, root).mustFail(t, c.want...)
			})
		}
	})
}

// Without the library a job says where it was looked for and what installs it.
func TestMissingLibrary(t *testing.T) {
	t.Parallel()
	root, _ := contractDir(t, plain)
	var stdout, stderr bytes.Buffer
	env := func(name string) string {
		return map[string]string{"SAGEMAKER_BASE_DIR": root, "SAGEFLY_LIBXGBOOST": "/nowhere/libxgboost.so"}[name]
	}
	if code := Main([]string{"--tag", "3.0-5", "--check"}, env, &stdout, &stderr); code != 3 {
		t.Errorf("--check: exit code %d, want 3", code)
	}
	if code := Main([]string{"--tag", "3.0-5"}, env, &stdout, &stderr); code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
	failure, err := os.ReadFile(filepath.Join(root, "output/failure"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"no XGBoost 3.0.5 library found", "sagefly xgboost install 3.0.5", "SAGEFLY_LIBXGBOOST"} {
		if !strings.Contains(clip(string(failure), 1024), want) {
			t.Errorf("failure file lacks %q:\n%s", want, failure)
		}
	}
}

// A system library of another version is named and not used.
func TestOtherVersionIsNotUsed(t *testing.T) {
	t.Parallel()
	needLibrary(t, profiles()[1])
	out, err := trainerCommand(t, "3.0-5", "", "--check").Output()
	if err != nil {
		t.Fatal(err)
	}
	path := between(string(out), `"library":"`, `"`)
	out, err = trainerCommand(t, "1.7-1", "", "--check", "--library", path).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "is version 3.0.5") || !strings.Contains(string(out), "sagefly xgboost install 1.7.4") {
		t.Errorf("error %v:\n%s", err, out)
	}
}

func between(s, before, after string) string {
	_, s, _ = strings.Cut(s, before)
	s, _, _ = strings.Cut(s, after)
	return s
}

func TestHandshake(t *testing.T) {
	t.Parallel()
	var stdout bytes.Buffer
	if code := Main([]string{"--handshake"}, os.Getenv, &stdout, os.Stderr); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if want := `{"trainer":"xgboost","protocol":1,"tags":["1.7-1","3.0-5"]}` + "\n"; stdout.String() != want {
		t.Errorf("got %q, want %q", stdout.String(), want)
	}
}

func TestUnknownTag(t *testing.T) {
	t.Parallel()
	var stderr bytes.Buffer
	if code := Main([]string{"--tag", "9.9-9"}, os.Getenv, &stderr, &stderr); code != 2 || !strings.Contains(stderr.String(), "1.7-1, 3.0-5") {
		t.Errorf("exit code %d: %s", code, stderr.String())
	}
}

// The log of a good job, line by line as the image writes it.
func TestLogLines(t *testing.T) {
	t.Parallel()
	bothTags(t, func(t *testing.T, p profile) {
		root, _ := contractDir(t, plain)
		o := runJob(t, p.tag, root)
		o.mustSucceed(t)
		want := []string{
			"Imported framework sagemaker_xgboost_container.training",
			"Failed to parse hyperparameter objective value binary:logistic to Json.\nReturning the value itself",
			"No GPUs detected (normal if no gpus installed)",
			"Running XGBoost Sagemaker in algorithm mode",
			"Determined 0 GPU(s) available on the instance.",
			"Determined delimiter of CSV input is ','",
			"Single node training.",
			"Train matrix has 700 rows and 5 columns",
			"Validation matrix has 300 rows",
		}
		at := 0
		for _, line := range want {
			n := strings.Index(o.stderr[at:], ":INFO] "+line+"\n")
			if n < 0 {
				t.Fatalf("%q is missing or out of order:\n%s", line, o.stderr)
			}
			at += n
		}
		if n := strings.Count(metricLines(o.stdout), "\ttrain-logloss:"); n != 3 {
			t.Errorf("%d metric lines, want 3:\n%s", n, o.stdout)
		}
	})
}

// Suspicious files train as in the image, and the log says where.
func TestWarnings(t *testing.T) {
	t.Parallel()
	bothTags(t, func(t *testing.T, p profile) {
		root, _ := contractDir(t, plain)
		rewrite(t, root, "validation", binaryRows(nil))
		rewrite(t, root, "train", "label,a,b\n"+binaryRows(map[int]string{5: `1,"2",3`, 6: "0,red,1", 7: ",1,1"}))
		o := runJob(t, p.tag, root)
		o.mustSucceed(t)
		for _, want := range []string{
			"data.csv, line 1: this looks like a header line",
			`data.csv, line 7, column 2: "2" is quoted`,
			`data.csv, line 8, column 2: "red" is no number`,
			"data.csv, line 9, column 1: the label, which is the first column, is empty",
			"Train matrix has 41 rows and 2 columns",
		} {
			if !strings.Contains(o.stderr, want) {
				t.Errorf("the log lacks %q:\n%s", want, o.stderr)
			}
		}
	})
}

// What the image does silently is said.
func TestAdvice(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		prepare func(t *testing.T, root string)
		want    string
	}{
		{"wrong accuracy", func(t *testing.T, root string) {
			setHyperparameters(t, root, "num_round", "2", "objective", "binary:logistic", "eval_metric", "accuracy")
		}, "Metric accuracy is wrong for objective binary:logistic in image 3.0-5"},
		{"minimised ndcg", func(t *testing.T, root string) {
			setHyperparameters(t, root, "num_round", "2", "objective", "rank:pairwise", "eval_metric", "ndcg@5", "early_stopping_rounds", "1")
		}, "Early stopping minimises ndcg@5"},
		{"early stopping without metric", func(t *testing.T, root string) {
			setHyperparameters(t, root, "num_round", "2", "early_stopping_rounds", "1")
		}, "early_stopping_rounds has no effect without eval_metric"},
		{"checkpoint", func(t *testing.T, root string) {
			writeJSON(t, filepath.Join(root, "input/config/checkpointconfig.json"), map[string]string{"LocalPath": "/opt/ml/checkpoints"})
		}, "no job resumes from it"},
		{"one class", func(t *testing.T, root string) {
			rewrite(t, root, "train", strings.ReplaceAll("1,2,3\n1,5,6\n", "\n", ",1,1,1\n"))
		}, "All 2 labels of the training data are 1; objective binary:logistic needs both 0 and 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			needLibrary(t, profiles()[1])
			root, _ := contractDir(t, plain)
			c.prepare(t, root)
			if o := runJob(t, "3.0-5", root); !strings.Contains(o.stderr, c.want) {
				t.Errorf("the log lacks %q:\n%s", c.want, o.stderr)
			}
		})
	}
}

// The image leaves exactly one checkpoint, after the first round.
func TestCheckpoint(t *testing.T) {
	t.Parallel()
	bothTags(t, func(t *testing.T, p profile) {
		root, _ := contractDir(t, plain)
		writeJSON(t, filepath.Join(root, "input/config/checkpointconfig.json"), map[string]string{"LocalPath": "/opt/ml/checkpoints"})
		runJob(t, p.tag, root).mustSucceed(t)
		files, err := filepath.Glob(filepath.Join(root, "checkpoints/*"))
		if err != nil || len(files) != 1 || filepath.Base(files[0]) != p.checkpoint {
			t.Errorf("checkpoints %v, %v; want %s", files, err, p.checkpoint)
		}
	})
}

// startLongJob starts a job of very many rounds and waits for its second metric line.
func startLongJob(t *testing.T, tag, root string) *exec.Cmd {
	t.Helper()
	cmd := trainerCommand(t, tag, root)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "[1]\t") {
			go func() {
				for lines.Scan() { // keeps the pipe from filling up
				}
			}()
			return cmd
		}
	}
	t.Fatal("the job ended before its second round")
	return nil
}

// With save_model_on_termination SIGTERM ends a job with success and a whole model; other files of the model folder go.
func TestSaveModelOnTermination(t *testing.T) {
	t.Parallel()
	bothTags(t, func(t *testing.T, p profile) {
		root, _ := contractDir(t, plain)
		setHyperparameters(t, root, "num_round", "1000000", "objective", "binary:logistic", "save_model_on_termination", "true", "nthread", "1")
		writeJSON(t, filepath.Join(root, "model/other"), 1)
		cmd := startLongJob(t, p.tag, root)
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("after SIGTERM: %v, want success", err)
		}
		files, _ := filepath.Glob(filepath.Join(root, "model/*"))
		if len(files) != 1 || filepath.Base(files[0]) != modelName {
			t.Fatalf("model folder: %v", files)
		}
		info, err := os.Stat(files[0])
		if err != nil || info.Size() == 0 || info.Mode().Perm() != 0o600 {
			t.Errorf("model: %v, %v; want a file with mode 0600", info, err)
		}
	})
}

// Otherwise the signal kills, as it does a Python that has no handler.
func TestTerminationKills(t *testing.T) {
	t.Parallel()
	bothTags(t, func(t *testing.T, p profile) {
		root, _ := contractDir(t, plain)
		setHyperparameters(t, root, "num_round", "1000000", "objective", "binary:logistic", "nthread", "1")
		cmd := startLongJob(t, p.tag, root)
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGTERM {
			t.Errorf("ended by %v, want SIGTERM", cmd.ProcessState)
		}
	})
}
