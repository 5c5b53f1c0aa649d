package tuner

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// number is a parameter of a point.
func (p Point) number(name string) float64 {
	v, err := strconv.ParseFloat(p[name], 64)
	if err != nil {
		return math.NaN()
	}
	return v
}

// run evaluates n suggestions one after the other.
func run(t testing.TB, s *Search, n int, f func(Point) float64) []Trial {
	t.Helper()
	var trials []Trial
	for i := range n {
		p, err := s.Suggest(trials)
		if err != nil {
			t.Fatalf("suggestion %d: %v", i, err)
		}
		trials = append(trials, Trial{Point: p, Status: Finished, Value: f(p), End: i})
	}
	return trials
}

func bestOf(trials []Trial) float64 {
	best := math.Inf(1)
	for i := range trials {
		if trials[i].ok() {
			best = min(best, trials[i].Value)
		}
	}
	return best
}

// branin has its least value 0.397887 in three places (Dixon and Szegö 1978).
func branin(p Point) float64 {
	x, y := p.number("x"), p.number("y")
	return math.Pow(y-5.1/(4*math.Pi*math.Pi)*x*x+5/math.Pi*x-6, 2) + 10*(1-1/(8*math.Pi))*math.Cos(x) + 10
}

func braninSpace(t testing.TB) *Space {
	return space(t, Parameter{Name: "x", Min: -5, Max: 10, Scale: Linear}, Parameter{Name: "y", Min: 0, Max: 15, Scale: Linear})
}

// Forty trials come to Branin's least value, from any seed; so does the search for the greatest value of its negative, trial by trial.
func TestBayesianFindsBranin(t *testing.T) {
	t.Parallel()
	for seed := range uint64(5) {
		trials := run(t, New(braninSpace(t), Config{Seed: seed}), 40, branin)
		if best := bestOf(trials); best > 0.45 || best < 0.397887 {
			t.Errorf("seed %d: best %g, want 0.3979…0.45", seed, best)
		}
		if seed > 0 {
			continue
		}
		up := run(t, New(braninSpace(t), Config{Maximize: true}), 40, func(p Point) float64 { return -branin(p) })
		for i := range up {
			if !cmp.Equal(up[i].Point, trials[i].Point) {
				t.Fatalf("trial %d: maximising goes to %v, minimising to %v", i, up[i].Point, trials[i].Point)
			}
		}
	}
}

// A mixed, conditional, logarithmic problem whose best is known: 0 at booster=dart, depth=4, grow=b, drop=0.2, eta=0.03.
func mixedProblem(p Point) float64 {
	v := math.Abs(math.Log10(p.number("eta") / 0.03))
	switch p["booster"] {
	case "gblinear":
		return v + 1.5
	case "gbtree":
		v += 0.7
	case "dart":
		v += 2 * math.Abs(p.number("drop")-0.2)
	}
	v += 0.4 * math.Abs(p.number("depth")-4)
	if p["grow"] == "a" {
		v += 0.3
	}
	return v
}

// In a space with conditions the model beats chance by far: its median of the best values over seeds against that of random search.
func TestBayesianBeatsRandomWithConditions(t *testing.T) {
	t.Parallel()
	var model, chance []float64
	for seed := range uint64(6) {
		model = append(model, bestOf(run(t, New(mixed(t), Config{Seed: seed}), 40, mixedProblem)))
		chance = append(chance, bestOf(run(t, New(mixed(t), Config{Seed: seed, Strategy: Random}), 40, mixedProblem)))
	}
	if median(model) > median(chance)/2 {
		t.Errorf("median best of 6: %g, random %g", median(model), median(chance))
	}
}

// Every strategy tries a finite space whole, each point once, and then says so; trials that run count too.
func TestSmallSpaceIsExhausted(t *testing.T) {
	t.Parallel()
	for _, strategy := range []Strategy{Bayesian, Random, Grid} {
		s := space(t,
			Parameter{Name: "a", Kind: Categorical, Values: []string{"x", "y", "z"}},
			Parameter{Name: "b", Kind: Integer, Min: 0, Max: 6, When: &When{"a", []string{"y", "z"}}},
		)
		search := New(s, Config{Strategy: strategy})
		var trials []Trial
		seen := map[string]bool{}
		for i := range 15 {
			p, err := search.Suggest(trials)
			if err != nil {
				t.Fatalf("strategy %d, point %d of 15: %v", strategy, i, err)
			}
			if seen[fmt.Sprint(p)] {
				t.Fatalf("strategy %d: %v twice", strategy, p)
			}
			seen[fmt.Sprint(p)] = true
			trials = append(trials, Trial{Point: p, Status: Status(i % 3), Value: float64(i)})
		}
		if p, err := search.Suggest(trials); !errors.Is(err, ErrExhausted) {
			t.Errorf("strategy %d: after all 15 points: %v, %v", strategy, p, err)
		}
	}
}

