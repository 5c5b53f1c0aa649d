package amt

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/sagefly/sagefly/engine/internal/job"
	"github.com/sagefly/sagefly/engine/internal/lifecycle"
	"github.com/sagefly/sagefly/tuner"
)

// trial is one evaluation: what was decided and, when it has ended, what became of it.
type trial struct {
	Number     int               `json:"number"` // from 1
	Name       string            `json:"name"`   // TrainingJobName
	Definition string            `json:"definition,omitempty"`
	Point      tuner.Point       `json:"point"`
	Tuned      map[string]string `json:"tuned"`
	Created    time.Time         `json:"created"`
	Stop       stopReason        `json:"stop,omitempty"` // decided; the job is told to

	Status        string           `json:"status"` // of the training job
	Start         time.Time        `json:"start,omitzero"`
	End           time.Time        `json:"end,omitzero"`
	FailureReason string           `json:"failureReason,omitempty"`
	Value         *lifecycle.Float `json:"value,omitempty"`  // of the objective
	Order         int              `json:"order,omitempty"`  // place in the order of ends, from 1
	Counted       time.Time        `json:"counted,omitzero"` // when its end was taken in
	Curve         curve            `json:"curve,omitempty"`  // values of the objective, where decisions need them
}

// curve is stored as lifecycle.Floats, for values can be what JSON lacks.
type curve []float64

func (c curve) MarshalJSON() ([]byte, error) {
	list := make([]lifecycle.Float, len(c))
	for i, x := range c {
		list[i] = lifecycle.Float(x)
	}
	return json.Marshal(list)
}

func (c *curve) UnmarshalJSON(text []byte) error {
	var list []lifecycle.Float
	err := json.Unmarshal(text, &list)
	for _, x := range list {
		*c = append(*c, float64(x))
	}
	return err
}

// stopReason says why a tuning job stops a trial.
type stopReason string

const (
	stopEarly  stopReason = "early"  // the median rule, or a rung of Hyperband
	stopSearch stopReason = "search" // the search is over
)

func (t *trial) running() bool { return t.Order == 0 }

// known is what the search knows of the trial.
func (t *trial) known() tuner.Trial {
	k := tuner.Trial{Point: t.Point, End: t.Order}
	switch {
	case t.running():
	case t.Value != nil:
		k.Status, k.Value = tuner.Finished, float64(*t.Value)
	default:
		k.Status = tuner.Failed
	}
	return k
}

// finish takes in how the training job ended. A value that is no number is none.
func (t *trial) finish(s lifecycle.State, order int) {
	t.Status, t.Start, t.End, t.FailureReason, t.Order, t.Counted = s.Status, s.TrainingStart, s.TrainingEnd, s.FailureReason, order, now()
	if t.End.IsZero() {
		t.End = t.Counted
	}
	for _, m := range s.Metrics {
		if v := float64(m.Value); m.Name == job.ObjectiveMetric && !math.IsNaN(v) && !math.IsInf(v, 0) && s.Status != lifecycle.Failed {
			t.Value = new(m.Value)
		}
	}
}

// objective is the API's ObjectiveStatus.
func (t *trial) objective() string {
	switch {
	case t.running():
		return "Pending"
	case t.Value != nil:
		return "Succeeded"
	}
	return "Failed"
}

// retryable says that the platform is to blame for the trial's failure.
func (t *trial) retryable() bool { return strings.HasPrefix(t.FailureReason, "InternalServerError") }

func (s *Service) trials(ctx context.Context, tuning int64) ([]*trial, error) {
	documents, err := s.DB.Trials(ctx, tuning)
	if err != nil {
		return nil, err
	}
	list := make([]*trial, len(documents))
	for i, d := range documents {
		list[i] = new(trial)
		if err := json.Unmarshal(d, list[i]); err != nil {
			return nil, fmt.Errorf("decode trial %d: %w", i+1, err)
		}
	}
	return list, nil
}

// carry creates a trial's training job, or finds the one that was created before, and sees it to its end.
func (v *supervisor) carry(t *trial) {
	state, err := v.execute(t)
	if v.over.Err() != nil {
		return
	}
	if err != nil {
		state = lifecycle.State{Status: lifecycle.Failed, FailureReason: "ClientError: " + err.Error()}
	}
	v.post(func() { v.ended(t, state) })
}

func (v *supervisor) execute(t *trial) (lifecycle.State, error) {
	d := v.plan.definition(t.Definition)
	if d == nil {
		return lifecycle.State{}, fmt.Errorf("the definition %q is gone", t.Definition)
	}
	r, err := d.request(t.Name, t.Tuned)
	if err != nil {
		return lifecycle.State{}, err
	}
	s, region := v.service, v.row.Region
	tags, err := s.DB.Tags(v.over, v.arn(), "", maxTags)
	if err != nil {
		return lifecycle.State{}, err
	}
	if err := s.Jobs.CreateTrial(v.over, region, job.Trial{Request: r, Tuning: v.arn(), Tags: tags, Threads: v.plan.Threads}); err != nil {
		return lifecycle.State{}, err
	}
	v.post(func() { v.created[t] = true })
	if v.plan.stopsEarly() {
		err := s.Jobs.Values(v.over, region, t.Name, job.ObjectiveMetric, func(at time.Time, x float64) {
			v.post(func() { v.see(t, at, x) })
		})
		if err != nil && v.over.Err() == nil {
			s.Logger.Warn("values not read", "job", t.Name, "err", err)
		}
	}
	return s.Jobs.Wait(v.over, region, t.Name)
}

const maxTags = 50
