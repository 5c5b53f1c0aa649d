package report

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A page is a function of its search, and no clock, no map's order shows.
func TestSameSearchSamePage(t *testing.T) {
	t.Parallel()
	if !bytes.Equal(written(t, sample(t, 30)), written(t, sample(t, 30))) {
		t.Error("two pages of the same search differ")
	}
	if bytes.Equal(written(t, sample(t, 30)), written(t, sample(t, 29))) {
		t.Error("pages of different searches are the same")
	}
}

// The data cannot end their element or a line of a script, and read back as they were.
func TestDataAreEscaped(t *testing.T) {
	t.Parallel()
	s := hostileSearch()
	page := string(written(t, s))
	_, rest, _ := strings.Cut(page, `id="data">`)
	text, _, _ := strings.Cut(rest, "</script>")
	if strings.ContainsAny(text, "<>&\u2028\u2029") {
		t.Error("the data have letters that end elements or lines")
	}
	var read struct{ Trials struct{ Name []string } }
	if err := json.Unmarshal([]byte(text), &read); err != nil {
		t.Fatal(err)
	}
	if read.Trials.Name[0] != hostile {
		t.Errorf("read back %q", read.Trials.Name[0])
	}
	if n := strings.Count(page, "</script>"); n != 2 {
		t.Errorf("%d scripts end, want 2", n)
	}
	if strings.Contains(page, "<img") {
		t.Error("a text became an element")
	}
}

func TestDigits(t *testing.T) {
	t.Parallel()
	for v, want := range map[float64]string{
		0: "0", 2.16049: "2.16", 0.0776812: "0.07768", 123456: "123456", 12345.6: "12346", -0.5: "-0.5", 1e-7: "1e-07", 1e300: "1e+300", 1234.56: "1235",
		0.000123456: "0.0001235", 0.9995: "0.9995", 0.99987: "0.99987", 0.9998765: "0.99988", 0.9989: "0.9989", -0.999987: "-0.999987", math.Inf(-1): "-Inf",
	} {
		if got := digits(v); got != want {
			t.Errorf("%g: %q, want %q", v, got, want)
		}
	}
}

func TestLasting(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0: "0 ms", 1500 * time.Millisecond: "1.5 s", 42400 * time.Millisecond: "42 s", 723 * time.Second: "12 min 3 s", 3*time.Hour + 25*time.Minute: "3 h 25 min",
	} {
		if got := lasting(d); got != want {
			t.Errorf("%s: %q, want %q", d, got, want)
		}
	}
}

// ran is a trial from one second to another.
func ran(from, to int) Trial {
	return Trial{Began: monday.Add(time.Duration(from) * time.Second), Ended: monday.Add(time.Duration(to) * time.Second)}
}

func TestLanes(t *testing.T) {
	t.Parallel()
	s := Search{Trials: []Trial{ran(0, 10), ran(0, 4), ran(4, 6), ran(5, 9), {}, ran(10, 12)}}
	p := plan(&s)
	if diff := cmp.Diff([]int{0, 1, 1, 2, -1, 0}, p.lane); diff != "" {
		t.Errorf("lanes:\n%s", diff)
	}
	if p.lanes != 3 || p.busy != 22*time.Second || p.last.Sub(p.first) != 12*time.Second {
		t.Errorf("%d lanes, %s busy, %s in all", p.lanes, p.busy, p.last.Sub(p.first))
	}
}

// valued are trials with these objectives; NaN is none.
func valued(values ...float64) (trials []Trial) {
	for i, v := range values {
		trials = append(trials, Trial{Number: i + 1, Status: "Completed", Objective: new(v)})
	}
	return trials
}

