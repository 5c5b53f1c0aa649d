package main

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// scipy.stats.binomtest(min, wins+losses, 0.5).pvalue
func TestSignTest(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		duel duel
		want float64
	}{
		{duel{wins: 10, losses: 2, ties: 7}, 0.03857421875},
		{duel{wins: 2, losses: 10}, 0.03857421875},
		{duel{wins: 35, losses: 15}, 0.006600447966810918},
		{duel{wins: 5, losses: 5}, 1},
		{duel{ties: 4}, 1},
	} {
		if got := c.duel.p(); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%+v: p = %v, want %v", c.duel, got, c.want)
		}
	}
}

// run50 is a run that finds value at its n-th evaluation and 10 before and after.
func run50(c cell, n int, value float64) *row {
	r := &row{cell: c, Values: make([]float64, 50), CPU: make([]float64, 50)}
	for i := range r.Values {
		r.Values[i] = 10
	}
	r.Values[n-1] = value
	return r
}

func tableOf(rows ...*row) table {
	t := table{}
	for _, r := range rows {
		t[r.cell] = r
	}
	return t
}

// Where an optimum is known it is 0, elsewhere the best of all runs is; 1 is the median of random search.
func TestScalesAndRegret(t *testing.T) {
	t.Parallel()
	known := run50(cell{"branin", baseline, 0, 1}, 40, 4)
	known.Optimum = new(2.0)
	rows := tableOf(
		known, run50(cell{"branin", baseline, 1, 1}, 1, 6), run50(cell{"branin", ours, 0, 1}, 25, 3),
		run50(cell{"xgb_digits", baseline, 0, 1}, 1, 5), run50(cell{"xgb_digits", "other", 3, 1}, 9, 1),
	)
	scales := rows.scales()
	if diff := cmp.Diff(map[string]scale{"branin": {2, 5}, "xgb_digits": {1, 5}}, scales, cmp.AllowUnexported(scale{})); diff != "" {
		t.Errorf("scales (-want +got):\n%s", diff)
	}
	for best, want := range map[float64]float64{2: 0, 3.5: 0.5, 5: 1, 100: 2, 1.9: 0} {
		if got := scales["branin"].regret(best); got != want {
			t.Errorf("regret of %v is %v, want %v", best, got, want)
		}
	}
	g := group{ours, 1, chosen}
	if diff := cmp.Diff(map[string]float64{"branin": 2}, rows.regrets(g, 20, scales)); diff != "" {
		t.Errorf("before the find (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]float64{"branin": 1.0 / 3}, rows.regrets(g, 30, scales), cmpopts.EquateApprox(0, 1e-12)); diff != "" {
		t.Errorf("after the find (-want +got):\n%s", diff)
	}
}

// Only runs of the same problem, seed and number at a time are compared.
func TestDuel(t *testing.T) {
	t.Parallel()
	rows := tableOf(
		run50(cell{"branin", baseline, 0, 1}, 1, 5),
		run50(cell{"branin", ours, 0, 1}, 1, 3), run50(cell{"branin", "other", 0, 1}, 1, 4), // won
		run50(cell{"branin", ours, 1, 1}, 1, 3), run50(cell{"branin", "other", 1, 1}, 1, 3), // same
		run50(cell{"branin", ours, 2, 1}, 1, 3), run50(cell{"branin", "other", 2, 1}, 1, 1), // lost
		run50(cell{"branin", ours, 3, 1}, 1, 3), run50(cell{"branin", "other", 3, 4}, 1, 1),
	)
	got := rows.duel(group{"other", 1, []string{"branin"}}, 50, rows.scales(), rows)
	// The best of all is 1 and random found 5: 3 is half-way.
	want := duel{wins: 1, ties: 1, losses: 1, ours: 0.5, theirs: (0.75 + 0.5 + 0) / 3}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(duel{}), cmpopts.EquateApprox(0, 1e-12)); diff != "" {
		t.Errorf("duel (-want +got):\n%s", diff)
	}
}

func TestRanks(t *testing.T) {
	t.Parallel()
	got := ranks(map[string]map[string]float64{
		"a": {"x": 0.1, "y": 0.5},
		"b": {"x": 0.2, "y": 0.5},
		"c": {"x": 0.3},
	})
	if diff := cmp.Diff(map[string]float64{"a": 1.25, "b": 1.75, "c": 3}, got); diff != "" {
		t.Errorf("places (-want +got):\n%s", diff)
	}
}

// The split is of all problems, none is on both sides, and a third is held out.
func TestSplit(t *testing.T) {
	t.Parallel()
	seen := map[string]int{}
	for _, p := range chosen {
		seen[p]++
	}
	for _, p := range held {
		seen[p]++
	}
	if len(seen) != 21 || len(held)*2 != len(chosen) {
		t.Errorf("%d chosen and %d held out, %d different", len(chosen), len(held), len(seen))
	}
}
