package main

import (
	"cmp"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/sagefly/sagefly/bench/internal/stat"
)

// report writes what the rows say.
type report struct {
	strings.Builder
	table
	scales     map[string]scale
	optimizers []optimizer
}

func writeReport(rows, file string) error {
	t, err := read(rows)
	if err != nil {
		return err
	}
	r := &report{table: t, scales: t.scales(), optimizers: optimizers()}
	r.head()
	for _, parallel := range []int{1, 4} {
		r.quality("the last third, held out", parallel, held)
		r.quality("the first two thirds, on which defaults were chosen", parallel, chosen)
	}
	r.worse()
	r.values()
	r.costs()
	r.missing()
	ablation, err := os.ReadFile("bench/tuning/ablation.md")
	if err != nil {
		return err
	}
	return os.WriteFile(file, []byte(r.String()+"\n"+string(ablation)), 0o644)
}

func (r *report) head() {
	fmt.Fprint(r, "# Tuning, measured\n\nWritten by `make bench BENCH=tuning` from the runs in bench/tuning/rows.\n\n"+
		"Regret is normalised: 0 is the optimum of the problem, or the best that any run found where nobody knows it; 1 is the median of what random\n"+
		"search has found after 50 evaluations; more than 2 counts as 2. Each problem counts the same. Lower is better.\n"+
		"A pair is a run of ours and one of theirs on the same problem with the same seed; *won* are those in which ours found the better value.\n"+
		"p is of the two-sided sign test over the pairs; from about 0.05 up a difference may be chance. Runs with four trials at a time are\n"+
		"asynchronous: whenever one ends the next starts, and ends come in another order than starts.\n")
}

// quality is the table of one split.
func (r *report) quality(title string, parallel int, problems []string) {
	regrets := map[string]map[string]float64{}
	for i := range r.optimizers {
		g := group{r.optimizers[i].name, parallel, problems}
		if of := r.regrets(g, 50, r.scales); len(of) > 0 {
			regrets[g.optimizer] = of
		}
	}
	if len(regrets) == 0 {
		return
	}
	fmt.Fprintf(r, "\n## %s at a time, %s\n\n| optimizer | runs of problems | regret at 20 | at 30 | at 50 | at 100 | rank at 50 |"+
		" ours on the same runs, at 50 | ours won–same–lost at 50 | p | at 100 | p |\n|---|---|---|---|---|---|---|---|---|---|---|---|\n",
		[]string{1: "One trial", 4: "Four trials"}[parallel], title)
	places := ranks(regrets)
	for _, o := range r.optimizers {
		if regrets[o.name] != nil {
			r.line(group{o.name, parallel, problems}, places[o.name])
		}
	}
}

func (r *report) line(g group, place float64) {
	runs := 0
	r.each(g, 50, func(*row) { runs++ })
	fmt.Fprintf(r, "| %s | %d of %d |", g.optimizer, runs, len(r.regrets(g, 50, r.scales)))
	for _, n := range at {
		fmt.Fprintf(r, " %s |", number(meanOver(r.regrets(g, n, r.scales))))
	}
	fmt.Fprintf(r, " %.1f |", place)
	if g.optimizer == ours {
		fmt.Fprint(r, " | | | | |\n")
		return
	}
	d := r.duel(g, 50, r.scales, r.table)
	fmt.Fprintf(r, " %s | %s | %s |\n", number(d.ours), d.score(), r.duel(g, 100, r.scales, r.table).score())
}

// score is two cells of a table.
func (d duel) score() string {
	if d.pairs() == 0 {
		return "– | –"
	}
	return fmt.Sprintf("%d–%d–%d | %s", d.wins, d.ties, d.losses, chance(d.p()))
}

func chance(p float64) string {
	if p < 0.001 {
		return "< 0.001"
	}
	return fmt.Sprintf("%.3f", p)
}

func number(v float64) string {
	if math.IsNaN(v) {
		return "–"
	}
	return fmt.Sprintf("%.3f", v)
}

func meanOver(of map[string]float64) float64 {
	var all []float64
	for _, p := range slices.Concat(chosen, held) {
		if v, ok := of[p]; ok {
			all = append(all, v)
		}
	}
	return mean(all)
}

