package collective

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"
)

// door is where a process waits for others to connect. It lets in those who belong to the group, tells the wrong ones why
// not, and hangs up on everything else.
type door struct {
	g        *Group
	listener net.Listener
	arrivals chan arrival
	hangUp   context.CancelFunc
	wg       sync.WaitGroup

	known chan struct{} // closed when token is set
	token string        // "" at rank 0's door, else what rank 0 gave to the group

	mu      sync.Mutex
	refused string // the last refusal, for the message of a time-out
}

// arrival is a process that may come in; whether its rank is still free is for the receiver to say.
type arrival struct {
	hello hello
	conn  net.Conn
}

// maxHandshakes is how many connections may be saying who they are at a time; more wait.
const maxHandshakes = 512

// openDoor begins to listen. Nobody is let in before the door has learned the group's token.
func (g *Group) openDoor(ctx context.Context, address string) (*door, error) {
	config := net.ListenConfig{KeepAliveConfig: keepAlive()}
	listener, err := config.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	ctx, hangUp := context.WithCancel(context.WithoutCancel(ctx))
	d := &door{g: g, listener: listener, arrivals: make(chan arrival), hangUp: hangUp, known: make(chan struct{})}
	d.wg.Go(func() { d.accept(ctx) })
	return d, nil
}

func (d *door) learn(token string) {
	d.token = token
	close(d.known)
}

// close ends the waiting. Handshakes under way end with it.
func (d *door) close() {
	d.hangUp()
	_ = d.listener.Close()
	d.wg.Wait()
}

func (d *door) accept(ctx context.Context) {
	slots := make(chan struct{}, maxHandshakes)
	for {
		conn, err := d.listener.Accept()
		switch {
		case ctx.Err() != nil:
			if err == nil {
				_ = conn.Close()
			}
			return
		case err != nil: // out of file descriptors, perhaps for a moment only
			time.Sleep(10 * time.Millisecond)
			continue
		}
		slots <- struct{}{}
		d.wg.Go(func() {
			defer func() { <-slots }()
			d.admit(ctx, conn, context.AfterFunc(ctx, func() { _ = conn.Close() }))
		})
	}
}

// admit hands a process on, or ends the connection. Until then the door's end closes it; keep says that it is not to any more.
func (d *door) admit(ctx context.Context, conn net.Conn, keep func() bool) {
	h, spoken, err := receive(conn)
	if err != nil {
		_ = conn.Close()
		return
	}
	select {
	case <-d.known:
	case <-ctx.Done():
	}
	if !keep() {
		return
	}
	if reason := d.g.object(h, spoken, d.token); reason != "" {
		d.refuse(conn, h, reason)
		return
	}
	select {
	case d.arrivals <- arrival{h, conn}:
	case <-ctx.Done():
		_ = conn.Close()
	}
}

// object says why a process does not belong to the group, "" when it does.
func (g *Group) object(h hello, spoken int, token string) string {
	c := g.config
	switch {
	case spoken != version:
		return fmt.Sprintf("rank %d speaks version %d of the protocol, this process version %d: run the same program everywhere", c.Rank, version, spoken)
	case h.Job != c.Job:
		return fmt.Sprintf("rank %d is of job %q, this process of job %q", c.Rank, c.Job, h.Job)
	case h.Size != c.Size:
		return fmt.Sprintf("rank %d is of %d processes, this process of %d", c.Rank, c.Size, h.Size)
	case h.Rank <= c.Rank || h.Rank >= c.Size:
		return fmt.Sprintf("rank %d of %d is not for others to take", h.Rank, c.Size)
	case h.Token != token:
		return fmt.Sprintf("rank %d is of another run of job %q", c.Rank, c.Job)
	}
	return ""
}

func (d *door) refuse(conn net.Conn, h hello, reason string) {
	d.mu.Lock()
	d.refused = fmt.Sprintf("refused %s as rank %d: %s", conn.RemoteAddr(), h.Rank, strings.ReplaceAll(reason, "this process", "that process"))
	d.mu.Unlock()
	_ = writeMessage(conn, []byte(reason))
	_ = conn.Close()
}

// answer lets an arrival in.
func (a arrival) answer() error {
	if err := writeMessage(a.conn, nil); err != nil {
		return err
	}
	return a.conn.SetDeadline(time.Time{})
}

// lastRefusal is a hint for whoever waits in vain.
func (d *door) lastRefusal() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.refused
}

// keepAlive notices a machine that went without a word after half a minute.
func keepAlive() net.KeepAliveConfig {
	return net.KeepAliveConfig{Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 3}
}