// By hand: best 1, the fifth of nine 3, so the axis goes to 1 + 4·2 = 9, which 1000 is beyond.
func TestOutliersDoNotSetTheAxis(t *testing.T) {
	t.Parallel()
	s := Search{Trials: valued(5, 2, math.NaN(), 1000, 1, 3, 4, 2, 6, math.Inf(1), 3)}
	r := rank(&s)
	if r.low != 1 || r.high != 9 || r.beyond != 1 || r.values != 9 || r.order[0] != 4 {
		t.Errorf("%+v", r)
	}
	s.Maximize = true
	for i := range s.Trials {
		*s.Trials[i].Objective = -*s.Trials[i].Objective
	}
	if r := rank(&s); r.low != -9 || r.high != -1 || r.beyond != 1 || r.order[0] != 4 {
		t.Errorf("maximised: %+v", r)
	}
}

func TestHistoryFinding(t *testing.T) {
	t.Parallel()
	s := Search{Metric: "rmse", Trials: valued(3, 2.21, 2.5, 2.2, math.NaN())}
	s.Trials = append(s.Trials, Trial{Number: 6, Status: "Failed", Objective: new(0.1)}) // what failed does not count
	want := "rmse of 6 trials, lower is better: best 2.2 at trial 4. Within 1 % of it from trial 2 on. 2 trials have no value and stand below the axis."
	if got := newPage(&s).historyFinding(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := newPage(&Search{}).historyFinding(); got != "No trial has a value yet." {
		t.Errorf("of nothing: %s", got)
	}
}

// What a parameter depends on is read off the trials; a parameter that comes and goes without a rule is left out.
func TestImportanceFindsConditions(t *testing.T) {
	t.Parallel()
	s := sample(t, 40)
	p := newPage(&s)
	if got := condition(&s, p.axes, &p.axes[4]); got == nil || got.Parameter != "booster" || !cmp.Equal(got.In, []string{"dart"}) {
		t.Errorf("rate_drop depends on %v", got)
	}
	if len(p.bars) != 6 {
		t.Errorf("importance: %v", p.bars)
	}
	delete(s.Trials[0].Values, "subsample")
	bars := newPage(&s).bars
	if len(bars) != 5 {
		t.Errorf("importance with a parameter without a rule: %v", bars)
	}
}

// Trials that ran when the search ended were not stopped for their values, and say nothing of how long a trial is.
func TestStoppedWithTheSearch(t *testing.T) {
	t.Parallel()
	s := Search{Metric: "rmse", Trials: valued(3, 2, 5, 4, 6)}
	for i, n := range []int{9, 9, 3, 5, 5} {
		s.Trials[i].Curve = make([]float64, n)
		if i >= 2 {
			s.Trials[i].Status = "Stopped"
		}
	}
	s.Trials[2].Stopped = true
	p := newPage(&s)
	want := "rmse over the values that 5 trials reported. 1 was stopped early, in the middle after 3 values where the others reported 9. 2 were stopped with the search."
	if got := p.curvesFinding(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got, want := p.counts(), "5: 2 finished, 1 stopped early, 2 stopped with the search"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	var status []string
	for _, r := range p.rows() {
		status = append(status, r.Status)
	}
	if diff := cmp.Diff([]string{"Completed", "Completed", "Stopped with the search", "Stopped early", "Stopped with the search"}, status); diff != "" {
		t.Errorf("the table, the best first (-want +got):\n%s", diff)
	}
}

func TestStates(t *testing.T) {
	t.Parallel()
	value := new(1.0)
	for want, trials := range map[state][]Trial{
		finished: {{Status: "Completed", Objective: value}},
		halted:   {{Status: "Stopped", Objective: value}, {Status: "Stopping"}},
		stopped:  {{Status: "Stopped", Stopped: true, Objective: value}, {Status: "Completed", Stopped: true, Objective: value}},
		failed:   {{Status: "Failed", Objective: value}, {Status: "Completed"}, {Status: "Completed", Objective: new(math.NaN())}},
		running:  {{Status: "InProgress"}, {}},
	} {
		for _, trial := range trials {
			if got := trial.state(); got != want {
				t.Errorf("%+v: %d, want %d", trial, got, want)
			}
		}
	}
}
