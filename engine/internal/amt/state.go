package amt

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/sagefly/sagefly/engine/internal/lifecycle"
	"github.com/sagefly/sagefly/engine/internal/store"
	"github.com/sagefly/sagefly/tuner"
)

// Status values of a tuning job (API member HyperParameterTuningJobStatus).
const (
	inProgress = lifecycle.InProgress
	completed  = lifecycle.Completed
	failed     = lifecycle.Failed
	stopping   = lifecycle.Stopping
	stopped    = lifecycle.Stopped
)

func over(status string) bool { return status == completed || status == failed || status == stopped }

// state is what becomes of a tuning job. It is stored as JSON.
type state struct {
	Status        string    `json:"status"`
	Created       time.Time `json:"created"`
	Modified      time.Time `json:"modified"`
	End           time.Time `json:"end,omitzero"`
	FailureReason string    `json:"failureReason,omitempty"`

	StopRequested bool   `json:"stopRequested,omitempty"`
	Halt          string `json:"halt,omitempty"` // why no more trials begin; "" = they do

	Verdicts     []tuner.Verdict `json:"verdicts,omitempty"` // Hyperband's
	Mark         *float64        `json:"mark,omitempty"`     // objective at the last improvement
	NotImproving int             `json:"notImproving"`       // trials that ended since
	Converged    time.Time       `json:"converged,omitzero"` //
	Jobs         jobCounters     `json:"jobs"`               //
	Objectives   objectives      `json:"objectives"`         //
	Best         *trial          `json:"best,omitempty"`     // without its curve
}

// jobCounters and objectives are the API's TrainingJobStatusCounters and ObjectiveStatusCounters.
type jobCounters struct {
	Completed         int
	InProgress        int
	RetryableError    int
	NonRetryableError int
	Stopped           int
}

type objectives struct {
	Succeeded int
	Pending   int
	Failed    int
}

func readState(row store.Job) (s state, err error) {
	if err = json.Unmarshal(row.State, &s); err != nil {
		err = fmt.Errorf("decode state: %w", err)
	}
	return s, err
}

// count makes the counters and the best trial anew.
func (s *state) count(trials []*trial, better func(a, b lifecycle.Float) bool) {
	s.Jobs, s.Objectives, s.Best = jobCounters{}, objectives{}, nil
	for _, t := range trials {
		s.Jobs.add(t)
		s.Objectives.add(t)
		if t.Value != nil && (s.Best == nil || better(*t.Value, *s.Best.Value)) {
			s.Best = t
		}
	}
	if s.Best != nil {
		best := *s.Best
		best.Curve = nil
		s.Best = &best
	}
}

func (c *jobCounters) add(t *trial) {
	switch {
	case t.running():
		c.InProgress++
	case t.Status == completed:
		c.Completed++
	case t.Status == stopped:
		c.Stopped++
	case t.retryable():
		c.RetryableError++
	default:
		c.NonRetryableError++
	}
}

func (c *objectives) add(t *trial) {
	switch t.objective() {
	case "Succeeded":
		c.Succeeded++
	case "Pending":
		c.Pending++
	default:
		c.Failed++
	}
}
