package tuner

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// numbers is a space of linear parameters of [0, 1].
func numbers(t *testing.T, d int) *Space {
	t.Helper()
	var parameters []Parameter
	for i := range d {
		parameters = append(parameters, Parameter{Name: fmt.Sprintf("x%02d", i), Max: 1, Scale: Linear})
	}
	return space(t, parameters...)
}

func space(t testing.TB, parameters ...Parameter) *Space {
	t.Helper()
	s, err := NewSpace(parameters...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func examples(rows ...vector) []example {
	out := make([]example, len(rows))
	for i, v := range rows {
		out[i] = example{v: v}
	}
	return out
}

// Values by scikit-learn 1.9.1: GaussianProcessRegressor(ConstantKernel(1.7)·Matern(length_scale=1/√(2, 0.5), nu=2.5), alpha=0.01+1.7e-8,
// optimizer=None), predict with return_std.
func TestPosteriorEqualsScikitLearn(t *testing.T) {
	t.Parallel()
	g := newGeometry(numbers(t, 2), false)
	x := examples(vector{.1, .2}, vector{.4, .9}, vector{.8, .3}, vector{.55, .5}, vector{.95, .85})
	y := []float64{.3, -1.2, .9, .1, -.1}
	m, ok := condition(g, hyper{scale: 1.7, noise: 0.01, weight: []float64{2, .5}}, x, mat.NewDense(5, 1, y))
	if !ok {
		t.Fatal("no model")
	}
	means, deviation := m.predict(examples(vector{.3, .3}, vector{.9, .1}, vector{.4, .9}))
	wantMeans := []float64{0.2030520195727206, 1.184627367333618, -1.1636483577682322}
	wantDeviation := []float64{0.21245905146749525, 0.26253216169796206, 0.0974853224884186}
	for i := range wantMeans {
		if math.Abs(means.At(i, 0)-wantMeans[i]) > 1e-9 || math.Abs(deviation[i]-wantDeviation[i]) > 1e-9 {
			t.Errorf("point %d: %.16g ± %.16g, want %.16g ± %.16g", i, means.At(i, 0), deviation[i], wantMeans[i], wantDeviation[i])
		}
	}
}

// The log marginal likelihood, by the same call of scikit-learn, is what the fit's value is without penalties and constants.
func TestLikelihoodEqualsScikitLearn(t *testing.T) {
	t.Parallel()
	x := examples(vector{.1, .2}, vector{.4, .9}, vector{.8, .3}, vector{.55, .5}, vector{.95, .85})
	p := newPosterior(newGeometry(numbers(t, 2), false), x, []float64{.3, -1.2, .9, .1, -.1})
	p.eval([]float64{scaleBox.outside(math.Log(1.7)), noiseBox.outside(math.Log(0.01)), weightBox.outside(math.Log(2)), weightBox.outside(math.Log(.5))})
	centre := math.Log(math.Sqrt2) // of two weights
	penalty := math.Pow(math.Log(1.7), 2)/2 + math.Pow(math.Log(0.01)+8, 2)/8 + (math.Pow(math.Log(2)-centre, 2)+math.Pow(math.Log(.5)-centre, 2))/4.5
	if got := -(p.f - penalty) - 2.5*math.Log(2*math.Pi); math.Abs(got+6.218180959373383) > 1e-8 {
		t.Errorf("log marginal likelihood %.16g, want -6.218180959373383", got)
	}
}

// The gradient is the slope of the value, in a mixed space with conditions and two tasks.
func TestFitGradient(t *testing.T) {
	t.Parallel()
	s := mixed(t)
	r := rand.New(rand.NewPCG(1, 2))
	g := newGeometry(s, true)
	var x []example
	var y []float64
	for i := range 12 {
		x = append(x, example{s.uniform(r), i % 2})
		y = append(y, r.NormFloat64())
	}
	p := newPosterior(g, x, y)
	z := prior(p.d)
	for i := range z {
		z[i] += r.NormFloat64()
	}
	p.eval(z)
	grad := append([]float64{}, p.grad...)
	for i := range z {
		const h = 1e-5
		near := append([]float64{}, z...)
		near[i] = z[i] + h
		p.eval(near)
		up := p.f
		near[i] = z[i] - h
		p.eval(near)
		if slope := (up - p.f) / (2 * h); math.Abs(slope-grad[i]) > 1e-5*max(1, math.Abs(slope)) {
			t.Errorf("coordinate %d: gradient %g, slope %g", i, grad[i], slope)
		}
	}
}

// mixed has every kind of parameter and two levels of conditions.
func mixed(t testing.TB) *Space {
	return space(t,
		Parameter{Name: "booster", Kind: Categorical, Values: []string{"gbtree", "dart", "gblinear"}},
		Parameter{Name: "depth", Kind: Integer, Min: 2, Max: 5, When: &When{"booster", []string{"gbtree", "dart"}}},
		Parameter{Name: "drop", Min: 0, Max: 0.5, When: &When{"booster", []string{"dart"}}},
		Parameter{Name: "eta", Min: 1e-3, Max: 1},
		Parameter{Name: "grow", Kind: Categorical, Values: []string{"a", "b"}, When: &When{"depth", []string{"3", "4"}}},
	)
}

// Distances of the two ways, for the fit and for the model, are the same.
func TestEmbeddingKeepsDistances(t *testing.T) {
	t.Parallel()
	s := mixed(t)
	r := rand.New(rand.NewPCG(3, 4))
	g := newGeometry(s, true)
	h := hyper{scale: 1, weight: []float64{0.3, 2, 5, 0.7, 1.1, 0.9}}
	var x []example
	for i := range 40 {
		x = append(x, example{s.uniform(r), i % 3})
	}
	e := g.embed(h, x)
	d := make([]float64, g.size())
	for i := range x {
		for j := range x {
			g.distances(x[i], x[j], d)
			if a, b := h.square(d), e.square(e.row(i), e.row(j)); math.Abs(a-b) > 1e-12 {
				t.Fatalf("points %v and %v: %g and %g", x[i], x[j], a, b)
			}
		}
	}
}

// The kernel is one: its matrix over different points has no negative eigenvalue, conditions included.
func TestKernelIsPositive(t *testing.T) {
	t.Parallel()
	s := mixed(t)
	r := rand.New(rand.NewPCG(5, 6))
	var x []example
	for range 60 {
		x = append(x, example{v: s.uniform(r)})
	}
	g := newGeometry(s, false)
	m := newModel(g, hyper{scale: 1, weight: []float64{3, 3, 3, 3, 3}}, x)
	var eigen mat.EigenSym
	if !eigen.Factorize(m.covariance(0), false) {
		t.Fatal("no eigenvalues")
	}
	if least := eigen.Values(nil)[0]; least < -1e-10 {
		t.Errorf("least eigenvalue %g", least)
	}
}
