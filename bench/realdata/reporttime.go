package main

import (
	"fmt"
	"math"
	"strings"

	"github.com/sagefly/sagefly/bench/internal/jsonl"
)

// writeSame says whether both sides see the same objective.
func writeSame(b *strings.Builder) error {
	pairs, err := jsonl.Read[pair](sameFile())
	if err != nil || len(pairs) == 0 {
		return err
	}
	b.WriteString("\n## One list of hyperparameters, one objective\n\n| set | lists | equal to five decimals | largest difference | the first: sagefly, Python |\n|---|---|---|---|---|\n")
	for _, s := range sets() {
		var of []pair
		equal, worst := 0, 0.0
		for _, p := range pairs {
			if p.Set == s.name {
				of = append(of, p)
				equal += choose(p.Ours == p.Python, 1, 0)
				worst = max(worst, math.Abs(p.Ours-p.Python))
			}
		}
		if len(of) > 0 {
			fmt.Fprintf(b, "| %s | %d | %d | %.5f | %.5f, %.5f |\n", s.name, len(of), equal, worst, of[0].Ours, of[0].Python)
		}
	}
	b.WriteString("\nIn a tuning job XGBoost's container computes the objective itself, in double precision; the library, asked by the Python side, in single.\n" +
		"A last digit can differ.\n")
	return nil
}

const clockHead = `
## Wall-clock of %[1]d trials on two processors

Seconds from the start of a program to its end, in turns; median (smallest–largest). Points: all train the same %[1]d lists of
hyperparameters. Search: each its own, so that luck decides how much there is to train. The first ratio is that of Optuna's better way to
sagefly's, above 1 sagefly is faster; the second leaves out the time in which Python imports Optuna and XGBoost (%[2]s s).
The goal is 1.5. A trial of sagefly is a job, whose processes read the files again and evaluate both sets after every round, as the container
does; one of Optuna is a call that evaluates once. On much data that weighs more than Python's imports, on little data less.

| set | work | runs | %[3]s | %[4]s | %[5]s | ratio | without imports | load before |
|---|---|---|---|---|---|---|---|---|
`

// writeClock compares the ways to run 50 trials.
func writeClock(b *strings.Builder) error {
	laps, err := jsonl.Read[lap](clockFile())
	if err != nil || len(laps) == 0 {
		return err
	}
	var imports sample
	for _, l := range laps {
		if l.Imports > 0 {
			imports = append(imports, l.Imports)
		}
	}
	fmt.Fprintf(b, clockHead, clockTrials, seconds(imports), oursTwo, optunaDefault, optunaTwo)
	for _, s := range sets() {
		for _, work := range []string{"points", "search"} {
			clockRow(b, s.name, work, laps)
		}
	}
	return nil
}

// seconds is the median with its ends.
func seconds(s sample) string {
	if len(s) == 0 {
		return "not measured"
	}
	return fmt.Sprintf("%.1f (%.1f–%.1f)", s.median(), s.quantile(0), s.quantile(1))
}

func clockRow(b *strings.Builder, name, work string, laps []lap) {
	whole, without := map[string]sample{}, map[string]sample{}
	var loads sample
	for _, l := range laps {
		if l.Set == name && l.Work == work {
			whole[l.Way] = append(whole[l.Way], l.Seconds)
			without[l.Way] = append(without[l.Way], l.Seconds-l.Imports)
			loads = append(loads, l.Load)
		}
	}
	if len(whole) < len(ways) {
		return
	}
	fmt.Fprintf(b, "| %s | %s | %d", name, work, len(whole[oursTwo]))
	for _, way := range ways {
		fmt.Fprintf(b, " | %s", seconds(whole[way]))
	}
	fmt.Fprintf(b, " | %.2f | %.2f | %.1f–%.1f |\n", ratio(whole), ratio(without), loads.quantile(0), loads.quantile(1))
}

// ratio is how much longer Optuna's better way takes than sagefly.
func ratio(times map[string]sample) float64 {
	return min(times[optunaDefault].median(), times[optunaTwo].median()) / times[oursTwo].median()
}
