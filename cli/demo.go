//go:build !sagefly_task

package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/sagefly/sagefly/examples/abalone"
	"github.com/sagefly/sagefly/internal/atomicfile"
	"github.com/sagefly/sagefly/internal/libxgboost"
)

func newDemo(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "Train XGBoost on a file that comes along",
		Long: `Train XGBoost on the raw Abalone data (4,177 rows, a text column, the label last): how old is a shell, by its measures?
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
	if err := a.with(ctx, func(ctx context.Context, t *target) error { return a.train(ctx, t, p) }); err != nil {
		return err
	}
	a.screen.note("\nnow your own file:  sagefly train xgboost --train FILE.csv --label COLUMN --set num_round=100")
	a.screen.note("or any AWS client:  sagefly serve, and in another terminal  eval \"$(sagefly env)\"")
	return nil
}

// demoFlags are the flags of the demo, as a user would write them.
func demoFlags(file string) *trainFlags {
	return &trainFlags{
		train: file, label: "9", onehot: []string{"1"}, holdout: "0.2",
		set:      []string{"num_round=50", "objective=reg:squarederror", "max_depth=5", "eta=0.1", "gamma=4", "min_child_weight=6", "subsample=0.7"},
		instance: defaultInstance, maxRuntime: defaultMaxRuntime,
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
