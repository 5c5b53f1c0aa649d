package collective

import (
	"context"
	"sync"
)

// AllReduce replaces x by the sum over all processes, element by element. All give slices of the same length, which may be 0. The order of
// additions is that of the ranks, so every process gets the same bits, in every run. After an error x has no meaning.
func (g *Group) AllReduce(ctx context.Context, x []float64) error {
	return g.do(ctx, "all-reduce", g.config.Timeout, func(o *op) error {
		return o.reduce(x)
	})
}

// span is a piece of a slice.
type span struct{ from, to int }

// part is what rank adds up of n floats.
func part(n, rank, size int) span { return span{n * rank / size, n * (rank + 1) / size} }

// frames cuts a span into what fits into frames. An empty one is a frame too: it says that its sender is there.
func (s span) frames() []span {
	var list []span
	for from := s.from; len(list) == 0 || from < s.to; from += perFrame {
		list = append(list, span{from, min(from+perFrame, s.to)})
	}
	return list
}

// reduce sends each process its part, adds up this process's own and exchanges the sums. Sending has goroutines of its own, and sums go out
// while others are still being added, so nobody waits for a process that waits for him.
func (o *op) reduce(x []float64) error {
	c := o.g.config
	if c.Size == 1 {
		return nil
	}
	own := part(len(x), c.Rank, c.Size).frames()
	ready := make([]chan struct{}, len(own)) // closed when the sum is in x
	for i := range ready {
		ready[i] = make(chan struct{})
	}
	return o.sendAll(func(p *peer) error {
		if err := o.sendFloats(p, kindPart, x, part(len(x), p.rank, c.Size).frames()); err != nil {
			return err
		}
		for i, s := range own {
			select {
			case <-ready[i]:
			case <-o.g.broken: // also when the time is over: the receiving half knows who is missing
				return o.g.failure()
			}
			if err := o.sendFloats(p, kindSum, x, []span{s}); err != nil {
				return err
			}
		}
		return nil
	}, func() error {
		buffer := make([]byte, maxPayload)
		for i, s := range own {
			if err := o.addUp(x[s.from:s.to], buffer, len(x)); err != nil {
				return err
			}
			close(ready[i])
		}
		return o.receiveSums(x)
	})
}

// addUp replaces x, a piece of n floats, by the sum over all ranks, rank 0's first. Own keeps this process's values meanwhile.
func (o *op) addUp(x []float64, own []byte, n int) error {
	rank, size := o.g.config.Rank, o.g.config.Size
	putFloats(own, x)
	others := o.others
	for r := range size {
		if r == rank {
			accumulate(x, own, r)
			continue
		}
		p := others[0]
		others = others[1:]
		f, err := o.receiveFloats(p, kindPart, len(x), n)
		if err != nil {
			return err
		}
		accumulate(x, f.payload, r)
		p.release(f)
	}
	return nil
}

// accumulate adds a rank's values. The first are taken as they are: 0 + -0 would be 0.
func accumulate(x []float64, values []byte, rank int) {
	if rank == 0 {
		setFloats(x, values)
	} else {
		addFloats(x, values)
	}
}

func (o *op) receiveSums(x []float64) error {
	for _, p := range o.others {
		for _, s := range part(len(x), p.rank, o.g.config.Size).frames() {
			f, err := o.receiveFloats(p, kindSum, s.to-s.from, len(x))
			if err != nil {
				return err
			}
			setFloats(x[s.from:s.to], f.payload)
			p.release(f)
		}
	}
	return nil
}

// receiveFloats receives a frame with a number of floats of an operand of n.
func (o *op) receiveFloats(p *peer, k kind, floats, n int) (frame, error) {
	f, err := o.receive(p, k, uint64(n))
	if err == nil && len(f.payload) != 8*floats {
		err = o.g.fault(p.rank, "sent a frame of another size than was due")
	}
	return f, err
}

func (o *op) sendFloats(p *peer, k kind, x []float64, spans []span) error {
	for _, s := range spans {
		h := header{kind: k, length: 8 * (s.to - s.from), total: uint64(len(x))}
		if err := o.send(p, h, func(b []byte) { putFloats(b, x[s.from:s.to]) }); err != nil {
			return err
		}
	}
	return nil
}

// sendAll sends to all peers at the same time while it receives. The first error is the one that counts: it breaks the group, which
// ends the rest.
func (o *op) sendAll(send func(*peer) error, receive func() error) error {
	var sending sync.WaitGroup
	for _, p := range o.others {
		sending.Go(func() {
			if err := send(p); err != nil {
				o.g.breakUp(err)
			}
		})
	}
	if err := receive(); err != nil {
		o.g.breakUp(err)
	}
	sending.Wait()
	return o.g.failure()
}
