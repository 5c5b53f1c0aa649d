package report

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/sagefly/sagefly/tuner"
)

var monday = time.Date(2026, 1, 5, 9, 30, 0, 0, time.UTC)

// sampleParameters are some of XGBoost's, with one that is only there for "dart".
func sampleParameters() []Parameter {
	return []Parameter{
		{Name: "eta", Kind: "float", Min: 0.005, Max: 0.8, Scale: tuner.Logarithmic},
		{Name: "max_depth", Kind: "int", Min: 2, Max: 12},
		{Name: "subsample", Kind: "float", Min: 0.4, Max: 1},
		{Name: "booster", Kind: "category", Values: []string{"gbtree", "dart"}},
		{Name: "rate_drop", Kind: "float", Min: 0, Max: 0.6},
		{Name: "min_child_weight", Kind: "float", Min: 0.5, Max: 120, Scale: tuner.Logarithmic},
	}
}

func sampleSpace(t testing.TB) *tuner.Space {
	t.Helper()
	s, err := tuner.NewSpace(
		tuner.Parameter{Name: "eta", Min: 0.005, Max: 0.8, Scale: tuner.Logarithmic},
		tuner.Parameter{Name: "max_depth", Kind: tuner.Integer, Min: 2, Max: 12},
		tuner.Parameter{Name: "subsample", Min: 0.4, Max: 1},
		tuner.Parameter{Name: "booster", Kind: tuner.Categorical, Values: []string{"gbtree", "dart"}},
		tuner.Parameter{Name: "rate_drop", Min: 0, Max: 0.6, When: &tuner.When{Parameter: "booster", In: []string{"dart"}}},
		tuner.Parameter{Name: "min_child_weight", Min: 0.5, Max: 120, Scale: tuner.Logarithmic},
	)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// sample is a search as it may have been: a real tuner on a made-up objective, four trials at a time, with stops, one of them whatever
// the median rule says, and every thirteenth a failure.
func sample(t testing.TB, trials int) Search {
	t.Helper()
	m := &machine{search: tuner.New(sampleSpace(t), tuner.Config{Seed: 4}), chance: rand.New(rand.NewPCG(1, 2))}
	for range trials {
		m.next(t)
	}
	s := Search{
		Name: "abalone-260105-0930", Strategy: "Bayesian", Status: "Completed", Metric: "validation:rmse",
		Began: monday, Ended: monday, Parameters: sampleParameters(), Trials: m.trials,
	}
	for i := range m.trials {
		if m.trials[i].Ended.After(s.Ended) {
			s.Ended = m.trials[i].Ended
		}
	}
	return s
}

// machine runs four trials at a time in a time of its own.
type machine struct {
	search *tuner.Search
	chance *rand.Rand
	free   [4]time.Duration
	trials []Trial
	curves [][]float64 // of those that ended
}

func (m *machine) next(t testing.TB) {
	t.Helper()
	slot := 0
	for i := range m.free {
		if m.free[i] < m.free[slot] {
			slot = i
		}
	}
	now := m.free[slot]
	point, err := m.search.Suggest(m.known(now))
	if err != nil {
		t.Fatal(err)
	}
	trial := m.run(point)
	trial.Number = len(m.trials) + 1
	trial.Name = fmt.Sprintf("abalone-260105-0930-%03d-%08x", trial.Number, m.chance.Uint32())
	took := time.Duration(float64(len(trial.Curve)+2) * (0.4 + 0.1*number64(point["max_depth"])) * float64(time.Second))
	trial.Began, trial.Ended = monday.Add(now), monday.Add(now+took)
	m.free[slot] = now + took + 2*time.Second
	m.trials = append(m.trials, trial)
}

func number64(text string) float64 {
	v, _ := strconv.ParseFloat(text, 64)
	return v
}

// known are the trials as the tuner knows them at a time.
func (m *machine) known(now time.Duration) []tuner.Trial {
	var known []tuner.Trial
	for _, t := range m.trials {
		k := tuner.Trial{Point: t.Values}
		if !t.Ended.After(monday.Add(now)) {
			k.Status = tuner.Failed
			if t.Objective != nil {
				k.Status, k.Value = tuner.Finished, *t.Objective
			}
		}
		known = append(known, k)
	}
	return known
}

func (m *machine) run(p tuner.Point) Trial {
	eta, depth, child := math.Log(number64(p["eta"])), number64(p["max_depth"]), math.Log(number64(p["min_child_weight"]))
	end := 2.16 + 0.05*math.Pow(eta+2.6, 2) + 0.012*math.Pow(depth-6, 2) + 0.02*math.Pow(child-2, 2) + 0.3*math.Pow(number64(p["subsample"])-0.8, 2)
	if p["booster"] == "dart" {
		end += 0.03 + 0.4*number64(p["rate_drop"])
	}
	t := Trial{Values: p, Status: "Completed"}
	if len(m.trials)%13 == 7 {
		return Trial{Values: p, Status: "Failed", Reason: "AlgorithmError: ExecuteUserScriptError: exit code 137, out of memory"}
	}
	for step := range 40 {
		v := end + 7*math.Exp(-float64(step+1)*math.Exp(0.6*eta)) + 0.004*m.chance.NormFloat64()
		t.Curve = append(t.Curve, v)
		if (tuner.MedianRule{}).Stops(t.Curve, m.curves) || len(m.trials) == 11 && step == 9 {
			t.Status, t.Stopped = "Stopped", true
			break
		}
	}
	if !t.Stopped {
		m.curves = append(m.curves, t.Curve)
	}
	t.Objective = new(t.Curve[len(t.Curve)-1])
	return t
}

// hostile is a name that does harm wherever it is taken for markup or script.
const hostile = `</script><img src=x onerror="document.title='owned'"><b>'"&` + "\u2028`${document.title='owned'}"

// hostileSearch has it everywhere.
func hostileSearch() Search {
	s := Search{Name: hostile, Strategy: hostile, Status: hostile, Metric: hostile, Notes: []string{hostile}, Parameters: []Parameter{
		{Name: hostile, Kind: "category", Values: []string{hostile, "b"}},
		{Name: hostile + "2", Kind: "float", Max: 1},
		{Name: "__proto__", Kind: "int", Max: 9},
		{Name: "constructor", Kind: "category", Values: []string{"__proto__"}},
	}}
	for i := range 12 {
		s.Trials = append(s.Trials, Trial{
			Number: i + 1, Name: hostile, Status: hostile, Reason: hostile, Objective: new(float64(i)), Began: monday, Ended: monday.Add(time.Minute),
			Values: map[string]string{hostile: hostile, hostile + "2": "0." + strconv.Itoa(i), "__proto__": hostile, "constructor": "__proto__"},
			Curve:  []float64{1, float64(i)},
		})
	}
	return s
}

// long has many trials of many parameters, constants, bands and long names among them, and every kind of missing value.
func long(trials, parameters int) Search {
	r := rand.New(rand.NewPCG(4, 5))
	s := Search{Name: "long", Strategy: "Random", Status: "InProgress", Metric: "objective_loss", Maximize: true, Began: monday}
	for k := range parameters {
		p := Parameter{Name: fmt.Sprintf("parameter_%02d", k), Kind: "float", Min: 1e-4, Max: 10, Scale: tuner.Scale(k % 4)}
		switch k % 7 {
		case 3:
			p.Kind, p.Values = "category", nil
			for n := range 30 {
				p.Values = append(p.Values, fmt.Sprintf("category-%02d", n))
			}
		case 4:
			p.Name += "_with_a_name_that_is_longer_than_any_axis_has_room_for_and_goes_on"
		case 5:
			p.Min, p.Max = 3, 3
		case 6:
			p.Kind, p.Min, p.Max = "int", 0, 100
		}
		s.Parameters = append(s.Parameters, p)
	}
	for i := range trials {
		s.Trials = append(s.Trials, longTrial(&s, r, i))
	}
	return s
}

func longTrial(s *Search, r *rand.Rand, i int) Trial {
	t := Trial{Number: i + 1, Name: fmt.Sprintf("long-%05d-%08x", i+1, r.Uint32()), Status: "Completed", Values: map[string]string{}}
	t.Began = monday.Add(time.Duration(i) * 700 * time.Millisecond)
	t.Ended = t.Began.Add(time.Duration(2000+r.IntN(9000)) * time.Millisecond)
	for k := range s.Parameters {
		switch p := &s.Parameters[k]; {
		case p.Kind == "category":
			t.Values[p.Name] = p.Values[r.IntN(len(p.Values))]
		case p.Kind == "int":
			t.Values[p.Name] = strconv.Itoa(r.IntN(101))
		case k != 8 || r.IntN(2) == 0:
			t.Values[p.Name] = strconv.FormatFloat(p.Min+r.Float64()*(p.Max-p.Min), 'g', -1, 64)
		}
	}
	for range 60 {
		t.Curve = append(t.Curve, r.NormFloat64())
	}
	missing := []*float64{nil, new(math.NaN()), new(math.Inf(1)), new(math.Inf(-1))}
	if t.Objective = new(r.NormFloat64()); i%50 < len(missing) {
		t.Objective, t.Curve = missing[i%50], []float64{math.NaN(), 1, math.Inf(-1)}
	}
	if i%31 == 7 {
		t.Status, t.Reason = "Failed", "ClientError: a reason that is said in some more words than anybody needs, for it has to fit in a page"
	}
	return t
}
