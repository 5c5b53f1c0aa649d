// Command early measures what early stopping saves: the same searches by `sagefly tune`, without it, with the median rule and with Hyperband, around
// two tasks that report their objective after every round or epoch. These are what is spent.
//
//	go run ./bench/early [-seeds 5] [-program bin/sagefly]
//
// A search is one line of bench/early/rows.jsonl; one that is there is not made again. The report is bench/EARLY.md. What is spent does not depend on how
// busy the machine is, but for what happens between a decision and the end of the trial that it stops, which is counted.
package main

import (
	"bytes"
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

	"github.com/sagefly/sagefly/bench/internal/jsonl"
	"github.com/sagefly/sagefly/bench/internal/stat"
)

const (
	trials   = 24
	rowsFile = "bench/early/rows.jsonl"
	report   = "bench/EARLY.md"
	python   = ".cache/venv/bin/python" // has NumPy
)

// row is one search.
type row struct {
	Task    string  `json:"task"`
	Kind    string  `json:"kind"`
	Trials  int     `json:"trials"`
	Seed    int     `json:"seed"`
	Spent   int     `json:"spent"`   // rounds or epochs
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
	tasks, err := prepare(b.dir)
	if err != nil {
		return err
	}
	rows, err := jsonl.Read[row](rowsFile)
	if err != nil {
		return err
	}
	for seed := range seeds {
		for _, t := range tasks {
			for _, k := range kinds() {
				if slices.ContainsFunc(rows, func(r row) bool { return r.of(t, k) && r.Seed == seed }) {
					continue
				}
				r, err := b.search(ctx, t, k, seed)
				if err != nil {
					return fmt.Errorf("%s, %s, seed %d: %w", t.name, k.name, seed, err)
				}
				fmt.Printf("%+v\n", r)
				if err := jsonl.Append(rowsFile, r); err != nil {
					return err
				}
				rows = append(rows, r)
			}
		}
	}
	return os.WriteFile(report, []byte(markdown(tasks, rows)), 0o644)
}

func (r row) of(t task, k kind) bool {
	return r.Task == t.name && r.Kind == k.name && r.Trials == k.trials
}

const head = `# Early stopping, measured

Written by ` + "`go run ./bench/early`" + ` from bench/early/rows.jsonl. Two trials at a time; medians over the seeds, of the best value with its ends.
`

const table = `
## %s

%s

| search | trials | seeds | %s | of %d whole trials | trials stopped | best %s |
|---|---|---|---|---|---|---|
`

const foot = `
The median rule is AWS's. It saves less where a value falls for long, because it compares with averages that the high first values are part of.
Hyperband gives every trial a little and few of them all, so it is compared twice: with as many trials, and with three times as many. It goes by
early values: where the best trials are slow ones, as small steps of boosting are, it stops them too.
`

func markdown(tasks []task, rows []row) string {
	var b strings.Builder
	b.WriteString(head)
	for _, t := range tasks {
		fmt.Fprintf(&b, table, t.title, t.says, t.unit, trials, t.objective)
		for _, k := range kinds() {
			of := slices.DeleteFunc(slices.Clone(rows), func(r row) bool { return !r.of(t, k) })
			if len(of) == 0 {
				continue
			}
			spent, best := quantile(of, 0.5, func(r row) float64 { return float64(r.Spent) }), func(r row) float64 { return r.Best }
			fmt.Fprintf(&b, "| %s | %d | %d | %.0f | %.0f %% | %.0f | %.4f (%.4f–%.4f) |\n", k.name, k.trials, len(of), spent, 100*spent/float64(t.whole*trials),
				quantile(of, 0.5, func(r row) float64 { return float64(r.Stopped) }), quantile(of, 0.5, best), quantile(of, 0, best), quantile(of, 1, best))
		}
	}
	return b.String() + foot
}

func quantile(rows []row, q float64, of func(row) float64) float64 {
	var values []float64
	for _, r := range rows {
		values = append(values, of(r))
	}
	return stat.Quantile(values, q)
}

// search makes one search and counts what it spent.
func (b *bench) search(ctx context.Context, t task, k kind, seed int) (row, error) {
	r := row{Task: t.name, Kind: k.name, Trials: k.trials, Seed: seed}
	file := filepath.Join(b.dir, "trials.csv")
	args := slices.Concat(
		[]string{"tune"}, t.flags,
		[]string{"--objective", "minimize:" + t.objective, "--jobs", strconv.Itoa(k.trials), "--parallel", "2", "--seed", strconv.Itoa(seed), "--csv", file},
		k.flags(t),
	)
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
	return b.count(ctx, t, r, table)
}

func (b *bench) count(ctx context.Context, t task, r row, table [][]string) (row, error) {
	column := func(name string) int { return slices.Index(table[0], name) }
	name, status, objective := column("name"), column("status"), column(t.objective)
	for _, line := range table[1:] {
		log, err := b.sagefly(ctx, "logs", line[name])
		if err != nil {
			return r, err
		}
		r.Spent += strings.Count(string(log), t.mark)
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
	cmd.Env = append(os.Environ(), "SAGEFLY_PYTHON="+python)
	out, err := cmd.Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return nil, fmt.Errorf("sagefly %s: %w\n%s", args[0], err, exit.Stderr)
	}
	return out, err
}
