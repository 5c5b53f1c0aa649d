package tuner

import (
	"math/rand/v2"
	"slices"
)

// climb looks for the greatest score: random points all over the space, points near the best ones seen, then rounds of ever smaller steps from
// the best of those. It works in the mixed space itself, so nothing has to be rounded afterwards. nil when everything it met is tried.
func (a *acquisition) climb(k *knowledge, r *rand.Rand) vector {
	pool := newPool(a.space, k)
	near := max(20, 2*len(a.space.parameters)) // points around each place: more directions, more of them
	for range 100 {
		pool.add(a.space.uniform(r))
	}
	for _, top := range a.tops[:min(5, len(a.tops))] {
		for n := range near {
			pool.add(a.space.mutate(top, []float64{0.2, 0.05, 0.01}[n%3], r))
		}
	}
	pool.score(a)
	for _, step := range []float64{0.1, 0.04, 0.015, 0.005} {
		for _, from := range pool.leaders(6) {
			for range near {
				pool.add(a.space.mutate(from, step, r))
			}
		}
		pool.score(a)
	}
	if best := pool.leaders(1); len(best) > 0 {
		return best[0]
	}
	return nil
}

// greatest is the point of the list with the greatest score, the first of equals.
func (a *acquisition) greatest(list []vector) vector {
	scores := a.scores(list)
	best := 0
	for i := range scores {
		if scores[i] > scores[best] {
			best = i
		}
	}
	return list[best]
}

// pool are candidates, none twice and none that was tried.
type pool struct {
	space  *Space
	tried  map[string]bool
	seen   map[string]bool
	scored []scored // the greatest score first
	fresh  []vector
}

type scored struct {
	v     vector
	score float64
}

func newPool(s *Space, k *knowledge) *pool {
	return &pool{space: s, tried: k.tried, seen: map[string]bool{}}
}

func (p *pool) add(v vector) {
	key := p.space.key(v)
	if p.tried[key] || p.seen[key] {
		return
	}
	p.seen[key] = true
	p.fresh = append(p.fresh, v)
}

func (p *pool) score(a *acquisition) {
	if len(p.fresh) == 0 {
		return
	}
	for i, score := range a.scores(p.fresh) {
		p.scored = append(p.scored, scored{p.fresh[i], score})
	}
	p.fresh = nil
	slices.SortStableFunc(p.scored, func(a, b scored) int {
		switch {
		case a.score > b.score:
			return -1
		case a.score < b.score:
			return 1
		}
		return 0
	})
}

func (p *pool) leaders(n int) []vector {
	n = min(n, len(p.scored))
	out := make([]vector, n)
	for i := range n {
		out[i] = p.scored[i].v
	}
	return out
}
