package tuner

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"
)

const (
	fitMost     = 150 // examples that the kernel's parameters are fitted to
	modelMost   = 300 // examples in the model
	runningMost = 200 // of what runs in the model, the newest: with [Hyperband] all that it stopped below the rung that tells runs for the search
	draws       = 16  // fantasies of what runs
)

// bayesian is the untried point of the greatest expected improvement.
func (s *Search) bayesian(k *knowledge) vector {
	r := s.stream(k.index)
	a, ok := s.acquisition(k, r)
	if !ok {
		return s.random(k)
	}
	if left := s.left(k, 600); left != nil {
		return a.greatest(left)
	}
	if v := a.climb(k, r); v != nil {
		return v
	}
	return s.random(k)
}

// acquisition scores points.
type acquisition struct {
	space    *Space
	model    *model
	best     []float64 // what is to be improved, for each fantasy
	failures bool      // the last column of targets is 1 for a success and 0 for a failure
	tops     []vector  // observed points, the best first
}

// acquisition builds the model over what is done and what runs.
func (s *Search) acquisition(k *knowledge, r *rand.Rand) (*acquisition, bool) {
	done := chosen(k.done, modelMost)
	x, y := s.data(done)
	g := newGeometry(s.space, s.tasks())
	h := s.hyper(g, k.done)
	columns := mat.NewDense(len(y), 1, y)
	if running := k.running[max(0, len(k.running)-runningMost):]; len(running) > 0 {
		m, ok := condition(g, h, x, columns)
		if !ok {
			return nil, false
		}
		x, columns = m.imagine(x, y, running, r)
	}
	columns, failures := withFailures(columns, done)
	m, ok := condition(g, h, x, columns)
	if !ok {
		return nil, false
	}
	a := &acquisition{space: s.space, model: m, failures: failures, tops: tops(done)}
	a.incumbents(x)
	return a, true
}

// imagine adds the running points with drawn outcomes.
func (m *model) imagine(x []example, y []float64, running []vector, r *rand.Rand) ([]example, *mat.Dense) {
	pending := atOwn(running)
	drawn := m.fantasies(pending, draws, r)
	columns := mat.NewDense(len(x)+len(pending), draws, nil)
	for s := range draws {
		for i := range y {
			columns.Set(i, s, y[i])
		}
		for i := range pending {
			columns.Set(len(x)+i, s, drawn.At(i, s))
		}
	}
	return append(slices.Clone(x), pending...), columns
}

// withFailures adds a column that says where trials succeed, when more than three in ten fail. Running ones are taken for successes.
func withFailures(columns *mat.Dense, done []outcome) (*mat.Dense, bool) {
	failed := 0
	for _, o := range done {
		if math.IsNaN(o.value) {
			failed++
		}
	}
	if failed*10 <= len(done)*3 {
		return columns, false
	}
	rows, n := columns.Dims()
	all := mat.NewDense(rows, n+1, nil)
	all.Slice(0, rows, 0, n).(*mat.Dense).Copy(columns)
	for i := range rows {
		if i >= len(done) || !math.IsNaN(done[i].value) {
			all.Set(i, n, 1)
		}
	}
	return all, true
}

// incumbents finds, for each fantasy, the least mean at a point that was tried or runs: a mean is not fooled by one lucky noisy value.
func (a *acquisition) incumbents(x []example) {
	own := slices.DeleteFunc(slices.Clone(x), func(e example) bool { return e.task != 0 })
	if len(own) == 0 {
		own = x
	}
	means, _ := a.model.predict(own)
	rows, columns := means.Dims()
	if a.failures {
		columns--
	}
	a.best = make([]float64, columns)
	for s := range columns {
		a.best[s] = math.Inf(1)
		for i := range rows {
			a.best[s] = min(a.best[s], means.At(i, s))
		}
	}
}

// scores are the logarithms of expected improvement, higher is better.
func (a *acquisition) scores(at []vector) []float64 {
	means, deviation := a.model.predict(atOwn(at))
	out := make([]float64, len(at))
	each := make([]float64, len(a.best))
	for i := range at {
		for s, best := range a.best {
			each[s] = logImprovement(best, means.At(i, s), deviation[i])
		}
		out[i] = logMeanExp(each)
		if a.failures {
			out[i] += math.Log(min(max(means.At(i, len(a.best)), 0.01), 1))
		}
	}
	return out
}

// hyper are the kernel's parameters, fitted to the first so many of what is done. How many is a function of how many there are, and grows in
// steps of a twentieth, so that most suggestions reuse the last fit.
func (s *Search) hyper(g *geometry, done []outcome) hyper {
	n := len(done)
	if step := max(n/20, 1); n > 20 {
		n -= n % step
	}
	x, y := s.data(chosen(done[:n], fitMost))
	if name := fingerprint(x, y); s.fitted.to != name {
		s.fitted = fitted{name, fit(g, x, y)}
	}
	return s.fitted.hyper
}

// fitted are the kernel's parameters of the last fit, with the fingerprint of what they were fitted to.
type fitted struct {
	to    string
	hyper hyper
}

// fingerprint tells data apart.
func fingerprint(x []example, y []float64) string {
	sum := fnv.New128a()
	for i := range x {
		fmt.Fprintf(sum, "%x %d %x\n", x[i].v, x[i].task, y[i])
	}
	return string(sum.Sum(nil))
}
