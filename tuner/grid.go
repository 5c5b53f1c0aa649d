package tuner

import "math"

// points calls yield for every point of a finite space, in the order of a counter whose last parameter turns fastest, until it returns
// false.
func (s *Space) points(yield func(vector) bool) {
	v := make(vector, len(s.parameters))
	s.turn(v, 0, yield)
}

func (s *Space) turn(v vector, i int, yield func(vector) bool) bool {
	if i == len(v) {
		return yield(append(vector{}, v...))
	}
	if !s.activeIn(v, i) {
		v[i] = math.NaN()
		return s.turn(v, i+1, yield)
	}
	for n := range int(s.parameters[i].levels()) {
		v[i] = s.level(i, n)
		if !s.turn(v, i+1, yield) {
			return false
		}
	}
	return true
}

// level is the place of the parameter's n-th value.
func (s *Space) level(i, n int) float64 {
	p := &s.parameters[i]
	if p.Kind == Categorical {
		return float64(n)
	}
	return s.axes[i].place(p.Min + float64(n))
}