// A range between neighbouring numbers has few points: each is tried once, and then the search is at its end.
func TestFewNumbersAreExhausted(t *testing.T) {
	t.Parallel()
	letters := Parameter{Name: "c", Kind: Categorical, Values: []string{"a", "b"}}
	for _, c := range []struct {
		want  int
		space *Space
	}{
		{2, space(t, Parameter{Name: "x", Min: 0, Max: 5e-324})},
		{3, space(t, Parameter{Name: "x", Min: 1, Max: 1 + 4e-16})},
		{6, space(t, Parameter{Name: "x", Min: 1, Max: 1 + 4e-16}, letters)},
		{1, space(t, Parameter{Name: "x", Min: 1e300, Max: 1.0000000000000002e300, Scale: Logarithmic})}, // their logarithms are equal
	} {
		for _, strategy := range []Strategy{Bayesian, Random} {
			search := New(c.space, Config{Strategy: strategy})
			seen := map[string]bool{}
			var trials []Trial
			p, err := search.Suggest(nil)
			for ; err == nil && len(trials) < 20; p, err = search.Suggest(trials) {
				seen[fmt.Sprint(p)] = true
				trials = append(trials, Trial{Point: p, Status: Finished, Value: float64(len(p["x"]))})
			}
			if !errors.Is(err, ErrExhausted) || len(trials) != c.want || len(seen) != c.want {
				t.Errorf("strategy %d, %+v: %d trials of %d points, want %d; then %v", strategy, c.space.parameters, len(trials), len(seen), c.want, err)
			}
		}
	}
}

// Places all over a range of neighbouring numbers are few points; in the widest range they are as many as in any.
func TestNothingIsTriedTwice(t *testing.T) {
	t.Parallel()
	for _, p := range []Parameter{
		{Name: "x", Min: 1e15, Max: 1e15 + 20, Scale: Logarithmic},
		{Name: "x", Min: 1e6, Max: 1e6 + 1e-8, Scale: Linear},
		{Name: "x", Min: 0, Max: 1 - 1e-16, Scale: ReverseLogarithmic},
		{Name: "x", Min: -math.MaxFloat64, Max: math.MaxFloat64},
	} {
		search := New(space(t, p), Config{Seed: 3})
		seen := map[string]bool{}
		var trials []Trial
		for range 30 {
			q, err := search.Suggest(trials)
			if errors.Is(err, ErrExhausted) {
				break
			}
			if err != nil || seen[q["x"]] {
				t.Errorf("%g..%g: %v twice, or %v", p.Min, p.Max, q, err)
			}
			seen[q["x"]] = true
			trials = append(trials, Trial{Point: q, Status: Finished, Value: math.Log1p(math.Abs(q.number("x") - p.Max/2))})
		}
		if len(trials) < 3 {
			t.Errorf("%g..%g: exhausted after %d trials", p.Min, p.Max, len(trials))
		}
	}
}

// A number's place may be that of its neighbour, in 0.1..0.7 for one of twenty: neither the place that was proposed nor the one that the trial is
// found at is proposed again.
func TestTriedAtBothPlaces(t *testing.T) {
	t.Parallel()
	sp := space(t, Parameter{Name: "x", Min: 0.1, Max: 0.7})
	r := rand.New(rand.NewPCG(1, 2))
	moved := 0
	for range 100 {
		proposed := sp.uniform(r)
		trial := Trial{Point: sp.decode(proposed)}
		k, err := New(sp, Config{}).know([]Trial{trial})
		if err != nil {
			t.Fatal(err)
		}
		if place := k.running[0]; !k.tried[sp.key(proposed)] || !k.tried[sp.key(place)] {
			t.Errorf("%v is not tried at %v and %v", trial.Point, proposed, place)
		} else if sp.key(proposed) != sp.key(place) {
			moved++
		}
	}
	if moved == 0 {
		t.Error("every number came back as itself, so nothing was tested")
	}
}

// Grid counts through the space; the last name turns fastest.
func TestGridOrder(t *testing.T) {
	t.Parallel()
	s := space(t, Parameter{Name: "b", Kind: Categorical, Values: []string{"1", "2"}}, Parameter{Name: "a", Kind: Categorical, Values: []string{"x", "y"}})
	var got []string
	for _, trial := range run(t, New(s, Config{Strategy: Grid}), 4, func(Point) float64 { return 0 }) {
		got = append(got, trial.Point["a"]+trial.Point["b"])
	}
	if diff := cmp.Diff([]string{"x1", "x2", "y1", "y2"}, got); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
	if p, err := New(braninSpace(t), Config{Strategy: Grid}).Suggest(nil); !errors.Is(err, ErrExhausted) {
		t.Errorf("a grid over a continuous space: %v, %v", p, err)
	}
}

