package main

import (
	"fmt"
	"os"
	"strings"
)

const reportHead = `# Tuning on real data

Written by ` + "`go run ./bench/realdata`" + ` from the rows in bench/realdata/rows, of which each is one trial.

` + "`sagefly tune xgboost`" + ` (Bayesian and random, two trials at a time) and Optuna 5.0.0 (TPE, its default sampler, one trial at a time,
which only helps it: each trial knows all before it) train the same XGBoost 3.0.5 on the same split, over the same ranges on the same
scales, with one thread a trial. What is minimised is the metric of the validation rows after the last round. A seed is that of the
searcher; XGBoost's own stays at its default, so that one list of hyperparameters has one objective.

Ranges: `

// writeReport writes what the rows say.
func writeReport(file string) error {
	var b strings.Builder
	b.WriteString(reportHead + ranges() + ".\n")
	known, err := readNoise()
	if err != nil {
		return err
	}
	for _, s := range sets() {
		r, err := s.results()
		if err != nil {
			return err
		}
		noise, measured := known[s.name]
		r.write(&b)
		r.writeLuck(&b, noise, measured)
	}
	if err := writeSame(&b); err != nil {
		return err
	}
	if err := writeClock(&b); err != nil {
		return err
	}
	return os.WriteFile(file, []byte(b.String()), 0o644)
}

// ranges are the space in words.
func ranges() string {
	var texts []string
	for _, p := range space() {
		text := fmt.Sprintf("%s %g–%g", p.Name, p.Min, p.Max)
		if p.Log {
			text += fmt.Sprintf(" (log of value + %g)", p.Shift)
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, ", ")
}

// write is the table of a set: the best value after so many trials, and who was better with the same seed.
func (r results) write(b *strings.Builder) {
	fmt.Fprintf(b, "\n## %s\n\n%s. Best %s of the validation rows so far: median and quartiles over the seeds.\n\n", r.set.name, r.set.says, r.set.metric)
	b.WriteString("| | seeds | after 10 trials | after 20 | after 30 |\n|---|---|---|---|---|\n")
	for _, searcher := range searchers {
		fmt.Fprintf(b, "| %s | %d of %d", searcher, len(r.best(searcher, trials)), r.set.seeds)
		for _, n := range []int{10, 20, 30} {
			fmt.Fprintf(b, " | %v", r.best(searcher, n))
		}
		b.WriteString(" |\n")
	}
	for _, other := range []string{random, optuna} {
		fmt.Fprintf(b, "| %s better : worse than %s |", bayesian, other)
		for _, n := range []int{10, 20, 30} {
			fmt.Fprintf(b, " | %v", r.duel(bayesian, other, n))
		}
		b.WriteString(" |\n")
	}
}

// writeLuck says what of the differences is noise.
func (r results) writeLuck(b *strings.Builder, l luck, measured bool) {
	all := sample{}
	for _, t := range r.trials() {
		all = append(all, t.Objective)
	}
	if len(all) == 0 {
		return
	}
	fmt.Fprintf(b, "\nAll %d trials: best %.4f, quartiles %.4f, %.4f and %.4f, worst %.4f.", len(all), all.quantile(0), all.quantile(0.25), all.median(), all.quantile(0.75), all.quantile(1))
	if !measured {
		b.WriteString("\n")
		return
	}
	fmt.Fprintf(b, " Another seed of XGBoost moves the objective of the best hyperparameters with a standard deviation of %.4f, and other\n"+
		"validation rows (bootstrap) with one of %.4f; over XGBoost's seeds those hyperparameters have a median of %.4f.\n", l.Seeds, l.Rows, l.Median)
	for _, other := range []string{random, optuna} {
		ours, theirs := r.best(bayesian, trials), r.best(other, trials)
		if len(ours) == 0 || len(theirs) == 0 {
			continue
		}
		fmt.Fprintf(b, "%s\n", l.judge(other, theirs.median()-ours.median(), r.duel(bayesian, other, trials)))
	}
}

// judge puts the difference of two medians beside the noise. Positive is better for ours.
func (l luck) judge(other string, gain float64, d duel) string {
	text := fmt.Sprintf("After 30 trials the median of %s is %.4f %s than that of %s: %.1f standard deviations of the seed, %.1f of the rows",
		bayesian, max(gain, -gain), choose(gain >= 0, "better", "worse"), other, max(gain, -gain)/l.Seeds, max(gain, -gain)/l.Rows)
	switch {
	case d.chance() > 0.05 && (d.losses == 0 || d.wins == 0):
		return text + fmt.Sprintf("; every seed says so, and %d seeds cannot say it with less than p = %.2g.", d.wins+d.losses, d.chance())
	case d.chance() > 0.05:
		return text + "; the seeds do not tell them apart (noise)."
	case max(gain, -gain) < l.Rows:
		return text + "; the search for this number is told apart, but on other rows the gain would be noise."
	}
	return text + "."
}

func choose[T any](yes bool, a, b T) T {
	if yes {
		return a
	}
	return b
}
