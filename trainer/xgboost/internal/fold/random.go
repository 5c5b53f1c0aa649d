package fold

// random is numpy's RandomState as far as shuffling needs it: the Mersenne Twister MT19937 with the original seeding.
type random struct {
	state [624]uint32
	next  int
}

func newRandom(seed uint32) *random {
	r := &random{next: 624}
	r.state[0] = seed
	for i := 1; i < len(r.state); i++ {
		previous := r.state[i-1]
		r.state[i] = 1812433253*(previous^previous>>30) + uint32(i)
	}
	return r
}

func (r *random) uint32() uint32 {
	if r.next == len(r.state) {
		r.generate()
	}
	y := r.state[r.next]
	r.next++
	y ^= y >> 11
	y ^= y << 7 & 0x9d2c5680
	y ^= y << 15 & 0xefc60000
	return y ^ y>>18
}

func (r *random) generate() {
	n := len(r.state)
	for i := range r.state {
		y := r.state[i]&0x80000000 | r.state[(i+1)%n]&0x7fffffff
		r.state[i] = r.state[(i+397)%n] ^ y>>1
		if y&1 != 0 {
			r.state[i] ^= 0x9908b0df
		}
	}
	r.next = 0
}

// upTo returns a number from 0 to limit: the first of the masked numbers that is not too large.
func (r *random) upTo(limit uint32) uint32 {
	mask := limit
	for shift := 1; shift < 32; shift *= 2 {
		mask |= mask >> shift
	}
	for {
		if v := r.uint32() & mask; v <= limit {
			return v
		}
	}
}

// shuffle orders v as RandomState.shuffle does.
func (r *random) shuffle(v []int) {
	for i := len(v) - 1; i > 0; i-- {
		j := r.upTo(uint32(i))
		v[i], v[j] = v[j], v[i]
	}
}
