// Package lifecycle is the state machine of a training job as a pure function: [Next] takes a state, an event and the
// time and returns the next state and the effects to perform. It does no input or output and reads no clock, so every
// walk of a job can be tested and replayed. Package job performs the effects and reports how they went as events.
//
//	Queued ──Granted──▶ Staging ──Staged──▶ Launching ──Launched──▶ Running ──all hosts ended──▶ Uploading ──Uploaded──▶ Ended
//	   │                   │                    │                      │                            │
//	   └── stop ─▶ Ended   └─ stop, failure ─▶ Ended                   └ stop, deadline, failure: end the hosts, then upload
//
// Status, SecondaryStatus and the messages are those that DescribeTrainingJob shows.
package lifecycle

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/sagefly/sagefly/engine/runner"
)

// Phase is what the engine is doing for a job; with it a restarted engine knows which effect to perform again.
type Phase string

const (
	Queued    Phase = "queued"    // waits for a slot
	Staging   Phase = "staging"   // channels are being copied
	Launching Phase = "launching" // hosts are being started
	Running   Phase = "running"   // hosts run
	Uploading Phase = "uploading" // archives are being written
	Ended     Phase = "ended"     // nothing will happen any more
)

// Status values of a training job (API member TrainingJobStatus).
const (
	InProgress = "InProgress"
	Completed  = "Completed"
	Failed     = "Failed"
	Stopping   = "Stopping"
	Stopped    = "Stopped"
)

// Secondary status values that this engine emits (API member SecondaryStatus).
const (
	Starting           = "Starting"
	Downloading        = "Downloading"
	Training           = "Training"
	SecondaryUploading = "Uploading"
	MaxRuntimeExceeded = "MaxRuntimeExceeded"
)

// State is everything a job's history consists of. It is stored as JSON.
type State struct {
	Phase       Phase        `json:"phase"`
	Status      string       `json:"status"`
	Secondary   string       `json:"secondary"`
	Transitions []Transition `json:"transitions"`
	Hosts       []Host       `json:"hosts"`
	Threads     int          `json:"threads,omitempty"` // that each host's program is to use; 0 = as many as there are

	Created       time.Time `json:"created"`
	Modified      time.Time `json:"modified"`
	TrainingStart time.Time `json:"trainingStart,omitzero"` // start of Downloading, as SageMaker counts
	TrainingEnd   time.Time `json:"trainingEnd,omitzero"`

	StopRequested bool     `json:"stopRequested,omitempty"`
	StopEarly     bool     `json:"stopEarly,omitempty"` // it was asked for because of the values
	Outcome       Outcome  `json:"outcome,omitempty"`   // decided when the hosts have ended, shown when the archives are up
	FailureReason string   `json:"failureReason,omitempty"`
	Metrics       []Metric `json:"metrics,omitempty"` // final values
}

// Outcome is how the run itself went.
type Outcome string

const (
	Succeeded   Outcome = "succeeded"
	FailedRun   Outcome = "failed"
	StoppedRun  Outcome = "stopped"
	ExceededRun Outcome = "max-runtime"
)

// Transition is one entry of SecondaryStatusTransitions. The last one of a living job has no End.
type Transition struct {
	Status  string    `json:"status"`
	Start   time.Time `json:"start"`
	End     time.Time `json:"end,omitzero"`
	Message string    `json:"message"`
}

// Host is one instance of the job.
type Host struct {
	Name    string        `json:"name"`
	Handle  runner.Handle `json:"handle,omitempty"`
	Exit    *runner.Exit  `json:"exit,omitempty"`
	Failure string        `json:"failure,omitempty"` // text of /opt/ml/output/failure
}

// Metric is one entry of FinalMetricDataList.
type Metric struct {
	Name  string    `json:"name"`
	Value Float     `json:"value"`
	Time  time.Time `json:"time"`
}

// Float is a float64 whose JSON form also knows NaN and infinities, which metrics can be.
type Float float64

// Ended reports whether all hosts have ended.
func (s State) hostsEnded() bool {
	return !slices.ContainsFunc(s.Hosts, func(h Host) bool { return h.Exit == nil })
}

// clone copies s so far that Next can change the copy.
func (s State) clone() State {
	s.Transitions = slices.Clone(s.Transitions)
	s.Hosts = slices.Clone(s.Hosts)
	return s
}

// Marshal is the stored form.
func (s State) Marshal() ([]byte, error) { return json.Marshal(s) }

// Unmarshal reads the stored form.
func Unmarshal(data []byte) (State, error) {
	var s State
	err := json.Unmarshal(data, &s)
	return s, err
}
