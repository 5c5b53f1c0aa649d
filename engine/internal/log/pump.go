package log

import (
	"bytes"
	"os"
	"sync"
	"time"
)

// Pump moves what a program prints from its pipes into a log. A line becomes a record when its newline arrives; the
// last line of a stream need not have one and is written at the end of the stream, not before, however long a program
// leaves it unfinished.
type Pump struct {
	w     *Writer
	pipes []*os.File
	done  sync.WaitGroup
}

// NewPump starts an empty pump that writes to w. w stays the caller's.
func NewPump(w *Writer) *Pump { return &Pump{w: w} }

// Add reads r, the read end of a pipe, until its end. The pump closes it.
func (p *Pump) Add(s Stream, r *os.File) {
	p.pipes = append(p.pipes, r)
	p.done.Go(func() {
		defer r.Close()
		p.copy(s, r)
	})
}

// Wait returns when all pipes have ended and every record is written. A descendant of the program that lives on and
// holds a pipe open is waited for no longer than grace; what is in the pipe by then is written.
func (p *Pump) Wait(grace time.Duration) {
	deadline := time.Now().Add(grace)
	for _, r := range p.pipes {
		r.SetReadDeadline(deadline) // an error means that it has ended
	}
	p.done.Wait()
}

func (p *Pump) copy(s Stream, r *os.File) {
	buf := make([]byte, 0, 64<<10)
	for {
		if len(buf) == cap(buf) { // a long line
			buf = append(buf, 0)[:len(buf)]
		}
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		buf = buf[:copy(buf, p.lines(s, buf))]
		if err != nil { // the end of the pipe, or the deadline
			if len(buf) > 0 {
				p.w.Write(s, buf)
			}
			return
		}
	}
}

// lines writes the complete lines of buf and returns the rest, which is shorter than a record.
func (p *Pump) lines(s Stream, buf []byte) (rest []byte) {
	end := lastNewline(buf)
	var list [][]byte
	for line := range bytes.Lines(buf[:end]) {
		list = append(list, line[:len(line)-1])
	}
	rest = buf[end:]
	for len(rest) > MaxText {
		var part []byte
		part, rest, _ = cut(rest)
		list = append(list, part)
	}
	if len(list) > 0 {
		p.w.Write(s, list...)
	}
	return rest
}
