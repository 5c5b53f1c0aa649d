// Command early measures what early stopping saves: the same searches by `sagefly tune xgboost` on the Abalone data, without it, with the median
// rule and with Hyperband. A trial boosts up to 1,500 rounds and reports its objective after each, so rounds are what is spent.
//
//	go run ./bench/early [-seeds 5] [-trials 24] [-program bin/sagefly]
//
// It prints a Markdown table. Rounds do not depend on how busy the machine is, but for those between a decision and the end of the trial that it
// stops, which are counted.
package main

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/sagefly/sagefly/bench/internal/stat"
	"github.com/sagefly/sagefly/examples/abalone"
)

// kind is one way to stop.
type kind struct {
	name  string
	times int // so many times the trials of the others; 0 = as many
	flags []string
}

const rounds = 1500

func kinds() []kind {
	return []kind{
		{"random", 0, []string{"--strategy", "random"}},
		{"random, median rule", 0, []string{"--strategy", "random", "--early-stop"}},
		{"bayesian", 0, nil},
		{"bayesian, median rule", 0, []string{"--early-stop"}},
		{"hyperband", 0, []string{"--strategy", fmt.Sprintf("hyperband:30..%d", rounds)}},
		{"hyperband", 3, []string{"--strategy", fmt.Sprintf("hyperband:30..%d", rounds)}},
	}
}

// outcome is one search.
type outcome struct {
	rounds, stopped int
	best            float64
}

type bench struct {
	program string
	dir     string // scratch
	trials  int
}

func main() {
	seeds := flag.Int("seeds", 5, "searches of each kind")
	b := bench{}
	flag.IntVar(&b.trials, "trials", 24, "trials of a search")
	flag.StringVar(&b.program, "program", "bin/sagefly", "the program to measure")
	flag.Parse()
	if err := b.run(context.Background(), *seeds); err != nil {
		fmt.Fprintln(os.Stderr, "early:", err)
		os.Exit(1)
	}
}

func (b *bench) run(ctx context.Context, seeds int) (err error) {
	if b.program, err = filepath.Abs(b.program); err != nil {
		return err
	}
	if b.dir, err = os.MkdirTemp("", "sagefly-early-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.dir)) }()
	if err := os.WriteFile(filepath.Join(b.dir, "abalone.csv"), []byte(abalone.CSV()), 0o600); err != nil {
		return err
	}
	fmt.Printf("| search | trials | rounds | of %d whole trials | trials stopped | best validation:rmse |\n|---|---|---|---|---|---|\n", b.trials)
	whole := float64(rounds * b.trials)
	for _, k := range kinds() {
		var all []outcome
		for seed := range seeds {
			o, err := b.search(ctx, k, seed)
			if err != nil {
				return fmt.Errorf("%s, seed %d: %w", k.name, seed, err)
			}
			all = append(all, o)
		}
		spent := median(all, func(o outcome) float64 { return float64(o.rounds) })
		fmt.Printf("| %s | %d | %.0f | %.0f %% | %.0f | %s |\n", k.name, b.of(k), spent, 100*spent/whole,
			median(all, func(o outcome) float64 { return float64(o.stopped) }), spread(all))
	}
	return nil
}

// of is how many trials a search of that kind has.
func (b *bench) of(k kind) int { return b.trials * max(1, k.times) }

// search makes one search and counts what it spent.
func (b *bench) search(ctx context.Context, k kind, seed int) (o outcome, err error) {
	table := filepath.Join(b.dir, "trials.csv")
	args := append([]string{
		"tune", "xgboost", "--train", filepath.Join(b.dir, "abalone.csv"), "--label", "9", "--onehot", "1", "--holdout", "0.2",
		"--set", fmt.Sprintf("num_round=%d", rounds), "--objective", "minimize:validation:rmse",
		"--vary", "max_depth=2..10", "--vary", "eta=0.005..0.5:log", "--vary", "subsample=0.5..1", "--vary", "min_child_weight=1..120", "--vary", "lambda=0..1000",
		"--jobs", strconv.Itoa(b.of(k)), "--parallel", "2", "--seed", strconv.Itoa(seed), "--csv", table,
	}, k.flags...)
	if _, err := b.sagefly(ctx, args...); err != nil {
		return o, err
	}
	text, err := os.ReadFile(table)
	if err != nil {
		return o, err
	}
	rows, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
	if err != nil {
		return o, err
	}
	return b.count(ctx, rows)
}

func (b *bench) count(ctx context.Context, rows [][]string) (o outcome, err error) {
	column := func(name string) int { return slices.Index(rows[0], name) }
	name, status, objective := column("name"), column("status"), column("validation:rmse")
	for _, row := range rows[1:] {
		log, err := b.sagefly(ctx, "logs", row[name])
		if err != nil {
			return o, err
		}
		o.rounds += strings.Count(string(log), "validation-rmse:")
		if row[status] == "Stopped" {
			o.stopped++
		}
		v, err := strconv.ParseFloat(row[objective], 64)
		if err == nil && (o.best == 0 || v < o.best) {
			o.best = v
		}
	}
	return o, nil
}

func (b *bench) sagefly(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, b.program, append(args, "--data", filepath.Join(b.dir, "data"))...)
	out, err := cmd.Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return nil, fmt.Errorf("sagefly %s: %w\n%s", args[0], err, exit.Stderr)
	}
	return out, err
}

func median(all []outcome, of func(outcome) float64) float64 {
	list := make([]float64, len(all))
	for i, o := range all {
		list[i] = of(o)
	}
	return stat.Median(list)
}

// spread is the median with the extremes.
func spread(all []outcome) string {
	best := func(o outcome) float64 { return o.best }
	least := slices.MinFunc(all, func(a, b outcome) int { return cmp.Compare(a.best, b.best) })
	most := slices.MaxFunc(all, func(a, b outcome) int { return cmp.Compare(a.best, b.best) })
	return fmt.Sprintf("%.4f (%.4f–%.4f)", median(all, best), least.best, most.best)
}
