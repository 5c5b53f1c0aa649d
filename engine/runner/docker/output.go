package docker

import (
	"context"
	"io"
	"os"
	"sync"
	"time"

	"github.com/sagefly/sagefly/engine/internal/log"
)

// outputGrace is how long the end of the output is waited for after the container's end.
const outputGrace = 5 * time.Second

// output moves what a container prints into the host's log.
type output struct {
	box     *box
	pump    *log.Pump
	head    head
	pipes   []*os.File // write ends
	stream  io.ReadCloser
	done    sync.WaitGroup
	stopped context.CancelFunc
}

// head passes everything on and remembers the beginning.
type head struct {
	io.Writer
	first []byte
}

func (h *head) Write(p []byte) (int, error) {
	if room := 500 - len(h.first); room > 0 {
		h.first = append(h.first, p[:min(room, len(p))]...)
	}
	return h.Writer.Write(p)
}

// connect attaches to a container that has not started yet.
func (b *box) connect(ctx context.Context) (*output, error) {
	ctx, cancel := context.WithCancel(ctx)
	o := &output{box: b, pump: log.NewPump(b.shim.Log), stopped: cancel}
	for _, s := range []log.Stream{log.Stdout, log.Stderr} {
		r, w, err := os.Pipe()
		if err != nil {
			cancel()
			return nil, err
		}
		o.pump.Add(s, r)
		o.pipes = append(o.pipes, w)
	}
	o.head.Writer = o.pipes[1]
	var err error
	if o.stream, err = b.attach(ctx, b.id); err != nil {
		cancel()
		return nil, err
	}
	o.done.Go(func() { o.follow(ctx) })
	return o, nil
}

// follow copies until the container has ended. A daemon that comes back with the container still running (live restore) is
// attached to again; what was printed meanwhile is not kept, and the log says so.
func (o *output) follow(ctx context.Context) {
	defer func() {
		for _, w := range o.pipes {
			w.Close()
		}
	}()
	for {
		err := demultiplex(o.stream, o.pipes[0], &o.head)
		o.stream.Close()
		if !o.again(ctx) {
			return
		}
		o.box.shim.Log.Print("sagefly: output may be missing here: the connection to the daemon broke (%v)", err)
	}
}

// again attaches once more when the container still runs.
func (o *output) again(ctx context.Context) bool {
	for ctx.Err() == nil {
		st, err := o.box.inspect(ctx, o.box.id)
		if status(err) != 0 || err == nil && st.Status != "created" && !st.Running {
			return false
		}
		if err == nil {
			if o.stream, err = o.box.attach(ctx, o.box.id); err == nil {
				return true
			}
		}
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
		}
	}
	return false
}

// finish returns when everything that the container printed is in the log.
func (o *output) finish() {
	timer := time.AfterFunc(outputGrace, o.stopped)
	o.done.Wait()
	timer.Stop()
	o.stopped()
	o.pump.Wait(outputGrace)
}
