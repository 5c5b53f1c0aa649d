package tuner

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRungs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		least, most int
		want        []int
	}{
		{1, 27, []int{1, 3, 9}},
		{2, 19, []int{2, 6, 18}},
		{5, 5, nil},
		{5, 1, nil},
	} {
		if diff := cmp.Diff(c.want, Hyperband{Min: c.least}.Rungs(c.most)); diff != "" {
			t.Errorf("%d to %d (-want +got):\n%s", c.least, c.most, diff)
		}
	}
}

// By hand: at rung 1 the first two pass unjudged; of three values one third is the best; of six, the best two.
func TestHyperbandJudges(t *testing.T) {
	t.Parallel()
	h := Hyperband{Min: 1}
	var made []Verdict
	judge := func(trial int, curve ...float64) {
		made = append(made, h.Judge(made, trial, 9, curve)...)
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
	want := []Verdict{
		{0, 1, new(5.0), false}, {1, 1, new(9.0), false}, {2, 1, new(7.0), true}, {3, 1, new(4.0), false}, {4, 1, new(5.5), true}, {5, 1, new(4.5), false}, {0, 3, new(3.0), false},
	}
	if diff := cmp.Diff(want, made); diff != "" {
		t.Errorf("verdicts (-want +got):\n%s", diff)
	}
}

// A value that is no finite number is the worst at its rung, whichever way is sought; where nobody has another one it tells nobody apart. The
// point has failed for a search that learns from the rung. Verdicts are stored as JSON, which has no such numbers.
func TestHyperbandWithoutNumbers(t *testing.T) {
	t.Parallel()
	for _, maximize := range []bool{false, true} {
		for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
			h := Hyperband{Min: 1, Maximize: maximize}
			var made, again []Verdict
			var stopped []bool
			for trial, value := range []float64{bad, bad, bad, 7, bad, 8, bad} {
				made = append(made, h.Judge(made, trial, 3, []float64{value})...)
				stopped = append(stopped, made[trial].Stop)
			}
			if diff := cmp.Diff([]bool{false, false, false, false, true, false, true}, stopped); diff != "" {
				t.Errorf("maximize %v, %v: stopped (-want +got):\n%s", maximize, bad, diff)
			}
			text, err := json.Marshal(made)
			if err == nil {
				err = json.Unmarshal(text, &again)
			}
			if diff := cmp.Diff(made, again); err != nil || diff != "" {
				t.Errorf("%v: stored %s: %v\n%s", bad, text, err, diff)
			}
			want := []Trial{{Status: Failed}, {Status: Failed, End: 1}, {Status: Failed, End: 2}, {Status: Finished, Value: 7, End: 3}}
			if diff := cmp.Diff(want, h.Observed(make([]Trial, 7), made, 3)[:4]); diff != "" {
				t.Errorf("%v: observed (-want +got):\n%s", bad, diff)
			}
		}
	}
}

// Greater values win when they are sought; several rungs can be due at once, and the first that stops ends the list.
func TestHyperbandMaximizes(t *testing.T) {
	t.Parallel()
	h := Hyperband{Min: 1, Maximize: true}
	made := []Verdict{{0, 1, new(0.5), false}, {1, 1, new(0.6), false}, {0, 3, new(0.9), false}, {1, 3, new(0.8), false}}
	got := h.Judge(made, 2, 100, []float64{0.7, 0.7, 0.7, 0.99, 0.99, 0.99, 0.99, 0.99, 0.99})
	if diff := cmp.Diff([]Verdict{{2, 1, new(0.7), false}, {2, 3, new(0.7), true}}, got); diff != "" {
		t.Errorf("verdicts (-want +got):\n%s", diff)
	}
}

// A search learns from the highest rung that has enough values; what has not come so far is running for it, what failed has failed.
func TestHyperbandObserved(t *testing.T) {
	t.Parallel()
	h := Hyperband{Min: 1}
	trials := make([]Trial, 9)
	var made []Verdict
	for i := range 8 {
		made = append(made, Verdict{Trial: i, Rung: 1, Value: new(float64(10 + i))})
	}
	for i := range 6 {
		made = append(made, Verdict{Trial: 5 - i, Rung: 3, Value: new(float64(20 + i))})
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
		{MedianRule{}, []float64{9}, finished, false},            // too early
		{MedianRule{}, []float64{9, 9}, finished[:4], false},     // too few to compare with
		{MedianRule{}, []float64{9, math.NaN()}, finished, true}, // worse than anything
		{MedianRule{Maximize: true}, []float64{9, math.Inf(1)}, finished, true},
		{MedianRule{}, []float64{9, 3.6}, append(long(finished, 5), []float64{math.NaN(), 0}), true}, // the median stays 3.5
		{MedianRule{}, []float64{9, 9, 9, 9, 9}, finished, false},                                    // nobody came so far
		{MedianRule{}, []float64{0, 0, 1.9, 9}, finished, true},                                      // averages at the fourth: 0.75, 1.75, 2.75, …
		{MedianRule{}, []float64{9, 9, 9, 2.7}, finished, false},                                     // only the present value counts
		{MedianRule{}, []float64{9, 9}, long(finished, 12), false},                                   // in the first quarter of 12
		{MedianRule{}, []float64{9, 9, 9}, long(finished, 12), true},                                 // at the quarter
	} {
		var averages [][]float64
		for _, f := range c.finished {
			averages = append(averages, Averages(f))
		}
		if got := c.rule.Stops(c.curve, averages); got != c.want {
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
