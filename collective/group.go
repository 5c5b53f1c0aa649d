package collective

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// Group is the processes of a job that have come together. Its methods are called by one goroutine at a time, in the same
// order in every process. After an error the group is broken: every later call returns that error.
type Group struct {
	config  Config
	busy    sync.Mutex    // held by an operation
	seq     uint64        // number of operations begun
	current atomic.Uint64 // the same, for readers

	mu     sync.Mutex
	peers  []*peer // by rank; nil at this process's own
	err    error   // why the group is broken
	broken chan struct{}
	parted chan struct{} // closed when the others have been told

	wg sync.WaitGroup // readers, and the telling
}

func newGroup(c Config) *Group {
	return &Group{config: c, peers: make([]*peer, c.Size), broken: make(chan struct{}), parted: make(chan struct{})}
}

// Close leaves the group and waits until the others have been told, two seconds at most. Their pending operations fail, unless they have all
// that they need of this process. A process that ends without Close has died, as the others see it. Close never returns an error and
// may be called again.
func (g *Group) Close() error {
	g.breakUp(errClosed)
	g.wg.Wait()
	return nil
}

// breakUp ends the group, once, and tells the others why. It does not wait for them.
func (g *Group) breakUp(why error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.err != nil {
		return
	}
	g.err = why
	close(g.broken)
	h, payload := g.lastFrame(why)
	var telling sync.WaitGroup
	for _, p := range g.peers {
		if p != nil {
			telling.Go(func() { p.part(h, payload) })
		}
	}
	g.wg.Go(func() {
		telling.Wait()
		close(g.parted)
	})
}

// lastFrame is what the others are told: that this process leaves, or which rank is at fault.
func (g *Group) lastFrame(why error) (header, []byte) {
	if errors.Is(why, errClosed) {
		return header{kind: kindLeave, seq: g.current.Load()}, nil
	}
	fault, ok := errors.AsType[*RankError](why)
	if !ok {
		fault = g.fault(g.config.Rank, "gave up: "+why.Error())
	}
	return header{kind: kindAbort}, abort(fault)
}

// failure is why the group is broken.
func (g *Group) failure() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.err
}

func (g *Group) fault(rank int, problem string) *RankError {
	return &RankError{Rank: rank, Size: g.config.Size, Problem: problem}
}

// add takes a process in and listens to it from now on.
func (g *Group) add(rank int, conn net.Conn) *peer {
	p := newPeer(rank, conn)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.peers[rank] = p
	if g.err != nil { // too late: nobody tells it more than that
		_ = p.conn.CloseWrite()
		_ = p.conn.SetDeadline(time.Now().Add(lastWords))
	}
	g.wg.Go(func() { g.listen(p) })
	return p
}

func (g *Group) listen(p *peer) {
	defer p.conn.Close()
	err := p.read(g.broken)
	if err != nil {
		g.breakUp(g.verdict(p, err))
	} else {
		g.left(p)
	}
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		p.drain()
	}
}

// verdict says whose fault it is that a peer cannot be read.
func (g *Group) verdict(p *peer, err error) error {
	if fault, ok := errors.AsType[*RankError](err); ok && fault.Rank >= 0 && fault.Rank < g.config.Size {
		return g.fault(fault.Rank, fault.Problem)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) {
		return g.fault(p.rank, "has died: its connection ended")
	}
	return g.fault(p.rank, "cannot be heard: "+err.Error())
}

// left breaks the group up when a process has left that the present operation needs.
func (g *Group) left(p *peer) {
	if g.current.Load() > p.leftAt {
		g.breakUp(g.fault(p.rank, "has left"))
	}
}

// others are the peers by rank. They change while the group comes together only.
func (g *Group) others() []*peer {
	g.mu.Lock()
	defer g.mu.Unlock()
	var list []*peer
	for _, p := range g.peers {
		if p != nil {
			list = append(list, p)
		}
	}
	return list
}

// do runs one operation within a time. When it fails, the group is broken and the others have been told.
func (g *Group) do(ctx context.Context, name string, within time.Duration, run func(*op) error) error {
	if !g.busy.TryLock() {
		return fmt.Errorf("%s: another operation of this group is under way: call one at a time", name)
	}
	defer g.busy.Unlock()
	ctx, cancel := context.WithTimeoutCause(ctx, within, errTimeout)
	defer cancel()
	o := g.begin(ctx)
	defer context.AfterFunc(ctx, func() { o.limitWrites(time.Now()) })()
	err := g.failure()
	if err == nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err == nil {
		err = run(o)
	}
	if err == nil {
		return nil
	}
	g.breakUp(err)
	<-g.parted
	return fmt.Errorf("%s: %w", name, g.failure())
}

func (g *Group) begin(ctx context.Context) *op {
	g.seq++
	g.current.Store(g.seq)
	o := &op{g: g, ctx: ctx, seq: g.seq, others: g.others()}
	if deadline, ok := ctx.Deadline(); ok {
		o.limitWrites(deadline)
	}
	for _, p := range o.others {
		if p.hasLeft() {
			g.left(p)
		}
	}
	return o
}