// A search that begins anew with the trials of another goes on as that one does, with running and failed trials among them, whatever order
// the parameters were given in.
func TestResumeIsReplay(t *testing.T) {
	t.Parallel()
	whole := New(mixed(t), Config{Seed: 3})
	reversed := slices.Clone(mixed(t).parameters)
	slices.Reverse(reversed)
	var trials []Trial
	for i := range 40 {
		p, err := whole.Suggest(trials)
		if err != nil {
			t.Fatal(err)
		}
		if i%6 == 0 {
			q, err := New(space(t, reversed...), Config{Seed: 3}).Suggest(trials)
			if err != nil || !cmp.Equal(p, q) {
				t.Fatalf("suggestion %d: %v, resumed %v (%v)", i, p, q, err)
			}
		}
		if i >= 3 { // three run at any time
			trials[i-3].Status, trials[i-3].End = Finished, i
			trials[i-3].Value = mixedProblem(trials[i-3].Point)
			if i%7 == 0 {
				trials[i-3].Status = Failed
			}
		}
		trials = append(trials, Trial{Point: p})
	}
}

// Two seeds differ.
func TestSeedsDiffer(t *testing.T) {
	t.Parallel()
	a := run(t, New(braninSpace(t), Config{Seed: 1}), 3, branin)
	b := run(t, New(braninSpace(t), Config{Seed: 2}), 3, branin)
	if cmp.Equal(a[1].Point, b[1].Point) || cmp.Equal(a[2].Point, b[2].Point) {
		t.Errorf("seeds 1 and 2 begin with %v and %v", a, b)
	}
}

// Running trials keep others away: eight suggestions at once are eight different places, none within a thousandth of another.
func TestParallelSuggestionsSpread(t *testing.T) {
	t.Parallel()
	search := New(braninSpace(t), Config{})
	trials := run(t, search, 12, branin)
	for range 8 {
		p, err := search.Suggest(trials)
		if err != nil {
			t.Fatal(err)
		}
		for _, other := range trials[12:] {
			if math.Hypot((p.number("x")-other.Point.number("x"))/15, (p.number("y")-other.Point.number("y"))/15) < 1e-3 {
				t.Errorf("%v is where %v runs", p, other.Point)
			}
		}
		trials = append(trials, Trial{Point: p})
	}
}

// Under Hyperband nearly all that ended is running for the search. The model has the newest of it, else a suggestion after 750 trials took a second.
func TestRunningInTheModelIsBounded(t *testing.T) {
	t.Parallel()
	search := New(braninSpace(t), Config{})
	trials := run(t, search, 8, branin)
	r := rand.New(rand.NewPCG(1, 1))
	for range 400 {
		trials = append(trials, Trial{Point: search.space.decode(search.space.uniform(r))})
	}
	k, err := search.know(trials)
	if err != nil {
		t.Fatal(err)
	}
	a, ok := search.acquisition(k, r)
	if !ok {
		t.Fatal("no model")
	}
	newest, err := search.space.encode(trials[len(trials)-1].Point)
	if n := len(a.model.x); err != nil || n != 8+runningMost || !slices.Equal(a.model.x[n-1].v, newest) {
		t.Errorf("%d examples in the model, the last %v; want 8 and the %d newest of 400, to %v (%v)", n, a.model.x[n-1].v, runningMost, newest, err)
	}
}

// With failures on half of the space, of any kind, the search learns to stay away and still finds the best of the other half.
func TestFailuresAreLearned(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]Trial{
		"failed": {Status: Failed}, "NaN": {Status: Finished, Value: math.NaN()}, "infinite": {Status: Finished, Value: math.Inf(-1)},
	} {
		search := New(braninSpace(t), Config{Seed: 4})
		var trials []Trial
		late := 0
		for i := range 45 {
			p, err := search.Suggest(trials)
			if err != nil {
				t.Fatal(err)
			}
			trial := Trial{Point: p, Status: Finished, Value: branin(p), End: i}
			if p.number("x") < 2.5 {
				trial.Status, trial.Value = fail.Status, fail.Value
				if i >= 25 {
					late++
				}
			}
			trials = append(trials, trial)
		}
		if late > 8 || bestOf(trials) > 0.6 {
			t.Errorf("%s: %d of the last 20 fail, best %g", name, late, bestOf(trials))
		}
	}
}

