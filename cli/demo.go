//go:build !sagefly_task

package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/sagefly/sagefly/examples/abalone"
	"github.com/sagefly/sagefly/internal/atomicfile"
	"github.com/sagefly/sagefly/internal/libxgboost"
)

func newDemo(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "Train and tune XGBoost on a file that comes along",
		Long: `Train XGBoost on the raw Abalone data (4,177 rows, a text column, the label last): how old is a shell, by its measures?
Then search for hyperparameters that are better than the library's defaults, in eight trials, two at a time.
Where the XGBoost library is missing, its 5 MB are fetched with your pip. Nothing else is downloaded.`,
		Args: args(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.demo(cmd.Context()) },
	}
}

// demo runs the very command that it prints.
func (a *app) demo(ctx context.Context) error {
	dir, temp, err := a.dataDir()
	if err != nil {
		return err
	}
	a.data, a.fresh = dir, false
	if temp {
		defer os.RemoveAll(dir)
	}
	file := filepath.Join(dir, "demo", "abalone.csv")
	if err := writeDemo(file); err != nil {
		return err
	}
	if !a.surelyHas(libxgboost.Default) {
		if _, err := a.installXGBoost(ctx, libxgboost.Default); err != nil {
			return err
		}
	}
	o := demoFlags(file)
	words := o.commandLine([]string{"xgboost"}, []string{"--label", o.label, "--onehot", o.onehot[0]})
	a.screen.note("the Abalone data, as published: %s", file)
	a.screen.note("%s %s\n", a.screen.paintE.dim("$"), shellLine(words))
	p, err := a.prepareTrain(ctx, []string{"xgboost"}, o)
	if err != nil {
		return err
	}
	defer p.discard()
	err = a.demoResult(
		func() error {
			return a.with(ctx, func(ctx context.Context, t *target) error { return a.train(ctx, t, p) })
		},
		func() error { return a.demoSearch(ctx, file) },
	)
	if err != nil {
		return err
	}
	a.screen.note("\nnow your own file:  sagefly train xgboost --train FILE.csv --label COLUMN --set num_round=100")
	a.screen.note("and its search:     sagefly tune xgboost --train FILE.csv --label COLUMN --holdout 0.2 --set num_round=100")
	a.screen.note("or any AWS client:  sagefly serve, and in another terminal  eval \"$(sagefly env)\"")
	return nil
}

// demoFlags are the flags of the demo, as a user would write them.
func demoFlags(file string) *trainFlags {
	return &trainFlags{
		verb: "train", train: file, label: "9", onehot: []string{"1"}, holdout: "0.2",
		set:      []string{"num_round=50", "objective=reg:squarederror", "max_depth=5", "eta=0.1", "gamma=4", "min_child_weight=6", "subsample=0.7"},
		instance: defaultInstance, maxRuntime: defaultMaxRuntime, scriptFlags: scriptFlags{instances: 1},
	}
}

// writeDemo lays the data down where the printed command finds it.
func writeDemo(file string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return fmt.Errorf("write demo data: %w", err)
	}
	if err := atomicfile.WriteFile(file, []byte(abalone.CSV()), 0o600); err != nil {
		return fmt.Errorf("write demo data: %w", err)
	}
	return nil
}

// demoResult does both parts. With --json they are one object, as of every command: the training job with the search as a member.
func (a *app) demoResult(train, search func() error) error {
	if !a.json {
		if err := train(); err != nil {
			return err
		}
		return search()
	}
	out := a.screen.out
	defer func() { a.screen.out = out }()
	var parts [2]map[string]any
	for i, part := range []func() error{train, search} {
		var text bytes.Buffer
		a.screen.out = &text
		if err := part(); err != nil {
			return err
		}
		if err := json.Unmarshal(text.Bytes(), &parts[i]); err != nil {
			return fmt.Errorf("read the demo's result: %w", err)
		}
	}
	a.screen.out = out
	parts[0]["HyperParameterTuningJob"] = parts[1]
	return a.screen.object(parts[0])
}

// demoSearch looks for better values than XGBoost's defaults, which its first trial has.
func (a *app) demoSearch(ctx context.Context, file string) error {
	o := demoSearchFlags(file)
	words := o.commandLine([]string{"xgboost"}, []string{"--label", o.label, "--onehot", o.onehot[0]})
	a.screen.note("\n%s %s\n", a.screen.paintE.dim("$"), shellLine(words))
	s, err := a.tuneBuiltin(ctx, []string{"xgboost"}, o)
	if err != nil {
		return err
	}
	defer s.discard()
	s.ended = func(job *tuningJob, trials []trial) { a.screen.note("\n%s", gained(job, trials)) }
	return a.with(ctx, s.run)
}

// demoSearchFlags are the flags of the demo's search, as a user would write them.
func demoSearchFlags(file string) *tuneFlags {
	given := []string{"jobs", "parallel"}
	o := &tuneFlags{
		trainFlags: *demoFlags(file), searchFlags: searchFlags{jobs: 8, parallel: 2, changed: func(flag string) bool { return slices.Contains(given, flag) }},
		vary: []string{"eta=0.05..0.5:log", "max_depth=3..8", "min_child_weight=1..10", "subsample=0.5..1"},
		try:  []string{"eta=0.3,max_depth=6,min_child_weight=1,subsample=1"},
	}
	o.verb, o.set = "tune", []string{"num_round=50", "objective=reg:squarederror"}
	o.more = o.words()
	return o
}

// gained compares the best trial with the first.
func gained(job *tuningJob, trials []trial) string {
	metric, maximize := objectiveOf(job)
	i := bestTrial(trials, maximize)
	if i < 0 {
		return "no trial has the objective"
	}
	best, _ := objectiveValue(trials[i])
	first, ok := objectiveValue(trials[0])
	if !ok || i == 0 {
		return fmt.Sprintf("%s: the first trial, with %s, is the best of %d", metric, number(best), len(trials))
	}
	return fmt.Sprintf("%s: %s in the first trial, which has the library's defaults, %s in the best", metric, number(first), number(best))
}
