package tuner

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// model is a Gaussian process given what was seen: targets of mean 0 and deviation 1, lower is better.
type model struct {
	geometry *geometry
	hyper    hyper
	x        []example
	rows     embedding // of x
	chol     mat.Cholesky
	alpha    *mat.Dense // K⁻¹ times each of several columns of targets
}

// condition makes the model for several columns of targets at once, n rows of them. ok is false when the numbers do not allow it.
func condition(g *geometry, h hyper, x []example, columns *mat.Dense) (m *model, ok bool) {
	m = newModel(g, h, x)
	for extra := jitter; extra <= 1e-3; extra *= 10 {
		if m.chol.Factorize(m.covariance(extra)) {
			return m, m.chol.SolveTo(m.alpha, columns) == nil
		}
	}
	return nil, false
}

// newModel is the process before anything is seen at the points.
func newModel(g *geometry, h hyper, x []example) *model {
	return &model{geometry: g, hyper: h, x: x, rows: g.embed(h, x), alpha: new(mat.Dense)}
}

func (m *model) covariance(extra float64) *mat.SymDense {
	n := len(m.x)
	k := mat.NewSymDense(n, nil)
	for i := range n {
		row := m.rows.row(i)
		for j := range i {
			c, _ := matern(m.rows.square(row, m.rows.row(j)))
			k.SetSym(i, j, m.hyper.scale*c)
		}
		k.SetSym(i, i, m.hyper.scale*(1+extra)+m.hyper.noise)
	}
	return k
}

// cross is the kernel between the examples (rows) and other points (columns).
func (m *model) cross(at []example) *mat.Dense {
	k := mat.NewDense(len(m.x), len(at), nil)
	other := m.geometry.embed(m.hyper, at)
	for i := range m.x {
		row, to := m.rows.row(i), k.RawRowView(i)
		for j := range at {
			c, _ := matern(m.rows.square(row, other.row(j)))
			to[j] = m.hyper.scale * c
		}
	}
	return k
}

// predict returns the means at the points, a row each with a column per column of targets, and the function's deviation there.
func (m *model) predict(at []example) (means *mat.Dense, deviation []float64) {
	k := m.cross(at)
	means = new(mat.Dense)
	means.Mul(k.T(), m.alpha)
	blas64.Trsm(blas.Left, blas.Trans, 1, m.upper(), k.RawMatrix())
	deviation = make([]float64, len(at))
	for i := range m.x {
		for j, v := range k.RawRowView(i) {
			deviation[j] += v * v
		}
	}
	for j, explained := range deviation {
		deviation[j] = math.Sqrt(max(m.hyper.scale-explained, 1e-12))
	}
	return means, deviation
}

// upper is U of K = UᵀU.
func (m *model) upper() blas64.Triangular {
	return m.chol.RawU().(mat.RawTriangular).RawTriangular()
}

// fantasies draws what running points may turn out to be, together: a column for each of the draws.
func (m *model) fantasies(pending []example, draws int, r *rand.Rand) *mat.Dense {
	means, _ := m.predict(pending)
	p := len(pending)
	out := mat.NewDense(p, draws, nil)
	root := m.spread(pending)
	for s := range draws {
		normal := mat.NewVecDense(p, nil)
		for i := range p {
			normal.SetVec(i, r.NormFloat64())
		}
		if root == nil {
			normal.Zero()
		} else {
			normal.MulVec(root, normal)
		}
		for i := range p {
			out.Set(i, s, means.At(i, 0)+normal.AtVec(i))
		}
	}
	return out
}

// spread is the root of the covariance of what would be seen at the points; nil when the numbers do not allow it.
func (m *model) spread(at []example) mat.Matrix {
	k := m.cross(at)
	blas64.Trsm(blas.Left, blas.Trans, 1, m.upper(), k.RawMatrix())
	var explained mat.SymDense
	explained.SymOuterK(1, k.T())
	own := newModel(m.geometry, m.hyper, at).covariance(1e-6)
	explained.ScaleSym(-1, &explained)
	own.AddSym(own, &explained)
	var root mat.Cholesky
	if !root.Factorize(own) {
		return nil
	}
	var lower mat.TriDense
	root.LTo(&lower)
	return &lower
}
