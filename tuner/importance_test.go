package tuner

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gonum.org/v1/gonum/floats"
)

// ishigami is sin x₁ + 7 sin² x₂ + 0.1 x₃⁴ sin x₁ over [−π, π]³ (Ishigami and Homma 1990), at places of the unit cube.
func ishigami(v vector) float64 {
	x := func(i int) float64 { return (2*v[i] - 1) * math.Pi }
	return math.Sin(x(0)) + 7*math.Pow(math.Sin(x(1)), 2) + 0.1*math.Pow(x(2), 4)*math.Sin(x(0))
}

// ishigamiTotals are the total-effect indices by its closed form: V = a²/8 + bπ⁴/5 + b²π⁸/18 + ½, V₁ = ½(1 + bπ⁴/5)², V₂ = a²/8,
// V₁₃ = b²π⁸(1/18 − 1/50).
func ishigamiTotals() []float64 {
	const a, b = 7.0, 0.1
	p4, p8 := math.Pow(math.Pi, 4), math.Pow(math.Pi, 8)
	v := a*a/8 + b*p4/5 + b*b*p8/18 + 0.5
	v1, v2, v13 := 0.5*math.Pow(1+b*p4/5, 2), a*a/8, b*b*p8*(1.0/18-1.0/50)
	return []float64{(v1 + v13) / v, v2 / v, v13 / v}
}

// g is Sobol's g-function: the product of (|4u − 2| + a) / (1 + a).
func g(v vector, a []float64) float64 {
	product := 1.0
	for i := range a {
		product *= (math.Abs(4*v[i]-2) + a[i]) / (1 + a[i])
	}
	return product
}

// gTotals are its total-effect indices: with Vᵢ = 1/(3(1+aᵢ)²), Vᵢ ∏ⱼ≠ᵢ(1+Vⱼ) of ∏(1+Vⱼ) − 1.
func gTotals(a []float64) []float64 {
	v, all := make([]float64, len(a)), 1.0
	for i := range a {
		v[i] = 1 / (3 * (1 + a[i]) * (1 + a[i]))
		all *= 1 + v[i]
	}
	for i := range v {
		v[i] = v[i] * all / (1 + v[i]) / (all - 1)
	}
	return v
}

func applied(f func(vector) float64) func([]vector) []float64 {
	return func(at []vector) []float64 {
		out := make([]float64, len(at))
		for i, v := range at {
			out[i] = f(v)
		}
		return out
	}
}

func wantNear(t *testing.T, got, want []float64, tolerance float64) {
	t.Helper()
	for i := range want {
		if !(math.Abs(got[i]-want[i]) <= tolerance) {
			t.Errorf("parameter %d: %.4f, want %.4f ± %g", i, got[i], want[i], tolerance)
		}
	}
}

// The estimator alone is within 0.02 of the closed forms. In many dimensions an even sample is less even.
func TestTotalEffectsOfKnownFunctions(t *testing.T) {
	t.Parallel()
	got, _ := newSobolDesign(numbers(t, 4), importanceAt).totalEffects(applied(ishigami))
	wantNear(t, got, append(ishigamiTotals(), 0), 0.02)
	if got[3] != 0 {
		t.Errorf("a parameter that the function does not read has %g", got[3])
	}
	a := []float64{0, 1, 4.5, 9, 99, 99, 99, 99}
	got, _ = newSobolDesign(numbers(t, 8), importanceAt).totalEffects(applied(func(v vector) float64 { return g(v, a) }))
	wantNear(t, got, gTotals(a), 0.02)
	got, _ = newSobolDesign(numbers(t, 30), importanceAt).totalEffects(applied(func(v vector) float64 { return g(v[22:], a) }))
	wantNear(t, got, append(make([]float64, 22), gTotals(a)...), 0.05)
}

// tried are trials of f at random points.
func tried(s *Space, n int, f func(vector) float64) []Trial {
	r := rand.New(rand.NewPCG(7, 8))
	trials := make([]Trial, n)
	for i := range trials {
		v := s.uniform(r)
		trials[i] = Trial{Point: s.decode(v), Status: Finished, Value: f(v)}
	}
	return trials
}

func importance(t *testing.T, s *Search, trials []Trial) []float64 {
	t.Helper()
	by, err := s.Importance(trials)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]float64, len(s.space.parameters))
	for i, p := range s.space.parameters {
		out[i] = by[p.Name]
	}
	return out
}

// additive is 3u₀ + 2u₁ + u₂: variances of 9, 4 and 1 fourteenths, no interactions.
func additive(v vector) float64 { return 3*v[0] + 2*v[1] + v[2] }

// From trials alone. A sum of linear terms is learned to within 0.05 of its closed form by 40 trials, although the worse half of the
// values is bent; a fourth parameter does nothing.
func TestImportanceOfALinearFunction(t *testing.T) {
	t.Parallel()
	s := New(numbers(t, 4), Config{})
	got := importance(t, s, tried(s.space, 40, additive))
	wantNear(t, got, []float64{9. / 14, 4. / 14, 1. / 14, 0}, 0.05)
	if got[3] > 0.01 {
		t.Errorf("the inert parameter has %g", got[3])
	}
}

