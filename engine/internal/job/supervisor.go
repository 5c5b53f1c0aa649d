package job

import (
	"bytes"
	"context"
	"sync"
	"sync/atomic"

	"github.com/sagefly/sagefly/engine/internal/lifecycle"
	"github.com/sagefly/sagefly/engine/internal/live"
	"github.com/sagefly/sagefly/engine/internal/store"
	"github.com/sagefly/sagefly/engine/runner"
)

type effect = lifecycle.Effect

// supervisor carries one job from its current state to its end. Its state is touched by run alone; everything else, effects
// under way included, talks to it by messages and knows of the state what names holds.
type supervisor struct {
	service *Service
	row     store.Job
	request *request
	names   []string // of the hosts, which never change
	threads int      // of each host's program, 0 = no limit; likewise
	state   lifecycle.State

	stored atomic.Pointer[answer] // what Describe says: the row as it was last stored

	mail  chan message
	over  context.Context //nolint:containedctx // done when the job has ended or the engine closes
	end   context.CancelCauseFunc
	tasks sync.WaitGroup // effects under way

	stage   context.CancelCauseFunc
	hosts   map[string]runner.Process
	turn    <-chan struct{} // closed when the job may run; nil when it does not wait
	leave   func()          // gives the slot, or the place in the queue, back
	started sync.Map        // host → runner.Process, from launch to watch
}

// message is an event, and optionally the wish to know when it is stored.
type message struct {
	event lifecycle.Event
	reply chan<- lifecycle.State
}

// supervisor carries on a stored job.
func (s *Service) supervisor(row store.Job) (*supervisor, error) {
	state, err := lifecycle.Unmarshal(row.State)
	if err != nil {
		return nil, err
	}
	request, err := decode(row.Request)
	if err != nil {
		return nil, err
	}
	return s.newSupervisor(row, request, state), nil
}

func (s *Service) newSupervisor(row store.Job, r *request, state lifecycle.State) *supervisor {
	v := &supervisor{
		service: s, row: row, request: r, state: state, threads: state.Threads,
		mail: make(chan message), hosts: map[string]runner.Process{},
		stage: func(error) {}, leave: func() {},
	}
	for _, h := range state.Hosts {
		v.names = append(v.names, h.Name)
	}
	v.stored.Store(&answer{row: row})
	v.over, v.end = context.WithCancelCause(s.live.Shutdown())
	return v
}

// resume prepares for a job that was under way when the engine ended, and returns what to do.
func (v *supervisor) resume() []effect {
	if v.state.Phase != lifecycle.Queued && v.state.Phase != lifecycle.Ended {
		v.leave = v.service.slots.Take()
	}
	return lifecycle.Resume(v.state)
}

// run performs effects and takes in events until the job has ended or the engine closes.
func (v *supervisor) run(effects []effect) {
	defer v.end(live.ErrShutdown)
	for {
		if v.over.Err() != nil { // the engine closes, and the last state may not be stored: the next owner performs its effects
			v.tasks.Wait()
			return
		}
		for _, e := range effects {
			v.perform(e)
		}
		if v.state.Phase == lifecycle.Ended {
			return
		}
		select {
		case <-v.over.Done():
		case <-v.turn:
			v.turn = nil
			effects = v.advance(message{event: lifecycle.Granted{}})
		case m := <-v.mail:
			effects = v.advance(m)
		}
	}
}

// advance applies one event and stores the result; effects are performed only after that. An event that changes
// nothing is not stored.
func (v *supervisor) advance(m message) []effect {
	next, effects := lifecycle.Next(v.state, m.event, now())
	document, err := next.Marshal()
	if err != nil { // a state is plain data; this cannot happen
		v.service.Logger.Error("job state not encoded", "job", v.row.Name, "err", err)
		return nil
	}
	v.state = next
	if !bytes.Equal(document, v.row.State) {
		v.row.State, v.row.Status, v.row.Modified = document, next.Status, next.Modified
		v.save()
	}
	if m.reply != nil {
		m.reply <- v.state
	}
	return effects
}

// save stores the state.
func (v *supervisor) save() {
	stored := store.Insist(v.over, func(ctx context.Context) error { return v.service.DB.Jobs.Update(ctx, v.row) }, func(err error) {
		v.service.Logger.Error("job state not stored, trying again", "job", v.row.Name, "err", err)
	})
	if stored {
		v.stored.Store(&answer{row: v.row})
	}
}

// post hands an event to run, unless the job is over.
func (v *supervisor) post(e lifecycle.Event) {
	select {
	case v.mail <- message{event: e}:
	case <-v.over.Done():
	}
}

// ask hands an event to run and waits until its effect on the state is stored. ok is false when the job is over.
func (v *supervisor) ask(ctx context.Context, e lifecycle.Event) (s lifecycle.State, ok bool) {
	reply := make(chan lifecycle.State, 1)
	select {
	case v.mail <- message{e, reply}:
		return <-reply, true
	case <-v.over.Done():
	case <-ctx.Done():
	}
	return s, false
}
