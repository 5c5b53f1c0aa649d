package collective

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"slices"
	"time"
)

// table is what rank 0 tells everybody once all are there.
type table struct {
	Token     string   `json:"token"`     // of this group, so that another run at the same addresses is told apart
	Addresses []string `json:"addresses"` // where each rank listens; "" for rank 0
}

// meet is the operation in which the group comes together.
func (g *Group) meet(o *op) error {
	if g.config.Size == 1 {
		return nil
	}
	gather := g.attend
	if g.config.Rank == 0 {
		gather = g.host
	}
	if err := gather(o); err != nil {
		return err
	}
	o.others = g.others()
	if deadline, ok := o.ctx.Deadline(); ok {
		o.limitWrites(deadline)
	}
	return o.barrier()
}

// host is rank 0's part: wait for all, then tell everybody where everybody is.
func (g *Group) host(o *op) error {
	d, err := g.openDoor(o.ctx, g.config.Address)
	if err != nil {
		return fmt.Errorf("listen as rank 0: %w", err)
	}
	defer d.close()
	d.learn("")
	list := table{Token: rand.Text(), Addresses: make([]string, g.config.Size)}
	if err := o.welcome(d, func(h hello) { list.Addresses[h.Rank] = h.Address }); err != nil {
		return err
	}
	text, err := json.Marshal(list)
	if err != nil {
		return err
	}
	for _, p := range g.others() {
		if err := p.sendBytes(header{kind: kindTable, seq: o.seq}, text); err != nil {
			return o.unsent(p, err)
		}
	}
	return nil
}

// welcome takes in every rank above this process's own.
func (o *op) welcome(d *door, met func(hello)) error {
	g := o.g
	for missing := g.missing(); len(missing) > 0; missing = g.missing() {
		select {
		case a := <-d.arrivals:
			if !slices.Contains(missing, a.hello.Rank) {
				d.refuse(a.conn, a.hello, fmt.Sprintf("rank %d of %d is taken by %s", a.hello.Rank, g.config.Size, g.peers[a.hello.Rank].conn.RemoteAddr()))
			} else if err := a.answer(); err != nil {
				_ = a.conn.Close() // it went away again
			} else {
				met(a.hello)
				g.add(a.hello.Rank, a.conn)
			}
		case <-g.broken:
			return g.failure()
		case <-o.ctx.Done():
			return o.absent(missing, d.lastRefusal())
		}
	}
	return nil
}

// missing are the ranks above this process's own that have not come.
func (g *Group) missing() (list []int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for rank := g.config.Rank + 1; rank < g.config.Size; rank++ {
		if g.peers[rank] == nil {
			list = append(list, rank)
		}
	}
	return list
}

// absent is the error of a group in which some are missing.
func (o *op) absent(missing []int, hint string) error {
	if why := context.Cause(o.ctx); !errors.Is(why, errTimeout) {
		return why
	}
	problem := fmt.Sprintf("did not come within %v", o.g.config.Timeout)
	if hint != "" {
		problem += "; " + hint
	}
	e := o.g.fault(missing[0], problem)
	e.also = missing[1:]
	return e
}

// attend is the part of the other ranks: go to rank 0, learn where the others are, connect to those below and wait for those above.
func (g *Group) attend(o *op) error {
	conn, d, err := o.approach()
	if err != nil {
		return err
	}
	defer d.close()
	list, err := o.table(g.add(0, conn))
	if err != nil {
		return err
	}
	d.learn(list.Token)
	for rank := 1; rank < g.config.Rank; rank++ {
		if err := o.visit(rank, list); err != nil {
			return err
		}
	}
	return o.welcome(d, func(hello) {})
}

// retryAfter is how long a process waits before it tries rank 0 again; it doubles up to a second.
const retryAfter = 20 * time.Millisecond

// approach tries to be let in by rank 0, which may start later than this process.
func (o *op) approach() (net.Conn, *door, error) {
	ctx, cancel := context.WithTimeoutCause(o.ctx, o.g.config.Timeout, errTimeout)
	defer cancel()
	for wait := retryAfter; ; wait = min(2*wait, time.Second) {
		conn, d, err := o.knock(ctx)
		if _, refused := errors.AsType[refusal](err); err == nil || refused {
			return conn, d, err
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			if why := context.Cause(ctx); !errors.Is(why, errTimeout) {
				return nil, nil, why
			}
			return nil, nil, o.g.fault(0, fmt.Sprintf("did not come within %v: %v", o.g.config.Timeout, err))
		}
	}
}

// refusal is an answer that no repetition changes.
type refusal string

func (r refusal) Error() string { return string(r) }

// knock is one try.
func (o *op) knock(ctx context.Context) (net.Conn, *door, error) {
	conn, err := dial(ctx, o.g.config.Address)
	if err != nil {
		return nil, nil, err
	}
	d, err := o.g.openDoor(ctx, net.JoinHostPort(conn.LocalAddr().(*net.TCPAddr).IP.String(), "0"))
	if err != nil {
		_ = conn.Close()
		return nil, nil, fmt.Errorf("listen for other ranks: %w", err)
	}
	err = o.greet(ctx, conn, hello{Address: d.listener.Addr().String()})
	if err != nil {
		_ = conn.Close()
		d.close()
		return nil, nil, err
	}
	return conn, d, nil
}

// greet introduces this process on a new connection.
func (o *op) greet(ctx context.Context, conn net.Conn, h hello) error {
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	h.Rank, h.Size, h.Job = o.g.config.Rank, o.g.config.Size, o.g.config.Job
	reason, err := greet(conn, h)
	if reason != "" {
		return refusal(fmt.Sprintf("refused at %s: %s", conn.RemoteAddr(), reason))
	}
	return err
}

func dial(ctx context.Context, address string) (net.Conn, error) {
	d := net.Dialer{KeepAliveConfig: keepAlive()}
	return d.DialContext(ctx, "tcp", address)
}

// table waits until rank 0 has everybody.
func (o *op) table(leader *peer) (table, error) {
	var list table
	f, err := o.receive(leader, kindTable, anyTotal)
	if err != nil {
		return list, err
	}
	defer leader.release(f)
	if err := json.Unmarshal(f.payload, &list); err != nil || len(list.Addresses) != o.g.config.Size {
		return list, o.g.fault(0, "sent a list of processes that cannot be read")
	}
	return list, nil
}

// visit connects to a rank below this process's own.
func (o *op) visit(rank int, list table) error {
	conn, err := dial(o.ctx, list.Addresses[rank])
	if err == nil {
		err = o.greet(o.ctx, conn, hello{Token: list.Token})
	}
	if err != nil {
		return o.g.fault(rank, fmt.Sprintf("cannot be reached from rank %d: %v", o.g.config.Rank, err))
	}
	o.g.add(rank, conn)
	return nil
}
