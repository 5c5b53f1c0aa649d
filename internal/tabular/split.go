package tabular

import "math"

// split chooses which rows are held out. It takes exactly want of the rows, each set of that size with the same
// probability, and needs one row at a time (selection sampling, Knuth's algorithm S): row i goes to validation when
//
//	u · (rows − i) < want − taken,   u = (next() >> 11) · 2⁻⁵³
//
// where next is SplitMix64 started at the seed. Both files keep the input's order.
type split struct {
	state              uint64
	seen, rows         int
	taken, want, train int
}

// newSplit holds out round(rows·fraction), but at least one row and never all of them.
func newSplit(rows int, fraction float64, seed uint64) *split {
	s := &split{state: seed, rows: rows}
	if fraction > 0 {
		s.want = min(max(int(math.Round(float64(rows)*fraction)), 1), rows-1)
	}
	s.train = rows - s.want
	return s
}

// validation decides on the next row.
func (s *split) validation() bool {
	if s.want == 0 {
		return false
	}
	u := float64(s.next()>>11) * 0x1p-53
	held := u*float64(s.rows-s.seen) < float64(s.want-s.taken)
	s.seen++
	if held {
		s.taken++
	}
	return held
}

// next is SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014).
func (s *split) next() uint64 {
	s.state += 0x9e3779b97f4a7c15
	z := s.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
