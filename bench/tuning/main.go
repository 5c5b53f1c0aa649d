// Command tuning measures package tuner beside other optimizers, over the problems of problems.py, and writes bench/TUNING.md:
//
//	make bench BENCH=tuning                       # lays the environments, measures what is missing, writes the report
//	go run ./bench/tuning -only sagefly,random    # some optimizers
//	go run ./bench/tuning -report                 # the report alone, from the rows
//	go run ./bench/tuning -short                  # three minutes, writes nothing: CI
//
// Each optimizer is a program that speaks the lines of bench/asktell; each run is one line of rows/OPTIMIZER.jsonl. A run that is there is
// not made again, so the command can be stopped at any time. To measure an optimizer anew, delete its file. Processor time and memory of the
// optimizers are read as Linux tells them.
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
	"strings"
	"time"
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
	rows     string
	only     string
	problems string
	asktell  string
	seeds    int
	budget   int
	parallel int
	against  string
	report   bool
	short    bool
}

func bench(ctx context.Context, args []string) error {
	var o options
	flags := flag.NewFlagSet("tuning", flag.ContinueOnError)
	flags.StringVar(&o.rows, "rows", "bench/tuning/rows", "folder of the rows")
	flags.StringVar(&o.only, "only", "", "optimizers, with commas between; default all that are installed")
	flags.StringVar(&o.problems, "problems", "", "problems, with commas between, or chosen, or held; default all")
	flags.StringVar(&o.asktell, "asktell", "", "a built bench/asktell; default: build it")
	flags.IntVar(&o.seeds, "seeds", 10, "at most so many runs of each")
	flags.IntVar(&o.budget, "budget", 100, "at most so many evaluations a run")
	flags.IntVar(&o.parallel, "parallel", 0, "so many at a time; default all")
	flags.StringVar(&o.against, "against", "", "a folder of other rows: compare ours with ours there, write nothing")
	flags.BoolVar(&o.report, "report", false, "write the report and measure nothing")
	flags.BoolVar(&o.short, "short", false, "a quick subset, writes nothing")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if !o.report {
		if err := o.measure(ctx); err != nil {
			return err
		}
	}
	if o.against != "" {
		return compare(o.rows, o.against)
	}
	if o.short || o.rows != "bench/tuning/rows" {
		return nil
	}
	return writeReport(o.rows, filepath.Join("bench", "TUNING.md"))
}

// measure fills in the cells that are missing.
func (o *options) measure(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "sagefly-tuning-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if o.asktell == "" {
		o.asktell = filepath.Join(dir, "asktell")
		if out, err := exec.CommandContext(ctx, "go", "build", "-o", o.asktell, "./bench/asktell").CombinedOutput(); err != nil {
			return fmt.Errorf("build bench/asktell: %w\n%s", err, out)
		}
	}
	if o.short {
		o.rows = filepath.Join(dir, "rows")
	}
	t, err := read(o.rows)
	if err != nil {
		return err
	}
	problems, err := start("problems", python("tuning"), "bench/tuning/problems.py")
	if err != nil {
		return fmt.Errorf("%w (make setup lays .cache/tuning)", err)
	}
	return errors.Join(o.fill(ctx, t, problems), problems.stop())
}

func (o *options) fill(ctx context.Context, t table, problems *process) error {
	var trouble []error
	broken := map[string]bool{}
	for _, j := range o.jobs(t) {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if broken[j.Optimizer] {
			continue
		}
		began := time.Now()
		r, err := measure(j.cell, &j.optimizer, o.argv(&j.optimizer), problems)
		if err != nil {
			trouble = append(trouble, fmt.Errorf("%v: %w", j.cell, err))
			broken[j.Optimizer] = true // what it cannot do once it cannot do again
			continue
		}
		if err := t.add(o.rows, r); err != nil {
			return err
		}
		fmt.Printf("%-18s %-12s seed %d, %d at a time: %.6g after %d, %.1fs\n",
			r.Problem, r.Optimizer, r.Seed, r.Parallel, r.best(len(r.Values)), len(r.Values), time.Since(began).Seconds())
	}
	return errors.Join(trouble...)
}

// job is a cell to be measured.
type job struct {
	cell
	optimizer optimizer
}

// jobs are the missing cells, a seed of everything before the next seed, so that what is there at any time is balanced.
func (o *options) jobs(t table) (missing []job) {
	all := optimizers()
	if o.short {
		all = shortened(all)
	}
	for seed := range o.seeds {
		for _, opt := range all {
			opt.budget = min(opt.budget, o.budget)
			if seed >= opt.seeds || !o.wanted(&opt) {
				continue
			}
			for _, parallel := range opt.parallel {
				for _, p := range opt.problems {
					c := cell{p, opt.name, seed, parallel}
					if r := t[c]; o.asked(c) && (r == nil || len(r.Values) < opt.budget) {
						missing = append(missing, job{c, opt})
					}
				}
			}
		}
	}
	return missing
}

// wanted says whether an optimizer is asked for. One that is not installed is passed over unless it is named.
func (o *options) wanted(opt *optimizer) bool {
	if o.only != "" {
		return slices.Contains(strings.Split(o.only, ","), opt.name)
	}
	_, err := os.Stat(python(opt.python))
	return opt.python == "" || err == nil
}

func (o *options) asked(c cell) bool {
	if o.parallel != 0 && o.parallel != c.Parallel {
		return false
	}
	switch o.problems {
	case "":
		return true
	case "chosen":
		return slices.Contains(chosen, c.Problem)
	case "held":
		return slices.Contains(held, c.Problem)
	}
	return slices.Contains(strings.Split(o.problems, ","), c.Problem)
}

func (o *options) argv(opt *optimizer) []string {
	if opt.python == "" {
		return []string{o.asktell}
	}
	adapter, argument, _ := strings.Cut(opt.adapter, " ")
	argv := []string{python(opt.python), "bench/tuning/" + adapter}
	if argument != "" {
		argv = append(argv, argument)
	}
	return argv
}

// shortened is what three minutes allow.
func shortened(all []optimizer) []optimizer {
	all = slices.Clone(all[:3])
	for i := range all {
		all[i].seeds, all[i].budget = 2, 30
		all[i].problems = []string{"branin", "hartmann6", "mixlog5", "fcnet_naval", "xgb_diabetes"}
	}
	return all
}
