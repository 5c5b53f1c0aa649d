package tuner

import "math"

// geometry says how far two points are from each other in each dimension that varies.
type geometry struct {
	space *Space
	dims  []int // parameters with more than one value
	tasks bool  // the last dimension is which search a trial belongs to
}

func newGeometry(s *Space, tasks bool) *geometry {
	g := &geometry{space: s, tasks: tasks}
	for i := range s.parameters {
		if s.parameters[i].levels() != 1 || s.parent[i] >= 0 {
			g.dims = append(g.dims, i)
		}
	}
	return g
}

func (g *geometry) size() int {
	if g.tasks {
		return len(g.dims) + 1
	}
	return len(g.dims)
}

// example is a point with the search it belongs to: 0 for this one, then the parents that are other tasks.
type example struct {
	v    vector
	task int
}

// distances writes the squared distance in each dimension. Numbers differ by their places, categories by 1. A parameter that is active in
// one point alone sits in the middle there and half a range aside, which is a distance of a Euclidean space, so the kernel stays
// positive definite.
func (g *geometry) distances(a, b example, to []float64) {
	for k, i := range g.dims {
		to[k] = g.distance(i, a.v, b.v)
	}
	if g.tasks {
		to[len(g.dims)] = 0
		if a.task != b.task {
			to[len(g.dims)] = 1
		}
	}
}

func (g *geometry) distance(i int, a, b vector) float64 {
	x, y := a.active(i), b.active(i)
	switch {
	case !x && !y:
		return 0
	case g.space.parameters[i].Kind == Categorical:
		if x && y && a[i] == b[i] {
			return 0
		}
		return 1
	case x && y:
		return (a[i] - b[i]) * (a[i] - b[i])
	case x:
		return (a[i]-0.5)*(a[i]-0.5) + 0.25
	}
	return (b[i]-0.5)*(b[i]-0.5) + 0.25
}

// hyper are the kernel's own parameters: Matérn 5/2 with one weight (an inverse squared length) a dimension, and noise.
type hyper struct {
	scale  float64 // variance of the function
	noise  float64 // variance of what is seen beside it
	weight []float64
}

// matern is the correlation at a squared distance, and its derivative by the squared distance.
func matern(r2 float64) (k, slope float64) {
	r := math.Sqrt(5 * r2)
	e := math.Exp(-r)
	return (1 + r + r*r/3) * e, -5.0 / 6 * (1 + r) * e
}

func (h *hyper) square(d []float64) float64 {
	sum := 0.0
	for j, w := range h.weight {
		sum += w * d[j]
	}
	return sum
}

// embedding are examples as flat rows for a given kernel: numbers scaled by the roots of their weights, so that squared distances are sums
// of squared differences, then categories.
type embedding struct {
	numbers, categories int
	rows                []float64
	weight              []float64 // of the categories
}

func (g *geometry) embed(h hyper, x []example) embedding {
	e := embedding{}
	for k, i := range g.dims {
		switch p := &g.space.parameters[i]; {
		case p.Kind == Categorical:
			e.categories++
			e.weight = append(e.weight, h.weight[k])
		case p.When != nil:
			e.numbers += 2
		default:
			e.numbers++
		}
	}
	if g.tasks {
		e.categories++
		e.weight = append(e.weight, h.weight[len(g.dims)])
	}
	e.rows = make([]float64, 0, len(x)*(e.numbers+e.categories))
	for i := range x {
		e.add(g, h, &x[i])
	}
	return e
}

func (e *embedding) add(g *geometry, h hyper, x *example) {
	for k, i := range g.dims {
		if p := &g.space.parameters[i]; p.Kind != Categorical {
			root := math.Sqrt(h.weight[k])
			switch {
			case p.When == nil:
				e.rows = append(e.rows, root*x.v[i])
			case x.v.active(i):
				e.rows = append(e.rows, root*x.v[i], root*0.5)
			default:
				e.rows = append(e.rows, root*0.5, 0)
			}
		}
	}
	for _, i := range g.dims {
		if g.space.parameters[i].Kind == Categorical {
			level := -1.0
			if x.v.active(i) {
				level = x.v[i]
			}
			e.rows = append(e.rows, level)
		}
	}
	if g.tasks {
		e.rows = append(e.rows, float64(x.task))
	}
}

func (e *embedding) row(i int) []float64 {
	n := e.numbers + e.categories
	return e.rows[i*n : (i+1)*n]
}

// square is the squared distance of two rows.
func (e *embedding) square(a, b []float64) float64 {
	sum := 0.0
	b = b[:len(a)]
	for k := range e.numbers {
		d := a[k] - b[k]
		sum += d * d
	}
	for k, w := range e.weight {
		if a[e.numbers+k] != b[e.numbers+k] {
			sum += w
		}
	}
	return sum
}
