// Command early measures what early stopping saves: the same searches by `sagefly tune xgboost` on the Abalone data, without it, with the median
// rule and with Hyperband. A trial boosts up to 1,500 rounds and reports its objective after each, so rounds are what is spent.
//
//	go run ./bench/early [-seeds 5] [-program bin/sagefly]
//
// A search is one line of bench/early/rows.jsonl; one that is there is not made again. The report is bench/EARLY.md. Rounds do not depend on how
// busy the machine is, but for those between a decision and the end of the trial that it stops, which are counted.
package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/sagefly/sagefly/bench/internal/stat"
	"github.com/sagefly/sagefly/examples/abalone"
)

const (
	rounds   = 1500 // of a whole trial
	trials   = 24
	rowsFile = "bench/early/rows.jsonl"
	report   = "bench/EARLY.md"
)

// kind is one way to search.
type kind struct {
	name   string
	trials int
	flags  []string
}

func kinds() []kind {
	hyperband := []string{"--strategy", fmt.Sprintf("hyperband:30..%d", rounds)}
	return []kind{
		{"random", trials, []string{"--strategy", "random"}},
		{"random, median rule", trials, []string{"--strategy", "random", "--early-stop"}},
		{"bayesian", trials, nil},
		{"bayesian, median rule", trials, []string{"--early-stop"}},
		{"hyperband", trials, hyperband},
		{"hyperband", 3 * trials, hyperband},
	}
}

// row is one search.
type row struct {
	Kind    string  `json:"kind"`
	Trials  int     `json:"trials"`
	Seed    int     `json:"seed"`
	Rounds  int     `json:"rounds"`
	Stopped int     `json:"stopped"` // trials
	Best    float64 `json:"best"`
}

type bench struct {
	program string
	dir     string // scratch
}

func main() {
	seeds := flag.Int("seeds", 5, "searches of each kind")
	program := flag.String("program", "bin/sagefly", "the program to measure")
	flag.Parse()
	if err := run(context.Background(), *program, *seeds); err != nil {
		fmt.Fprintln(os.Stderr, "early:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, program string, seeds int) (err error) {
	b := bench{}
	if b.program, err = filepath.Abs(program); err != nil {
		return err
	}
	if b.dir, err = os.MkdirTemp("", "sagefly-early-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.dir)) }()
	if err := os.WriteFile(filepath.Join(b.dir, "abalone.csv"), []byte(abalone.CSV()), 0o600); err != nil {
		return err
	}
	rows, err := readRows()
	if err != nil {
		return err
	}
	for seed := range seeds {
		for _, k := range kinds() {
			if slices.ContainsFunc(rows, func(r row) bool { return r.of(k) && r.Seed == seed }) {
				continue
			}
			r, err := b.search(ctx, k, seed)
			if err != nil {
				return fmt.Errorf("%s, seed %d: %w", k.name, seed, err)
			}
			if err := r.keep(); err != nil {
				return err
			}
			rows = append(rows, r)
		}
	}
	return os.WriteFile(report, []byte(markdown(rows)), 0o644)
}

func (r row) of(k kind) bool { return r.Kind == k.name && r.Trials == k.trials }

func readRows() (rows []row, err error) {
	text, err := os.ReadFile(rowsFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for line := range bytes.Lines(text) {
		var r row
		if err := json.Unmarshal(line, &r); err != nil {
			return nil, fmt.Errorf("%s: %w", rowsFile, err)
		}
		rows = append(rows, r)
	}
	return rows, err
}

func (r row) keep() error {
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	fmt.Printf("%s\n", line)
	f, err := os.OpenFile(rowsFile, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(append(line, '\n'))
	return errors.Join(err, f.Close())
}

const head = `# Early stopping, measured

Written by ` + "`go run ./bench/early`" + ` from bench/early/rows.jsonl: XGBoost on the Abalone data, %d rounds a whole trial, two trials at a time; medians over the
seeds, of the best value with its ends. Rounds are what is spent.

| search | trials | seeds | rounds | of %d whole trials | trials stopped | best validation:rmse |
|---|---|---|---|---|---|---|
`

const foot = `
The median rule is AWS's. It saves less where a value falls for long, because it compares with averages that the high first values are part of.
Hyperband gives every trial some rounds and few of them all, so it is compared twice: with as many trials, and with more of them for fewer rounds.
`

func markdown(rows []row) string {
	var b strings.Builder
	fmt.Fprintf(&b, head, rounds, trials)
	for _, k := range kinds() {
		of := slices.DeleteFunc(slices.Clone(rows), func(r row) bool { return !r.of(k) })
		if len(of) == 0 {
			continue
		}
		spent := quantile(of, 0.5, func(r row) float64 { return float64(r.Rounds) })
		best := func(r row) float64 { return r.Best }
		fmt.Fprintf(&b, "| %s | %d | %d | %.0f | %.0f %% | %.0f | %.4f (%.4f–%.4f) |\n", k.name, k.trials, len(of), spent, 100*spent/float64(rounds*trials),
			quantile(of, 0.5, func(r row) float64 { return float64(r.Stopped) }), quantile(of, 0.5, best), quantile(of, 0, best), quantile(of, 1, best))
	}
	return b.String() + foot
}

func quantile(rows []row, q float64, of func(row) float64) float64 {
	var values []float64
	for _, r := range rows {
		values = append(values, of(r))
	}
	slices.Sort(values)
	return stat.Quantile(values, q)
}

// search makes one search and counts what it spent.
func (b *bench) search(ctx context.Context, k kind, seed int) (row, error) {
	r := row{Kind: k.name, Trials: k.trials, Seed: seed}
	file := filepath.Join(b.dir, "trials.csv")
	args := append([]string{
		"tune", "xgboost", "--train", filepath.Join(b.dir, "abalone.csv"), "--label", "9", "--onehot", "1", "--holdout", "0.2",
		"--set", fmt.Sprintf("num_round=%d", rounds), "--objective", "minimize:validation:rmse",
		"--vary", "max_depth=2..10", "--vary", "eta=0.005..0.5:log", "--vary", "subsample=0.5..1", "--vary", "min_child_weight=1..120", "--vary", "lambda=0..1000",
		"--jobs", strconv.Itoa(k.trials), "--parallel", "2", "--seed", strconv.Itoa(seed), "--csv", file,
	}, k.flags...)
	if _, err := b.sagefly(ctx, args...); err != nil {
		return r, err
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return r, err
	}
	table, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		return r, err
	}
	return b.count(ctx, r, table)
}

func (b *bench) count(ctx context.Context, r row, table [][]string) (row, error) {
	column := func(name string) int { return slices.Index(table[0], name) }
	name, status, objective := column("name"), column("status"), column("validation:rmse")
	for _, line := range table[1:] {
		log, err := b.sagefly(ctx, "logs", line[name])
		if err != nil {
			return r, err
		}
		r.Rounds += strings.Count(string(log), "validation-rmse:")
		if line[status] == "Stopped" {
			r.Stopped++
		}
		v, err := strconv.ParseFloat(line[objective], 64)
		if err == nil && (r.Best == 0 || v < r.Best) {
			r.Best = v
		}
	}
	return r, nil
}

func (b *bench) sagefly(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, b.program, append(args, "--data", filepath.Join(b.dir, "data"))...)
	out, err := cmd.Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return nil, fmt.Errorf("sagefly %s: %w\n%s", args[0], err, exit.Stderr)
	}
	return out, err
}
