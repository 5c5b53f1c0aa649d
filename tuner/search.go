package tuner

import (
	"fmt"
	"math"
	"slices"
)

// Search proposes points of a space. Everything it keeps can be made again from its arguments: two searches of the same configuration
// propose the same. A Search is for one goroutine.
type Search struct {
	space  *Space
	config Config
	fitted fitted
}

// New makes a search.
func New(space *Space, config Config) *Search {
	return &Search{space: space, config: config}
}

// Suggest returns the next point, given all trials so far in the order of their start. It is a function of the configuration, the number of
// trials, those that ended and those that run. No point is proposed twice, and none that a known trial has. Errors are [ErrExhausted],
// and points that are not of the space.
func (s *Search) Suggest(trials []Trial) (Point, error) {
	k, err := s.know(trials)
	if err != nil {
		return nil, err
	}
	for _, p := range s.config.Start {
		v, err := s.space.encode(p)
		if err != nil {
			return nil, fmt.Errorf("starting %w", err)
		}
		if s.untried(k, v) {
			return s.space.worded(p), nil
		}
	}
	if float64(len(k.tried)) >= s.space.size {
		return nil, ErrExhausted
	}
	v := s.next(k)
	if v == nil {
		return nil, ErrExhausted
	}
	return s.space.decode(v), nil
}

func (s *Search) next(k *knowledge) vector {
	if hint := slices.IndexFunc(k.hints, func(v vector) bool { return s.untried(k, v) }); hint >= 0 && s.config.Strategy == Bayesian {
		return k.hints[hint]
	}
	switch {
	case s.config.Strategy == Grid:
		return s.first(k)
	case s.config.Strategy == Random || k.index+len(k.done) < 1:
		return s.random(k)
	case k.beginning():
		return s.begin(k)
	}
	return s.bayesian(k)
}

// first is the first untried point in order; nil for a space without an end, which has no first.
func (s *Search) first(k *knowledge) (found vector) {
	if math.IsInf(s.space.size, 1) {
		return nil
	}
	s.space.points(func(v vector) bool {
		if s.untried(k, v) {
			found = v
		}
		return found == nil
	})
	return found
}

// random is an untried random point. In a small space, where chance would take long, it is drawn from what is left. nil when there is none,
// or when a hundred draws from a space without an end are none.
func (s *Search) random(k *knowledge) vector {
	r := s.stream(k.index)
	for range 100 {
		if v := s.space.uniform(r); s.untried(k, v) {
			return v
		}
	}
	if left := s.left(k, listed); len(left) > 0 {
		return left[r.IntN(len(left))]
	}
	return s.first(k)
}

// listed is how many points of a space may be looked at one by one.
const listed = 20_000

// left are the untried points of a space of at most so many; nil of a larger one.
func (s *Search) left(k *knowledge, most float64) (all []vector) {
	if s.space.size > most {
		return nil
	}
	s.space.points(func(v vector) bool {
		if s.untried(k, v) {
			all = append(all, v)
		}
		return true
	})
	return all
}

// begin is a point of the design, or a random one where the design repeats itself.
func (s *Search) begin(k *knowledge) vector {
	r := s.stream(-1)
	shift := make([]float64, len(s.space.parameters))
	for i := range shift {
		shift[i] = r.Float64()
	}
	if v := s.space.design(k.index, shift); s.untried(k, v) {
		return v
	}
	return s.random(k)
}

// knowledge is what the trials say.
type knowledge struct {
	index   int       // number of the suggestion
	done    []outcome // in the order of their ends, parents' first
	running []vector
	tried   map[string]bool
	hints   []vector // best points of other tasks
	initial int      // trials before the model is asked
}

type outcome struct {
	example
	value float64 // lower is better; NaN: failed
	end   int     // place in the order of ends
}

func (k *knowledge) beginning() bool {
	usable := 0
	for _, o := range k.done {
		if !math.IsNaN(o.value) {
			usable++
		}
	}
	return usable < 2 || len(k.done)+len(k.running) < k.initial
}

func (s *Search) know(trials []Trial) (*knowledge, error) {
	k := &knowledge{index: len(trials), tried: map[string]bool{}, initial: min(max(len(s.space.parameters)+1, 4), 10)}
	for i, p := range s.config.Parents {
		task := 0
		if p.Transfer {
			task = i + 1
		}
		s.inherit(k, p.Trials, task)
	}
	var ended []outcome
	for i := range trials {
		t := &trials[i]
		v, err := s.space.encode(t.Point)
		if err != nil {
			return nil, fmt.Errorf("trial %d: %w", i, err)
		}
		k.try(s.space, t.Point, v)
		if t.Status == Running {
			k.running = append(k.running, v)
		} else {
			ended = append(ended, outcome{example{v, 0}, s.sign(t), t.End})
		}
	}
	slices.SortStableFunc(ended, func(a, b outcome) int { return a.end - b.end })
	k.done = append(k.done, ended...)
	return k, nil
}

func (s *Search) sign(t *Trial) float64 {
	switch {
	case !t.ok():
		return math.NaN()
	case s.config.Maximize:
		return -t.Value
	}
	return t.Value
}

// untried says that no trial has the point.
func (s *Search) untried(k *knowledge, v vector) bool { return !k.tried[s.space.key(v)] }

// try marks a point as tried: as it is written, and as a search that comes back to its place would write it.
func (k *knowledge) try(s *Space, p Point, v vector) {
	k.tried[s.ownKey(p, v)] = true
	k.tried[s.key(v)] = true
}

// inherit takes over a parent's trials. What another task has tried is new for this one, and its best point is worth a try.
func (s *Search) inherit(k *knowledge, trials []Trial, task int) {
	best := math.Inf(1)
	var hint vector
	for i := range trials {
		v, err := s.space.encode(trials[i].Point)
		if err != nil || trials[i].Status == Running {
			continue
		}
		value := s.sign(&trials[i])
		k.done = append(k.done, outcome{example: example{v, task}, value: value})
		if task == 0 {
			k.try(s.space, trials[i].Point, v)
		} else if value < best {
			best, hint = value, v
		}
	}
	if hint != nil {
		k.hints = append(k.hints, hint)
	}
}
