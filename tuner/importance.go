package tuner

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distmv"
	"gonum.org/v1/gonum/stat/samplemv"
)

const (
	importanceLeast = 8    // finished trials below which importance is guessing
	importanceAt    = 2048 // points of the space at which the model is asked, for each parameter and once more
)

// Importance is what part of the objective's variance over the space each parameter accounts for, by name: its total-effect Sobol index, its
// part in interactions included, of the mean of the Gaussian process that the Bayesian search would use (Homma and Saltelli, Importance
// Measures in Global Sensitivity Analysis of Nonlinear Models, 1996; by Jansen's estimator). The variance is the one over points that are
// equally likely on the parameters' scales. Interactions count for each of their parameters, so indices that sum to more than 1 are divided
// by their sum; then they are multiplied by the part of the variance that the mean accounts for, the others being noise and what the trials
// leave open. So all are between 0 and 1, and what is missing from 1 is not explained.
//
// The variance is that of what the model sees: values of the worse half are pulled together, so that it is about what tells good points from
// bad ones. Failures, which may be the machine's, are left out. A conditional parameter matters where it is active; what its condition changes counts for the
// one it depends on, too.
//
// The result is the same for the same trials. It is nil when fewer than 8 of the search's own trials have a value, when every parameter is a
// constant, or when the numbers allow no model. Errors are points that are not of the space, and spaces of more than 500 parameters.
func (s *Search) Importance(trials []Trial) (map[string]float64, error) {
	if 2*len(s.space.parameters) > 1000 {
		return nil, errors.New("importance: more than 500 parameters")
	}
	k, err := s.know(trials)
	if err != nil {
		return nil, err
	}
	m, ok := s.surrogate(k)
	if !ok {
		return nil, nil
	}
	design := newSobolDesign(s.space, importanceAt)
	indices, variance := design.totalEffects(m.means)
	share := explained(m, variance, design.points(design.base)) / max(floats.Sum(indices), 1)
	importance := map[string]float64{}
	for i, index := range indices {
		importance[s.space.parameters[i].Name] = index * share
	}
	return importance, nil
}

// surrogate is the model over all that has a value.
func (s *Search) surrogate(k *knowledge) (*model, bool) {
	g := newGeometry(s.space, s.tasks())
	done := slices.DeleteFunc(slices.Clone(k.done), func(o outcome) bool { return math.IsNaN(o.value) })
	own := slices.DeleteFunc(slices.Clone(done), func(o outcome) bool { return o.task != 0 })
	if len(own) < importanceLeast || len(g.dims) == 0 {
		return nil, false
	}
	x, y := s.data(chosen(done, modelMost))
	return condition(g, s.hyper(g, done), x, mat.NewDense(len(y), 1, y))
}

// means are predict's, without the deviations that cost the most there.
func (m *model) means(at []vector) []float64 {
	var means mat.Dense
	means.Mul(m.cross(atOwn(at)).T(), m.alpha)
	return mat.Col(nil, 0, &means)
}

// explained is the variance of the mean as a part of all: by the law of total variance, the rest is the function's variance around its mean
// and the noise.
func explained(m *model, variance float64, at []vector) float64 {
	_, deviation := m.predict(atOwn(at))
	open := m.hyper.noise
	for _, d := range deviation {
		open += d * d / float64(len(at))
	}
	return variance / (variance + open)
}

// sobolDesign is two samples of the unit cube that cover it evenly, together as well as each alone.
type sobolDesign struct {
	space       *Space
	base, other *mat.Dense // a row each, a column for a parameter
}

func newSobolDesign(s *Space, n int) sobolDesign {
	d := len(s.parameters)
	both := mat.NewDense(n, 2*d, nil)
	samplemv.Halton{Kind: samplemv.Owen, Q: distmv.NewUnitUniform(2*d, nil), Src: rand.NewPCG(0, 1)}.Sample(both)
	return sobolDesign{s, both.Slice(0, n, 0, d).(*mat.Dense), both.Slice(0, n, d, 2*d).(*mat.Dense)}
}

// points are the points of the space that rows of the cube stand for. Different rows may stand for one point.
func (d sobolDesign) points(rows *mat.Dense) []vector {
	n, _ := rows.Dims()
	out := make([]vector, n)
	for i := range out {
		v := make(vector, len(d.space.parameters))
		for j := range v {
			v[j] = d.space.spread(j, min(rows.At(i, j), 1-1e-12))
		}
		d.space.snap(v)
		out[i] = v
	}
	return out
}

// totalEffects are the indices of f for each parameter, and f's variance. Jansen's estimator: half the mean square of what changes when the
// parameter alone is drawn again, as a part of the variance.
func (d sobolDesign) totalEffects(f func([]vector) []float64) (indices []float64, variance float64) {
	n, _ := d.base.Dims()
	before := f(d.points(d.base))
	_, variance = stat.PopMeanVariance(before, nil)
	indices = make([]float64, len(d.space.parameters))
	for j := range indices {
		moved := mat.DenseCopyOf(d.base)
		moved.SetCol(j, mat.Col(nil, j, d.other))
		for i, after := range f(d.points(moved)) {
			indices[j] += (after - before[i]) * (after - before[i]) / float64(2*n)
		}
		if variance > 0 {
			indices[j] /= variance
		}
	}
	return indices, variance
}
