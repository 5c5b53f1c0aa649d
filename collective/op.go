package collective

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// op is one operation of a group under way.
type op struct {
	g      *Group
	ctx    context.Context
	seq    uint64
	others []*peer
}

func (o *op) limitWrites(t time.Time) {
	for _, p := range o.others {
		select {
		case <-o.g.broken: // the last words have a limit of their own
		default:
			_ = p.conn.SetWriteDeadline(t)
		}
	}
}

// send writes a frame to a peer.
func (o *op) send(p *peer, h header, fill func([]byte)) error {
	h.seq = o.seq
	if err := p.send(h, fill); err != nil {
		return o.unsent(p, err)
	}
	return nil
}

// unsent says why a frame could not be written. A peer that is gone may have said why before, so its reader is heard first.
func (o *op) unsent(p *peer, err error) error {
	ended := p.ended
	if o.ctx.Err() != nil {
		ended = nil // it takes nothing, perhaps because it waits for the rank that our receiving half is about to name
	}
	select {
	case <-o.g.broken:
		return o.g.failure()
	case <-ended:
	case <-time.After(lastWords):
	}
	switch {
	case o.ctx.Err() != nil:
		return o.late(p)
	case o.g.failure() != nil:
		return o.g.failure()
	case p.hasLeft():
		return o.g.fault(p.rank, "has left")
	}
	return o.g.fault(p.rank, "has died: "+err.Error())
}

// receive waits for the peer's next frame, which must be of a kind. Give it back by release.
func (o *op) receive(p *peer, k kind, total uint64) (frame, error) {
	select {
	case f := <-p.in:
		return f, o.expect(p, f, k, total)
	case <-o.g.broken:
		return frame{}, o.g.failure()
	case <-o.ctx.Done():
		return frame{}, o.late(p)
	case <-p.ended:
		return o.receiveLast(p, k, total)
	}
}

// receiveLast takes what a peer sent before it left.
func (o *op) receiveLast(p *peer, k kind, total uint64) (frame, error) {
	select {
	case f := <-p.in:
		return f, o.expect(p, f, k, total)
	default:
	}
	if p.hasLeft() {
		return frame{}, o.g.fault(p.rank, "has left")
	}
	<-o.g.broken // its reader says why
	return frame{}, o.g.failure()
}

// late is the error of an operation whose context is done while it waited for a peer.
func (o *op) late(p *peer) error {
	if why := context.Cause(o.ctx); !errors.Is(why, errTimeout) {
		return why
	}
	return o.g.fault(p.rank, fmt.Sprintf("did not come within %v", o.g.config.Timeout))
}

// anyTotal stands for an operand whose size the sender decides.
const anyTotal = 1<<64 - 1

// expect checks that the peer is in the same operation with an operand of the same size.
func (o *op) expect(p *peer, f frame, k kind, total uint64) error {
	switch {
	case f.kind.call() != k.call():
		return o.g.fault(p.rank, fmt.Sprintf("called %s where rank %d called %s: all processes must make the same calls in the same order",
			f.kind.call(), o.g.config.Rank, k.call()))
	case f.kind != k || f.seq != o.seq:
		return o.g.fault(p.rank, fmt.Sprintf("is at its call %d where rank %d is at %d: all processes must make the same calls in the same order",
			f.seq, o.g.config.Rank, o.seq))
	case total != anyTotal && f.total != total:
		return o.g.fault(p.rank, fmt.Sprintf("gave %d numbers to %s where rank %d gave %d", f.total, k.call(), o.g.config.Rank, total))
	}
	return nil
}
