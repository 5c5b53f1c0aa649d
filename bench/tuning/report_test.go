package main

import (
	"strings"
	"testing"
)

// A loss stands in the report as plainly as a win, and what was not measured is said.
func TestReportShowsLossesAndGaps(t *testing.T) {
	t.Parallel()
	rows := tableOf(
		run50(cell{"shekel4", baseline, 0, 1}, 1, 5),
		run50(cell{"shekel4", ours, 0, 1}, 1, 3), run50(cell{"shekel4", "optuna-gp", 0, 1}, 1, 1), // theirs is the best that is known
		run50(cell{"xgb_digits", baseline, 0, 1}, 1, 4),
		run50(cell{"xgb_digits", ours, 0, 1}, 1, 2), run50(cell{"xgb_digits", "optuna-gp", 0, 1}, 1, 3), // ours is
	)
	r := &report{table: rows, scales: rows.scales(), optimizers: optimizers()}
	r.quality("held out", 1, held)
	r.quality("held out", 4, held)
	r.worse()
	r.values()
	r.missing()
	text := r.String()
	for _, want := range []string{
		"| sagefly | 2 of 2 | 0.250 | 0.250 | 0.250 | – | 1.5 | | | | | |\n",                         // (½ + 0) / 2
		"| optuna-gp | 2 of 2 | 0.250 | 0.250 | 0.250 | – | 1.5 | 0.250 | 1–0–1 | 1.000 | – | – |\n", // (0 + ½) / 2
		"* optuna-gp, of 2 problems: shekel4† (0.50, 0.00; 0–0–1)\n",
		"* hebo, of 0 problems: not measured\n",
		"| shekel4 | unknown | 3 | 5 | – | 1 | – | – | – | – |\n",
		"| hebo | 35 | 0 | 50 |\n",
		"| optuna-gp | 105 | 2 | 50 |\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the report lacks %q", want)
		}
	}
	if strings.Contains(text, "Four trials") {
		t.Error("there is a table of four trials at a time without a run")
	}
	if t.Failed() {
		t.Log(text)
	}
}