// Nothing but failures, or nothing but one value, ends nothing.
func TestHopelessTrials(t *testing.T) {
	t.Parallel()
	for _, value := range []float64{math.NaN(), 0, 1e308} {
		trials := run(t, New(mixed(t), Config{}), 25, func(Point) float64 { return value })
		if len(trials) != 25 {
			t.Errorf("value %g: %d trials", value, len(trials))
		}
	}
}

// Known points come first, in order, and once.
func TestStartingPoints(t *testing.T) {
	t.Parallel()
	start := []Point{{"x": "1", "y": "2"}, {"x": "3", "y": "4"}, {"x": "1.0", "y": "2"}}
	trials := run(t, New(braninSpace(t), Config{Start: start}), 4, branin)
	if !cmp.Equal(trials[0].Point, start[0]) || !cmp.Equal(trials[1].Point, start[1]) || trials[2].Point["x"] == "1" {
		t.Errorf("began with %v", trials)
	}
	_, err := New(braninSpace(t), Config{Start: []Point{{"x": "100", "y": "2"}}}).Suggest(nil)
	if err == nil || !strings.Contains(err.Error(), `starting point: x = "100" is outside its range`) {
		t.Errorf("a point outside: %v", err)
	}
}

// With the trials of an equal search there is no new beginning: ten more are mostly better than ten of a fresh search. Points of the parent
// are not tried again, and those outside the new ranges do no harm.
// On a logarithmic axis 0.01 would come back as 0.009999999999999995. Whole numbers are written as such.
func TestStartingPointKeepsItsWords(t *testing.T) {
	t.Parallel()
	space, err := NewSpace(Parameter{Name: "rate", Min: 1e-4, Max: 1, Scale: Logarithmic}, Parameter{Name: "depth", Kind: Integer, Max: 1e6}, Parameter{Name: "word", Kind: Categorical, Values: []string{"6.0"}})
	if err != nil {
		t.Fatal(err)
	}
	for depth, want := range map[string]string{"6": "6", "6.0": "6", "1e3": "1000", "+7": "7"} {
		got, err := New(space, Config{Start: []Point{{"rate": "0.01", "depth": depth, "word": "6.0"}}}).Suggest(nil)
		if diff := cmp.Diff(Point{"rate": "0.01", "depth": want, "word": "6.0"}, got); diff != "" || err != nil {
			t.Errorf("depth %s: %v (-want +got):\n%s", depth, err, diff)
		}
	}
}

func TestWarmStartIdentical(t *testing.T) {
	t.Parallel()
	parent := run(t, New(braninSpace(t), Config{Seed: 1}), 30, branin)
	parent = append(parent, Trial{Point: Point{"x": "99", "y": "0"}, Status: Finished, Value: -1e9})
	warm := run(t, New(braninSpace(t), Config{Seed: 2, Parents: []Parent{{Trials: parent}}}), 10, branin)
	fresh := run(t, New(braninSpace(t), Config{Seed: 2}), 10, branin)
	for _, a := range warm {
		for _, b := range parent {
			if cmp.Equal(a.Point, b.Point) {
				t.Errorf("%v was tried by the parent", a.Point)
			}
		}
	}
	var of [2][]float64
	for i := range warm {
		of[0], of[1] = append(of[0], warm[i].Value), append(of[1], fresh[i].Value)
	}
	if median(of[0]) > median(of[1])/2 {
		t.Errorf("median of ten trials %g, of a fresh search %g", median(of[0]), median(of[1]))
	}
}

// A search with the seed of its parent draws the same numbers. On a logarithmic axis their places and those of their texts differ in the last
// bits, and they are the same points all the same. What another task has tried, its best point, is proposed once.
func TestWarmStartWithTheSameSeed(t *testing.T) {
	t.Parallel()
	space, err := NewSpace(Parameter{Name: "rate", Min: 1e-5, Max: 1, Scale: Logarithmic}, Parameter{Name: "penalty", Max: 1000})
	if err != nil {
		t.Fatal(err)
	}
	value := func(p Point) float64 { return float64(len(p["rate"])) }
	for _, strategy := range []Strategy{Bayesian, Random} {
		parent := run(t, New(space, Config{Strategy: strategy}), 8, value)
		for _, transfer := range []bool{false, true} {
			known := parent
			if transfer {
				known = nil
			}
			child := New(space, Config{Strategy: strategy, Parents: []Parent{{Trials: parent, Transfer: transfer}}})
			for _, trial := range run(t, child, 8, value) {
				for _, old := range known {
					if cmp.Equal(old.Point, trial.Point) {
						t.Errorf("strategy %d, transfer %v: %v twice", strategy, transfer, trial.Point)
					}
				}
				known = append(slices.Clone(known), trial)
			}
		}
	}
}

