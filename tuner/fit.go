package tuner

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize"
)

// The kernel's parameters are searched in boxes of their logarithms.
var (
	scaleBox  = box{math.Log(1e-2), math.Log(1e2)}
	noiseBox  = box{math.Log(1e-6), 0}
	weightBox = box{math.Log(1e-3), math.Log(1e3)}
)

type box struct{ low, high float64 }

// inside maps any number into the box, and tells the slope of that.
func (b box) inside(z float64) (x, slope float64) {
	s := 1 / (1 + math.Exp(-z))
	return b.low + (b.high-b.low)*s, (b.high - b.low) * s * (1 - s)
}

func (b box) outside(x float64) float64 {
	s := min(max((x-b.low)/(b.high-b.low), 1e-6), 1-1e-6)
	return math.Log(s / (1 - s))
}

// posterior is what a fit minimises: half the negative log likelihood of the targets plus the priors' penalties.
type posterior struct {
	n, d  int
	dist  []float64 // of the pairs i > j, d numbers each
	y     *mat.VecDense
	r2    []float64
	slope []float64
	k     *mat.SymDense
	inv   *mat.SymDense
	alpha *mat.VecDense
	chol  mat.Cholesky

	z    []float64 // where it was evaluated last
	f    float64
	grad []float64
}

func newPosterior(g *geometry, x []example, y []float64) *posterior {
	n, d := len(x), g.size()
	p := &posterior{
		n: n, d: d, dist: make([]float64, n*(n-1)/2*d), y: mat.NewVecDense(n, y), r2: make([]float64, n*(n-1)/2), slope: make([]float64, n*(n-1)/2),
		k: mat.NewSymDense(n, nil), inv: mat.NewSymDense(n, nil), alpha: mat.NewVecDense(n, nil), grad: make([]float64, d+2),
	}
	at := 0
	for i := range n {
		for j := range i {
			g.distances(x[i], x[j], p.dist[at:at+d])
			at += d
		}
	}
	return p
}

// hyperOf reads the unbounded numbers.
func hyperOf(z []float64) hyper {
	h := hyper{weight: make([]float64, len(z)-2)}
	s, _ := scaleBox.inside(z[0])
	n, _ := noiseBox.inside(z[1])
	h.scale, h.noise = math.Exp(s), math.Exp(n)
	for j := range h.weight {
		w, _ := weightBox.inside(z[j+2])
		h.weight[j] = math.Exp(w)
	}
	return h
}

// prior is where the penalties are least: variance 1, noise e⁻⁸, and the weights of [weightCentre].
func prior(d int) []float64 {
	z := make([]float64, d+2)
	z[0], z[1] = scaleBox.outside(0), noiseBox.outside(-8)
	for j := range d {
		z[j+2] = weightBox.outside(weightCentre(d))
	}
	return z
}

// weightCentre is where the prior of a weight's logarithm is least: 2/√d. Weights of 4/d would keep points equally far apart in any number of
// dimensions; with twenty that takes the function for smoother than functions are.
func weightCentre(d int) float64 { return math.Log(2 / math.Sqrt(float64(d))) }

// eval computes value and gradient at z, once for both.
func (p *posterior) eval(z []float64) {
	if p.z != nil && slices.Equal(p.z, z) {
		return
	}
	p.z = append(p.z[:0], z...)
	h := hyperOf(z)
	p.fill(h)
	for i := range p.grad {
		p.grad[i] = 0
	}
	if !p.chol.Factorize(p.k) || p.chol.SolveVecTo(p.alpha, p.y) != nil || p.chol.InverseTo(p.inv) != nil {
		p.f = 1e10 // a matrix that is none in floating point: nothing to be had here
		return
	}
	p.f = 0.5*mat.Dot(p.y, p.alpha) + 0.5*p.chol.LogDet()
	p.gradient(h)
	p.penalise(z)
}

func (p *posterior) fill(h hyper) {
	at := 0
	for i := range p.n {
		for j := range i {
			p.r2[at] = h.square(p.dist[at*p.d : (at+1)*p.d])
			k, slope := matern(p.r2[at])
			p.slope[at] = slope
			p.k.SetSym(i, j, h.scale*k)
			at++
		}
		p.k.SetSym(i, i, h.scale*(1+jitter)+h.noise)
	}
}

// jitter keeps a matrix of nearly equal rows positive definite.
const jitter = 1e-8

// gradient adds ½ tr((K⁻¹ − ααᵀ) ∂K) by the logarithms of variance, noise and weights.
func (p *posterior) gradient(h hyper) {
	inv, alpha := p.inv.RawSymmetric(), p.alpha.RawVector().Data
	at := 0
	for i := range p.n {
		for j := range i {
			a := (inv.Data[j*inv.Stride+i] - alpha[i]*alpha[j]) * h.scale // the upper triangle is kept
			k, slope := p.k.At(i, j)/h.scale, p.slope[at]
			p.grad[0] += a * k
			a *= slope
			for m, d := range p.dist[at*p.d : (at+1)*p.d] {
				p.grad[m+2] += a * h.weight[m] * d
			}
			at++
		}
		a := 0.5 * (inv.Data[i*inv.Stride+i] - alpha[i]*alpha[i])
		p.grad[0] += a * h.scale * (1 + jitter)
		p.grad[1] += a * h.noise
	}
}

// penalise adds the priors, normal in the logarithms, and turns the gradient into one by the unbounded numbers.
func (p *posterior) penalise(z []float64) {
	s, ds := scaleBox.inside(z[0])
	p.f += s * s / 2
	p.grad[0] = (p.grad[0] + s) * ds
	n, dn := noiseBox.inside(z[1])
	p.f += (n + 8) * (n + 8) / 8
	p.grad[1] = (p.grad[1] + (n+8)/4) * dn
	centre := weightCentre(p.d)
	for j := range p.d {
		w, dw := weightBox.inside(z[j+2])
		p.f += (w - centre) * (w - centre) / (2 * 1.5 * 1.5)
		p.grad[j+2] = (p.grad[j+2] + (w-centre)/(1.5*1.5)) * dw
	}
}

// fit finds the kernel's parameters that the examples make most likely, from the priors' middle with much noise and with hardly any: the two
// explanations of a rough picture, and often two different valleys.
func fit(g *geometry, x []example, y []float64) hyper {
	p := newPosterior(g, x, y)
	loud, quiet := prior(p.d), prior(p.d)
	loud[1], quiet[1] = noiseBox.outside(math.Log(0.1)), noiseBox.outside(math.Log(1e-5))
	var best []float64
	low := math.Inf(1)
	for _, start := range [][]float64{loud, quiet} {
		if z, f := p.descend(start); f < low || best == nil {
			best, low = z, f
		}
	}
	return hyperOf(best)
}

func (p *posterior) descend(z []float64) ([]float64, float64) {
	problem := optimize.Problem{
		Func: func(z []float64) float64 { p.eval(z); return p.f },
		Grad: func(grad, z []float64) { p.eval(z); copy(grad, p.grad) },
	}
	settings := &optimize.Settings{
		MajorIterations: 40, FuncEvaluations: 60, Concurrent: 1,
		GradientThreshold: 1e-3, Converger: &optimize.FunctionConverge{Absolute: 1e-4, Iterations: 3},
	}
	result, _ := optimize.Minimize(problem, z, settings, &optimize.LBFGS{}) // an error comes with the best place so far
	if result == nil || math.IsNaN(result.F) {
		return z, math.Inf(1)
	}
	return result.X, result.F
}
