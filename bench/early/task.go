package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/sagefly/sagefly/examples/abalone"
)

// task is what is searched.
type task struct {
	name, title, says string
	unit              string // what a trial spends
	whole             int    // of them in a trial that nobody stops
	least             int    // Hyperband's smallest share
	mark              string // is in the log once for each
	objective         string
	flags             []string // of sagefly tune
}

// prepare makes the tasks' data.
func prepare(dir string) ([]task, error) {
	table := filepath.Join(dir, "abalone.csv")
	if err := os.WriteFile(table, []byte(abalone.CSV()), 0o600); err != nil {
		return nil, err
	}
	return []task{boosting(table), network("examples/digits/data")}, nil
}

// boosting ends where the data's noise begins.
func boosting(table string) task {
	const rounds = 1500
	return task{
		name: "xgboost", title: "XGBoost on the Abalone data", unit: "rounds", whole: rounds, least: 30, mark: "validation-rmse:", objective: "validation:rmse",
		says: fmt.Sprintf("A whole trial boosts %d rounds. All that is any good ends near 2.25, which is the data's noise.", rounds),
		flags: []string{
			"xgboost", "--train", table, "--label", "9", "--onehot", "1", "--holdout", "0.2", "--set", fmt.Sprintf("num_round=%d", rounds),
			"--vary", "max_depth=2..10", "--vary", "eta=0.005..0.5:log", "--vary", "subsample=0.5..1", "--vary", "min_child_weight=1..120", "--vary", "lambda=0..1000",
		},
	}
}

func network(digits string) task {
	const epochs = 81
	return task{
		name: "network", title: "A network that learns handwritten digits", unit: "epochs", whole: epochs, least: 3, mark: "validation:loss=", objective: "validation:loss",
		says: fmt.Sprintf("[mlp.py](early/mlp.py): one hidden layer by stochastic gradient descent; a whole trial learns for %d epochs.", epochs),
		flags: []string{
			"bench/early/mlp.py", "--train", digits, "--set", fmt.Sprintf("epochs=%d", epochs), "--metric", "validation:loss=validation:loss=([0-9.]+)",
			"--vary", "rate=0.001..1:log", "--vary", "momentum=0..0.99", "--vary", "batch=8..128:log", "--vary", "hidden=4..128:log", "--vary", "decay=1e-6..0.1:log",
			"--vary", "scale=0.1..3:log",
		},
	}
}

// kind is one way to search.
type kind struct {
	name   string
	trials int
	flags  func(task) []string
}

func kinds() []kind {
	always := func(flags ...string) func(task) []string { return func(task) []string { return flags } }
	hyperband := func(t task) []string {
		return []string{"--strategy", fmt.Sprintf("hyperband:%d..%d", t.least, t.whole)}
	}
	return []kind{
		{"random", trials, always("--strategy", "random")},
		{"random, median rule", trials, always("--strategy", "random", "--early-stop")},
		{"bayesian", trials, always()},
		{"bayesian, median rule", trials, always("--early-stop")},
		{"hyperband", trials, hyperband},
		{"hyperband", 3 * trials, hyperband},
	}
}