// worse lists where others are ahead.
func (r *report) worse() {
	fmt.Fprint(r, "\n## Where ours is behind\n\nProblems on which the other's mean regret after 50 evaluations, one at a time, is lower on the same runs "+
		"(ours, theirs; pairs won–same–lost). A dagger marks held-out problems.\n\n")
	for _, o := range r.optimizers {
		if o.name == ours {
			continue
		}
		var list []string
		compared := 0
		for _, p := range slices.Concat(chosen, held) {
			d := r.duel(group{o.name, 1, []string{p}}, 50, r.scales, r.table)
			if d.pairs() > 0 {
				compared++
			}
			if d.theirs < d.ours {
				mark := ""
				if slices.Contains(held, p) {
					mark = "†"
				}
				list = append(list, fmt.Sprintf("%s%s (%.2f, %.2f; %d–%d–%d)", p, mark, d.ours, d.theirs, d.wins, d.ties, d.losses))
			}
		}
		switch {
		case compared == 0:
			list = []string{"not measured"}
		case len(list) == 0:
			list = []string{"nowhere"}
		}
		fmt.Fprintf(r, "* %s, of %d problems: %s\n", o.name, compared, strings.Join(list, ", "))
	}
}

// values are the raw results a problem at a time.
func (r *report) values() {
	fmt.Fprint(r, "\n## Best values after 50 evaluations, one at a time, medians of the runs\n\n| problem | optimum |")
	for _, o := range r.optimizers {
		fmt.Fprintf(r, " %s |", o.name)
	}
	fmt.Fprintf(r, "\n|---|---|%s\n", strings.Repeat("---|", len(r.optimizers)))
	for _, p := range slices.Concat(chosen, held) {
		optimum := "unknown"
		cells := ""
		for _, o := range r.optimizers {
			var all []float64
			r.each(group{o.name, 1, []string{p}}, 50, func(one *row) {
				all = append(all, one.best(50))
				if one.Optimum != nil {
					optimum = fmt.Sprintf("%.5g", *one.Optimum)
				}
			})
			if len(all) == 0 {
				cells += " – |"
				continue
			}
			cells += fmt.Sprintf(" %.5g |", stat.Median(all))
		}
		fmt.Fprintf(r, "| %s | %s |%s\n", p, optimum, cells)
	}
}

// costs are time and memory of the optimizers themselves.
func (r *report) costs() {
	fmt.Fprint(r, "\n## What a suggestion costs\n\nProcessor time of the optimizer's process for a suggestion with the observations since the one before, one thread, on a "+
		"shared machine: medians over\nthe runs with one trial at a time. Memory is the most that was resident in any run, with the libraries that it needs.\n\n"+
		"| optimizer | version | ms around 40 observations | ms around 95 | MB | points suggested twice |\n|---|---|---|---|---|---|\n")
	for _, o := range r.optimizers {
		var early, late []float64
		memory, twice, version, of := 0.0, 0, "", 0
		for _, parallel := range o.parallel {
			r.each(group{o.name, parallel, o.problems}, 1, func(one *row) {
				memory, twice, of = max(memory, one.Memory), twice+one.Duplicates, of+len(one.Values)
				version = cmp.Or(one.Version, "package tuner")
				if parallel == 1 {
					early, late = append(early, window(one.CPU, 36, 45)...), append(late, window(one.CPU, 91, 100)...)
				}
			})
		}
		if of > 0 {
			fmt.Fprintf(r, "| %s | %s | %s | %s | %.0f | %d of %d |\n", o.name, version, milliseconds(early), milliseconds(late), memory, twice, of)
		}
	}
}

// window is the mean of the suggestions from one number to another, if there are so many: fits fall due now and then only.
func window(cpu []float64, from, to int) []float64 {
	if len(cpu) < to {
		return nil
	}
	return []float64{mean(cpu[from-1 : to])}
}

func milliseconds(x []float64) string {
	if len(x) == 0 {
		return "–"
	}
	return fmt.Sprintf("%.3g", stat.Median(x))
}

// missing says what was planned and is not there.
func (r *report) missing() {
	fmt.Fprint(r, "\n## Runs\n\n| optimizer | planned | there | evaluations each |\n|---|---|---|---|\n")
	for _, o := range r.optimizers {
		there := 0
		for _, parallel := range o.parallel {
			r.each(group{o.name, parallel, o.problems}, o.budget, func(*row) { there++ })
		}
		fmt.Fprintf(r, "| %s | %d | %d | %d |\n", o.name, o.seeds*len(o.problems)*len(o.parallel), there, o.budget)
	}
	fmt.Fprint(r, "\nOptuna GP is measured on every problem with five seeds, SMAC, Syne Tune, Ax and HEBO on the held-out ones; for all of them 50 evaluations and one\n"+
		"trial at a time. The surrogates of YAHPO Gym are not among the problems: their files come from no package registry.\n")
}
