package tuner

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRungs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		h    Hyperband
		want []int
	}{
		{Hyperband{Min: 1, Max: 27}, []int{1, 3, 9}},
		{Hyperband{Min: 2, Max: 19}, []int{2, 6, 18}},
		{Hyperband{Min: 5, Max: 5}, nil},
	} {
		if diff := cmp.Diff(c.want, c.h.Rungs()); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", c.h, diff)
		}
	}
}

// By hand: at rung 1 the first two pass unjudged; of three values one third is the best; of six, the best two.
func TestHyperbandJudges(t *testing.T) {
	t.Parallel()
	h := Hyperband{Min: 1, Max: 9}
	var made []Verdict
	judge := func(trial int, curve ...float64) {
		made = append(made, h.Judge(made, trial, curve)...)
	}
	judge(0, 5)
	judge(1, 9)
	judge(2, 7)       // 5 7 9: not the best
	judge(3, 4)       // 4 5 7 9: the best (4+2)/3 rounded down is one or two; index (4−1)/3 = 1, bar 5
	judge(4, 5.5)     // 4 5 5.5 7 9: bar 5
	judge(5, 4.5)     // 4 4.5 5 …: index 5/3 = 1, bar 4.5
	judge(0, 5, 4, 3) // 0 comes to rung 3, jumping over 2
	judge(0, 5, 4, 3) // nothing new
	judge(2, 7, 1, 1) // it was told to stop
	judge(6, math.NaN())
	want := []Verdict{
		{0, 1, 5, false}, {1, 1, 9, false}, {2, 1, 7, true}, {3, 1, 4, false}, {4, 1, 5.5, true}, {5, 1, 4.5, false}, {0, 3, 3, false},
	}
	if diff := cmp.Diff(want, made[:len(want)]); diff != "" {
		t.Errorf("verdicts (-want +got):\n%s", diff)
	}
	if last := made[len(made)-1]; len(made) != len(want)+1 || last.Trial != 6 || !last.Stop {
		t.Errorf("NaN: %+v", last)
	}
}

// Greater values win when they are sought; several rungs can be due at once, and the first that stops ends the list.
func TestHyperbandMaximizes(t *testing.T) {
	t.Parallel()
	h := Hyperband{Min: 1, Max: 100, Maximize: true}
	made := []Verdict{{0, 1, 0.5, false}, {1, 1, 0.6, false}, {0, 3, 0.9, false}, {1, 3, 0.8, false}}
	got := h.Judge(made, 2, []float64{0.7, 0.7, 0.7, 0.99, 0.99, 0.99, 0.99, 0.99, 0.99})
	if diff := cmp.Diff([]Verdict{{2, 1, 0.7, false}, {2, 3, 0.7, true}}, got); diff != "" {
		t.Errorf("verdicts (-want +got):\n%s", diff)
	}
}

// A search learns from the highest rung that has enough values; what has not come so far is running for it, what failed has failed.
func TestHyperbandObserved(t *testing.T) {
	t.Parallel()
	h := Hyperband{Min: 1, Max: 9}
	trials := make([]Trial, 9)
	var made []Verdict
	for i := range 8 {
		made = append(made, Verdict{Trial: i, Rung: 1, Value: float64(10 + i)})
	}
	for i := range 6 {
		made = append(made, Verdict{Trial: 5 - i, Rung: 3, Value: float64(20 + i)})
	}
	trials[7].Status = Failed
	got := h.Observed(trials, made, 3)
	want := make([]Trial, 9)
	for i := range 6 {
		want[5-i] = Trial{Status: Finished, Value: float64(20 + i), End: 8 + i}
	}
	want[7].Status = Failed
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("with 6 values at rung 3 (-want +got):\n%s", diff)
	}
	if got := h.Observed(trials, made, 7); got[0].Value != 10 || got[6].Value != 16 {
		t.Errorf("in 7 dimensions, where 8 values are wanted: %+v", got)
	}
	if got := h.Observed(trials[:3], made[:3], 3); got[0].Status != Running {
		t.Errorf("with 3 values: %+v", got)
	}
}

// By hand, with five finished trials of four values: the running averages at the second value are 1.5, 2.5, 3.5, 4.5, 5.5.
func TestMedianRule(t *testing.T) {
	t.Parallel()
	var finished [][]float64
	for i := range 5 {
		f := float64(i)
		finished = append(finished, []float64{f + 1, f + 2, f, f})
	}
	for _, c := range []struct {
		rule     MedianRule
		curve    []float64
		finished [][]float64
		want     bool
	}{
		{MedianRule{}, []float64{9, 3.6}, finished, true},
		{MedianRule{}, []float64{9, 3.5}, finished, false},
		{MedianRule{Maximize: true}, []float64{9, 3.4}, finished, true},
		{MedianRule{Maximize: true}, []float64{0, 3.5}, finished, false},
		{MedianRule{}, []float64{9}, finished, false},                // too early
		{MedianRule{}, []float64{9, 9}, finished[:4], false},         // too few to compare with
		{MedianRule{}, []float64{9, math.NaN()}, finished, true},     // worse than anything
		{MedianRule{}, []float64{9, 9, 9, 9, 9}, finished, false},    // nobody came so far
		{MedianRule{}, []float64{0, 0, 1.9, 9}, finished, true},      // averages at the fourth: 0.75, 1.75, 2.75, …
		{MedianRule{}, []float64{9, 9, 9, 2.7}, finished, false},     // only the present value counts
		{MedianRule{}, []float64{9, 9}, long(finished, 12), false},   // in the first quarter of 12
		{MedianRule{}, []float64{9, 9, 9}, long(finished, 12), true}, // at the quarter
	} {
		if got := c.rule.Stops(c.curve, c.finished); got != c.want {
			t.Errorf("%+v, %v: %v", c.rule, c.curve, got)
		}
	}
}

// long repeats the last value of each curve.
func long(curves [][]float64, n int) (out [][]float64) {
	for _, c := range curves {
		c = append([]float64{}, c...)
		for len(c) < n {
			c = append(c, c[len(c)-1])
		}
		out = append(out, c)
	}
	return out
}
