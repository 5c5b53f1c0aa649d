package collective

import (
	"bufio"
	"encoding/binary"
	"io"
	"net"
	"sync"
	"time"
)

// peer is the connection to another process. A goroutine reads it all the time, so that a process that dies is noticed between
// operations too.
type peer struct {
	rank int
	conn *net.TCPConn

	in    chan frame  // what came, for operations
	spare chan []byte // buffers for what comes next

	ended  chan struct{} // closed when nothing more comes; the next two are set then
	left   bool          // it said that it leaves
	leftAt uint64        // number of the last operation that it took part in

	mu  sync.Mutex // one writer at a time
	out []byte     // its buffer
	end bool       // nothing can follow what was written
}

// queue is how many frames of a peer may wait for an operation.
const queue = 4

func newPeer(rank int, conn net.Conn) *peer {
	p := &peer{
		rank: rank, conn: conn.(*net.TCPConn), in: make(chan frame, queue), spare: make(chan []byte, queue+2),
		ended: make(chan struct{}), out: make([]byte, headerSize+maxPayload),
	}
	for range cap(p.spare) {
		p.spare <- nil
	}
	return p
}

// read delivers frames until the peer leaves, fails or dies, and says which.
func (p *peer) read(stop <-chan struct{}) error {
	defer close(p.ended)
	for in := bufio.NewReaderSize(p.conn, 64<<10); ; {
		f, err := p.next(in, stop)
		if err != nil {
			return err
		}
		switch f.kind {
		case kindLeave:
			p.left, p.leftAt = true, f.seq
			return nil
		case kindAbort:
			return readAbort(f)
		}
		select {
		case p.in <- f:
		case <-stop:
			return errClosed
		}
	}
}

// hasLeft reports whether the peer said that it leaves.
func (p *peer) hasLeft() bool {
	select {
	case <-p.ended:
		return p.left
	default:
		return false
	}
}

// next reads one frame into a spare buffer.
func (p *peer) next(in io.Reader, stop <-chan struct{}) (frame, error) {
	select {
	case buffer := <-p.spare:
		if buffer == nil {
			buffer = make([]byte, maxPayload)
		}
		return readFrame(in, buffer)
	case <-stop:
		return frame{}, errClosed
	}
}

// release gives a frame's buffer back.
func (p *peer) release(f frame) { p.spare <- f.payload[:cap(f.payload)] }

// drain reads on until the peer hangs up, so that our last words are not lost: a system may throw away what it still has to deliver
// when a connection is closed with unread bytes.
func (p *peer) drain() {
	_ = p.conn.SetReadDeadline(time.Now().Add(lastWords))
	_, _ = io.Copy(io.Discard, p.conn)
}

// send writes one frame; fill puts the payload into place.
func (p *peer) send(h header, fill func([]byte)) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.end {
		return net.ErrClosed
	}
	h.put(p.out)
	fill(p.out[headerSize : headerSize+h.length])
	_, err := p.conn.Write(p.out[:headerSize+h.length])
	p.end = err != nil // a part may have been written
	return err
}

// sendBytes writes one frame with a payload that is there already.
func (p *peer) sendBytes(h header, payload []byte) error {
	h.length = len(payload)
	return p.send(h, func(b []byte) { copy(b, payload) })
}

// lastWords is how long the end of a group may take at most.
const lastWords = 2 * time.Second

// part ends the writing half of the connection, with a last frame where one can follow.
func (p *peer) part(h header, payload []byte) {
	_ = p.conn.SetWriteDeadline(time.Now()) // whoever writes now stops
	p.mu.Lock()
	_ = p.conn.SetDeadline(time.Now().Add(lastWords)) // for its last words too: it may hang
	p.mu.Unlock()
	_ = p.sendBytes(h, payload)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.end = true
	_ = p.conn.CloseWrite()
}

// abort is the payload of kindAbort.
func abort(e *RankError) []byte {
	problem := e.Problem[:min(len(e.Problem), 1<<10)]
	return append(binary.LittleEndian.AppendUint32(nil, uint32(e.Rank)), problem...)
}

func readAbort(f frame) error {
	if len(f.payload) < 4 {
		return errForeign
	}
	return &RankError{Rank: int(binary.LittleEndian.Uint32(f.payload)), Problem: string(f.payload[4:])}
}