// A parent with a shifted and scaled objective: its best point is tried first, and five trials are then better than five without it. A
// parent of the opposite objective is found out.
func TestWarmStartTransfer(t *testing.T) {
	t.Parallel()
	related := run(t, New(braninSpace(t), Config{Seed: 1}), 30, func(p Point) float64 { return 1000 + 50*branin(p) })
	misleading := run(t, New(braninSpace(t), Config{Seed: 1}), 30, func(p Point) float64 { return -branin(p) })
	var with, without, misled []float64
	for seed := range uint64(7) {
		warm := run(t, New(braninSpace(t), Config{Seed: seed, Parents: []Parent{{Trials: related, Transfer: true}}}), 5, branin)
		with = append(with, bestOf(warm))
		without = append(without, bestOf(run(t, New(braninSpace(t), Config{Seed: seed}), 5, branin)))
		misled = append(misled, bestOf(run(t, New(braninSpace(t), Config{Seed: seed, Parents: []Parent{{Trials: misleading, Transfer: true}}}), 30, branin)))
		if math.Abs(1000+50*warm[0].Value-bestOf(related)) > 1e-6 {
			t.Errorf("began at %v", warm[0].Point)
		}
	}
	if median(with) >= median(without) || median(misled) > 1 {
		t.Errorf("medians: with a related parent %g, without %g, misled %g", median(with), median(without), median(misled))
	}
}

// Thousands of trials are no trouble, and the next suggestion is close to the best of them.
func TestThousandsOfTrials(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 1))
	s := braninSpace(t)
	var trials []Trial
	for i := range 3000 {
		p := s.decode(s.uniform(r))
		trials = append(trials, Trial{Point: p, Status: Finished, Value: branin(p), End: i})
	}
	p, err := New(s, Config{}).Suggest(trials)
	if err != nil || branin(p) > 2 {
		t.Errorf("after 3,000 random trials with best %g: %v = %g, %v", bestOf(trials), p, branin(p), err)
	}
}

func TestUnknownTrialIsAnError(t *testing.T) {
	t.Parallel()
	_, err := New(braninSpace(t), Config{}).Suggest([]Trial{{Point: Point{"x": "1"}}})
	if err == nil || err.Error() != "trial 0: point: parameter y is missing" {
		t.Error(err)
	}
}

// A bowl is searched out, a narrow look at a rugged function is not.
func TestConverged(t *testing.T) {
	t.Parallel()
	bowl := func(p Point) float64 { return math.Pow(p.number("x")-2, 2) + math.Pow(p.number("y")-3, 2) }
	search := New(braninSpace(t), Config{})
	trials := run(t, search, 40, bowl)
	if done, err := search.Converged(trials); err != nil || !done {
		t.Errorf("40 trials of a bowl, best %g: converged %v, %v", bestOf(trials), done, err)
	}
	if done, err := search.Converged(trials[:15]); err != nil || done {
		t.Errorf("15 trials: converged %v, %v", done, err)
	}
	rugged := func(p Point) float64 { return math.Sin(40*p.number("x")) * math.Sin(40*p.number("y")) }
	if done, err := search.Converged(run(t, search, 25, rugged)); err != nil || done {
		t.Errorf("25 trials of a rugged function: converged %v, %v", done, err)
	}
}

// Whatever values come, in whatever state, suggestions are points of the space that no trial has.
func FuzzSuggest(f *testing.F) {
	f.Add(uint64(1), []byte{0, 1, 2, 255, 128, 7, 9, 30, 31, 32, 33, 34})
	f.Fuzz(func(t *testing.T, seed uint64, data []byte) {
		special := []float64{math.NaN(), math.Inf(1), math.Inf(-1), 0, math.MaxFloat64, -math.MaxFloat64, 5e-324, 1, -1}
		search := New(mixed(t), Config{Seed: seed, Maximize: seed%2 == 1})
		var trials []Trial
		for _, b := range data[:min(len(data), 24)] {
			p, err := search.Suggest(trials)
			if err != nil {
				t.Fatal(err)
			}
			if err := search.space.Check(p); err != nil {
				t.Fatal(err)
			}
			if slices.ContainsFunc(trials, func(o Trial) bool { return cmp.Equal(o.Point, p) }) {
				t.Fatalf("%v twice", p)
			}
			trials = append(trials, Trial{Point: p, Status: Status(b % 3), Value: special[int(b/3)%len(special)], End: int(b)})
		}
	})
}
