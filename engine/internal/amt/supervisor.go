package amt

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/sagefly/sagefly/api"
	"github.com/sagefly/sagefly/engine/internal/lifecycle"
	"github.com/sagefly/sagefly/engine/internal/live"
	"github.com/sagefly/sagefly/engine/internal/store"
	"github.com/sagefly/sagefly/tuner"
)

// supervisor carries one tuning job to its end. What it knows is touched by run alone; everything else hands run something to do.
type supervisor struct {
	service *Service
	row     store.Job
	plan    plan
	search  *tuner.Search
	state   state
	trials  []*trial
	created map[*trial]bool      // whose training jobs are there
	told    map[*trial]bool      // whose training jobs were told to stop
	means   map[*trial][]float64 // running averages of trials that have ended, for the median rule

	mail  chan func()
	over  context.Context //nolint:containedctx // done when the tuning job has ended or the engine closes
	end   context.CancelCauseFunc
	tasks sync.WaitGroup // trials under way
}

func (s *Service) supervisor(row store.Job, p plan, begin state) (*supervisor, error) {
	space, err := tuner.NewSpace(p.Parameters...)
	if err != nil {
		return nil, fmt.Errorf("space of tuning job %s: %w", row.Name, err)
	}
	v := &supervisor{
		service: s, row: row, plan: p, search: tuner.New(space, p.Search), state: begin,
		created: map[*trial]bool{}, told: map[*trial]bool{}, means: map[*trial][]float64{}, mail: make(chan func()),
	}
	v.over, v.end = context.WithCancelCause(s.live.Shutdown())
	return v, nil
}

// recover carries on a stored tuning job.
func (s *Service) recover(ctx context.Context, row store.Job) (*supervisor, error) {
	d, err := readDocument(row)
	if err != nil {
		return nil, err
	}
	begin, err := readState(row)
	if err != nil {
		return nil, err
	}
	v, err := s.supervisor(row, d.Plan, begin)
	if err != nil {
		return nil, err
	}
	v.trials, err = s.trials(ctx, row.ID)
	for _, t := range v.trials {
		if t.running() {
			t.Curve = nil // its values come again
		}
	}
	return v, err
}

func (v *supervisor) arn() string {
	return api.TuningJobARN(v.row.Region, v.service.Account, v.row.Name)
}

// run goes on until the tuning job has ended or the engine closes.
func (v *supervisor) run() {
	defer v.tasks.Wait()
	defer v.end(live.ErrShutdown) // before the wait, also for a panic, which would wait in silence for trials that nobody hears
	v.tasks.Go(v.deadline)
	for _, t := range v.trials {
		if t.running() {
			v.tasks.Go(func() { v.carry(t) })
		}
	}
	for v.over.Err() == nil {
		v.stopTrials()
		if v.done() {
			v.conclude()
			return
		}
		v.next()()
	}
}

// deadline ends the search when the tuning job's time is over; never without a limit.
func (v *supervisor) deadline() {
	if v.plan.MaxRuntime == 0 {
		return
	}
	select {
	case <-time.After(time.Until(v.state.Created.Add(v.plan.MaxRuntime))):
		v.post(func() { v.save(v.halt("MaxRuntimeInSeconds")...) })
	case <-v.over.Done():
	}
}

// next waits for something to do. What was posted comes before another trial, for a point can take long to be found, and a stop, the deadline
// and verdicts on trials are not to wait for many.
func (v *supervisor) next() (do func()) {
	select {
	case do = <-v.mail:
		return do
	default:
	}
	if v.room() {
		return v.begin
	}
	select {
	case do = <-v.mail:
		return do
	case <-v.over.Done():
		return func() {}
	}
}

// post gives run something to do, unless the tuning job is over.
func (v *supervisor) post(do func()) {
	select {
	case v.mail <- do:
	case <-v.over.Done():
	}
}

// begin begins a trial.
func (v *supervisor) begin() {
	point, err := v.search.Suggest(v.known())
	if errors.Is(err, tuner.ErrExhausted) {
		v.save(v.halt(exhausted)...)
		return
	}
	if err != nil {
		v.save(v.fail(err.Error())...)
		return
	}
	t := v.decide(point)
	v.save(t)
	if v.over.Err() == nil {
		v.tasks.Go(func() { v.carry(t) })
	}
}

// room says that a trial can begin.
func (v *supervisor) room() bool {
	return v.over.Err() == nil && !v.finishing() && v.running() < v.plan.Parallel && (v.plan.Jobs == 0 || len(v.trials) < v.plan.Jobs)
}

// finishing says that no more trials begin.
func (v *supervisor) finishing() bool { return v.state.StopRequested || v.state.Halt != "" }

func (v *supervisor) running() int {
	n := 0
	for _, t := range v.trials {
		if t.running() {
			n++
		}
	}
	return n
}

// known is what the search learns from.
func (v *supervisor) known() []tuner.Trial {
	list := make([]tuner.Trial, len(v.trials))
	for i, t := range v.trials {
		list[i] = t.known()
	}
	if h := v.plan.Hyperband; h != nil {
		return h.Observed(list, v.state.Verdicts, len(v.plan.Parameters))
	}
	return list
}

// decide makes a trial of a point.
func (v *supervisor) decide(p tuner.Point) *trial {
	d := v.plan.definition(p[choice])
	if d == nil {
		d = &v.plan.Definitions[0]
	}
	var suffix [4]byte
	_, _ = rand.Read(suffix[:]) // never fails
	n := len(v.trials) + 1
	t := &trial{
		Number: n, Name: fmt.Sprintf("%s-%03d-%s", v.row.Name, n, hex.EncodeToString(suffix[:])), Definition: d.Name,
		Point: p, Tuned: d.tuned(p), Created: now(), Status: inProgress,
	}
	v.trials = append(v.trials, t)
	v.state.count(v.trials, v.better)
	return t
}

// save stores the tuning job's state and trials that changed, in one commit.
func (v *supervisor) save(changed ...*trial) {
	v.state.Modified = now()
	rows := map[int][]byte{}
	for _, t := range changed {
		rows[t.Number] = encode(t)
	}
	v.row.State, v.row.Status, v.row.Modified = encode(v.state), v.state.Status, v.state.Modified
	store.Insist(v.over, func(ctx context.Context) error { return v.service.DB.UpdateTuning(ctx, v.row, rows) }, func(err error) {
		v.service.Logger.Error("tuning job not stored, trying again", "job", v.row.Name, "err", err)
	})
}

// encode is the stored form of plain data, which always has one: lifecycle.Float writes what JSON lacks.
func encode(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("amt: %v", err))
	}
	return text
}

func (v *supervisor) better(a, b lifecycle.Float) bool { return beats(v.plan.Search.Maximize, a, b) }
