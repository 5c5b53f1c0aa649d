package lifecycle

import (
	"github.com/sagefly/sagefly/engine/runner"
)

// Event is something that happened to a job.
type Event interface{ event() }

type (
	// Granted: the machine has a slot for the job.
	Granted struct{}
	// Staged: channels and contract of all hosts are in place.
	Staged struct{}
	// StageFailed: they could not be; Reason starts with a class word, such as "ClientError: ".
	StageFailed struct{ Reason string }
	// Launched: the host runs, or has already ended.
	Launched struct {
		Host   string
		Handle runner.Handle
	}
	// LaunchFailed: the platform could not start the host.
	LaunchFailed struct{ Host, Reason string }
	// HostEnded: the host is over; Failure is the text of its failure file.
	HostEnded struct {
		Host    string
		Exit    runner.Exit
		Failure string
	}
	// Uploaded: archives are in the object store and the log has been read to its end.
	Uploaded struct{ Metrics []Metric }
	// UploadFailed: an archive could not be written.
	UploadFailed struct {
		Reason  string
		Metrics []Metric
	}
	// StopRequested: StopTrainingJob was called, or a tuning job stops its trial. Early says that it does so because of the trial's values:
	// then a program that ended well by itself is no stopped one, for the value that told against it may have been its last.
	StopRequested struct{ Early bool }
)

func (Granted) event()       {}
func (Staged) event()        {}
func (StageFailed) event()   {}
func (Launched) event()      {}
func (LaunchFailed) event()  {}
func (HostEnded) event()     {}
func (Uploaded) event()      {}
func (UploadFailed) event()  {}
func (StopRequested) event() {}

// Effect is something to do for a job. Every effect can be performed again after a crash.
type Effect string

const (
	Queue       Effect = "queue"        // wait for a slot, then Granted
	Stage       Effect = "stage"        // then Staged or StageFailed
	CancelStage Effect = "cancel-stage" // end staging early; it still reports
	Launch      Effect = "launch"       // then Launched or LaunchFailed for each host
	Watch       Effect = "watch"        // wait for running hosts, then HostEnded for each
	StopHosts   Effect = "stop-hosts"   // SIGTERM, grace, SIGKILL to the hosts that still run
	Upload      Effect = "upload"       // then Uploaded or UploadFailed
	Finish      Effect = "finish"       // free the slot, remove the job's directory
)

// Resume returns the effects that a restarted engine performs for a job in state s.
func Resume(s State) []Effect {
	switch s.Phase {
	case Queued:
		return []Effect{Queue}
	case Staging:
		return []Effect{Stage}
	case Launching:
		return []Effect{Launch}
	case Running:
		if s.endingHosts() {
			return []Effect{Watch, StopHosts}
		}
		return []Effect{Watch}
	case Uploading:
		return []Effect{Upload}
	case Ended:
		return []Effect{Finish}
	}
	return nil
}
