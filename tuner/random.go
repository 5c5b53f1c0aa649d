package tuner

import (
	"math"
	"math/rand/v2"
)

// stream is the source of chance of one suggestion: a function of the seed and the suggestion's number.
func (s *Search) stream(index int) *rand.Rand {
	return rand.New(rand.NewPCG(s.config.Seed, 0x9e3779b97f4a7c15^uint64(index)))
}

// uniform is a random point.
func (s *Space) uniform(r *rand.Rand) vector {
	v := make(vector, len(s.parameters))
	for i := range v {
		v[i] = s.spread(i, r.Float64())
	}
	s.snap(v)
	return v
}

// spread turns a number of [0, 1) into a place of the parameter.
func (s *Space) spread(i int, u float64) float64 {
	if p := &s.parameters[i]; p.Kind == Categorical {
		return math.Floor(u * float64(len(p.Values)))
	}
	return u
}

// design is the n-th of points that cover the space evenly (the additive recurrence R of M. Roberts, The unreasonable effectiveness of
// quasirandom sequences, 2018), shifted by chance. The one of n = 0 is the centre: to it comes only a search that begins with trials of others,
// too few for a model. With none, the first point is a random one.
func (s *Space) design(n int, shift []float64) vector {
	v := make(vector, len(s.parameters))
	phi := harmonious(len(v))
	step := 1.0
	for i := range v {
		step /= phi
		u := 0.5
		if n > 0 || s.parameters[i].Kind == Categorical { // categories have no middle
			u = shift[i] + float64(n)*step
		}
		v[i] = s.spread(i, u-math.Floor(u))
	}
	s.snap(v)
	return v
}

// harmonious is the root above 1 of x^(d+1) = x + 1.
func harmonious(d int) float64 {
	x := 2.0
	for range 64 {
		x = math.Pow(1+x, 1/float64(d+1))
	}
	return x
}

// mutate changes some of the point's numbers by steps of about the given part of their range, and draws some of its categories anew.
func (s *Space) mutate(from vector, step float64, r *rand.Rand) vector {
	v := make(vector, len(from))
	share := math.Pow(float64(len(v)), -r.Float64()) // anything from one of them to all
	must := r.IntN(len(v))                           // so that something changes
	for i := range v {
		switch change := i == must || r.Float64() < share; {
		case !from.active(i): // it may become active
			v[i] = s.spread(i, r.Float64())
		case !change:
			v[i] = from[i]
		case s.parameters[i].Kind == Categorical:
			v[i] = s.spread(i, r.Float64())
		default:
			v[i] = s.moved(i, from[i], step*r.NormFloat64())
		}
	}
	s.snap(v)
	return v
}

// moved is a place by d further, an integer's at least one whole number, reflected at the ends.
func (s *Space) moved(i int, u, d float64) float64 {
	a := s.axes[i]
	if a.whole && a.at(reflect(u+d)) == a.at(u) && a.width > 0 {
		return a.place(min(max(a.at(u)+math.Copysign(1, d), a.min), a.max))
	}
	return reflect(u + d)
}

func reflect(u float64) float64 {
	if u < 0 {
		u = -u
	}
	if u = math.Mod(u, 2); u > 1 {
		u = 2 - u
	}
	return u
}