// What the model sees is bent, so the closed forms do not hold; these totals are a Monte Carlo integration of the bent functions over two
// million points by NumPy 2. From 300 trials, all that a model holds, the g-function comes within 0.03 and the rougher Ishigami function,
// which no 300 random points pin down, within 0.1.
func TestImportanceOfRoughFunctions(t *testing.T) {
	t.Parallel()
	s := New(numbers(t, 5), Config{})
	a := []float64{0, 1, 4.5, 9}
	got := importance(t, s, tried(s.space, 300, func(v vector) float64 { return g(v, a) }))
	wantNear(t, got, []float64{0.7805, 0.1851, 0.0263, 0.0081, 0}, 0.03)
	s = New(numbers(t, 4), Config{})
	got = importance(t, s, tried(s.space, 300, ishigami))
	wantNear(t, got, []float64{0.4480, 0.3636, 0.1883, 0}, 0.1)
	if got[3] > 0.01 {
		t.Errorf("the inert parameter has %g", got[3])
	}
	if total := floats.Sum(got); total > 1 || total < 0.9 {
		t.Errorf("a function without noise is explained to %g", total)
	}
}

// Pure noise is explained by nothing, although some model always fits it best.
func TestImportanceOfNoise(t *testing.T) {
	t.Parallel()
	s := New(numbers(t, 5), Config{})
	r := rand.New(rand.NewPCG(9, 8))
	got := importance(t, s, tried(s.space, 150, func(vector) float64 { return r.NormFloat64() }))
	if total := floats.Sum(got); total > 0.1 {
		t.Errorf("noise is explained to %g: %v", total, got)
	}
}

// x is active for "b" alone, a third of the points. To be maximised is x there and 0 elsewhere: 0 is the median and the worst, so no value is
// bent, and by hand V = ⅓·⅓ − ⅙² = ¹⁄₁₂, of which x has ⅓·¹⁄₁₂ / V = ⅓ and the category ⅓·⅔·⅓ / V = ⁸⁄₉; together ¹¹⁄₉, more than 1.
func TestImportanceOfAConditionalParameter(t *testing.T) {
	t.Parallel()
	parameters := []Parameter{
		{Name: "c", Kind: Categorical, Values: []string{"a", "b", "c"}},
		{Name: "constant", Min: 3, Max: 3},
		{Name: "x", Max: 1, Scale: Linear, When: &When{"c", []string{"b"}}},
	}
	s := New(space(t, parameters...), Config{Maximize: true})
	trials := tried(s.space, 100, func(v vector) float64 {
		if v[0] == 1 {
			return v[2]
		}
		return 0
	})
	wantNear(t, importance(t, s, trials), []float64{8. / 11, 0, 3. / 11}, 0.05)
}

func TestImportanceNeedsTrials(t *testing.T) {
	t.Parallel()
	s := New(numbers(t, 2), Config{})
	trials := tried(s.space, 8, func(v vector) float64 { return v[0] })
	trials[3].Status = Failed
	trials[5].Value = math.NaN()
	trials = append(trials, Trial{Point: Point{"x00": "0.5", "x01": "0.5"}})
	if got, err := s.Importance(trials); got != nil || err != nil {
		t.Errorf("with six values: %v, %v", got, err)
	}
	level := importance(t, s, tried(s.space, 20, func(vector) float64 { return 5 }))
	if diff := cmp.Diff([]float64{0, 0}, level); diff != "" {
		t.Errorf("when all values are the same:\n%s", diff)
	}
	constant := New(space(t, Parameter{Name: "c", Min: 1, Max: 1}), Config{})
	if got, err := constant.Importance(tried(constant.space, 20, func(v vector) float64 { return 1 })); got != nil || err != nil {
		t.Errorf("with constants alone: %v, %v", got, err)
	}
	if _, err := s.Importance([]Trial{{Point: Point{"x00": "2", "x01": "0"}}}); err == nil {
		t.Error("a point outside the space is no error")
	}
}

// Failures that have nothing to do with the parameters change hardly anything.
func TestImportanceLeavesFailuresOut(t *testing.T) {
	t.Parallel()
	s := New(numbers(t, 4), Config{})
	trials := tried(s.space, 48, additive)
	for i := range trials {
		if i%6 == 0 {
			trials[i].Status = Failed
		}
	}
	wantNear(t, importance(t, s, trials), []float64{9. / 14, 4. / 14, 1. / 14, 0}, 0.07)
}

// Other values, an outlier without measure and failures are no trouble, and the same trials give the same.
func TestImportanceIsAFunctionOfTheTrials(t *testing.T) {
	t.Parallel()
	trials := tried(mixed(t), 40, func(v vector) float64 { return v[0] })
	trials[7].Value = 1e300
	trials[9].Status = Failed
	first := importance(t, New(mixed(t), Config{}), trials)
	if diff := cmp.Diff(first, importance(t, New(mixed(t), Config{}), trials)); diff != "" {
		t.Errorf("asked twice:\n%s", diff)
	}
	for i, v := range first {
		if !(v >= 0 && v <= 1) {
			t.Errorf("parameter %d: %g", i, v)
		}
	}
	if total := floats.Sum(first); total > 1+1e-12 {
		t.Errorf("together %g", total)
	}
}
