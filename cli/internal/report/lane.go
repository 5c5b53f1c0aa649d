package report

import (
	"slices"
	"time"
)

// schedule is when trials ran, in lanes so that no two of a lane overlap: the number of lanes is how many ran at a time.
type schedule struct {
	first, last time.Time
	lanes       int
	lane        []int // of each trial; −1: it did not begin
	began       []time.Duration
	ended       []time.Duration
	busy        time.Duration // of all trials together
}

func plan(s *Search) *schedule {
	n := len(s.Trials)
	p := &schedule{lane: make([]int, n), began: make([]time.Duration, n), ended: make([]time.Duration, n)}
	p.bound(s)
	var order []int
	for i := range s.Trials {
		p.lane[i] = -1
		if t := &s.Trials[i]; !t.Began.IsZero() {
			order = append(order, i)
			p.began[i], p.ended[i] = t.Began.Sub(p.first), p.end(t).Sub(p.first)
			p.busy += p.ended[i] - p.began[i]
		}
	}
	slices.SortStableFunc(order, func(i, j int) int { return int(p.began[i] - p.began[j]) })
	var free []time.Duration // when each lane is free again
	for _, i := range order {
		lane := slices.IndexFunc(free, func(at time.Duration) bool { return at <= p.began[i] })
		if lane < 0 {
			lane = len(free)
			free = append(free, 0)
		}
		p.lane[i], free[lane] = lane, p.ended[i]
	}
	p.lanes = len(free)
	return p
}

// bound finds the first and the last time that anything says. The page of a search that runs ends at the last that is known, not now: the
// same search makes the same page.
func (p *schedule) bound(s *Search) {
	note := func(t time.Time) {
		if t.IsZero() {
			return
		}
		if p.first.IsZero() || t.Before(p.first) {
			p.first = t
		}
		if t.After(p.last) {
			p.last = t
		}
	}
	note(s.Ended)
	note(s.Began)
	for i := range s.Trials {
		note(s.Trials[i].Began)
		note(s.Trials[i].Ended)
	}
}

// end is when the trial ended; of one that runs, the last known time.
func (p *schedule) end(t *Trial) time.Time {
	switch {
	case t.Ended.IsZero():
		return p.last
	case t.Ended.Before(t.Began):
		return t.Began
	}
	return t.Ended
}

// took is how long a trial ran.
func (p *schedule) took(i int) (time.Duration, bool) {
	return p.ended[i] - p.began[i], p.lane[i] >= 0
}
