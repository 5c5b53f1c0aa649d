package sagefly

import (
	"errors"
	"fmt"

	"github.com/sagefly/sagefly/container"
)

// Class says what kind of failure ended a job, and so what a caller can do.
type Class string

// Classes of failures. Those of a program are also the word that FailureReason starts with behind AWS's own.
const (
	UserError   Class = container.ClassUser        // the function returned an error
	RetryError  Class = container.ClassRetryable   // the function returned an error made by Retryable
	PanicError  Class = container.ClassPanic       // the function panicked
	OutOfMemory Class = container.ClassOutOfMemory // the kernel ended the program for its memory
	ExitError   Class = container.ClassExit        // the program ended with an exit code and said nothing
	Stopped     Class = "Stopped"                  // somebody stopped the job
	MaxRuntime  Class = "MaxRuntime"               // its time was over, or with Spot the time to wait for capacity
	Lost        Class = container.ClassLost        // the platform failed
	Capacity    Class = "Capacity"                 // there was no machine, or it was taken away
	ClientError Class = "ClientError"              // the platform could not use the request: data, image, permissions
	NotCaptured Class = "NotCaptured"              // the job ended well, but no process, or more than one, returned values; or no trial of a search had the objective
)

// Error is how a job ended that did not return a value: a training job, or a search.
type Error struct {
	Job    string
	Class  Class       // of the first host that failed by itself, else the job's
	Reason string      // FailureReason, or what the status message says
	Hosts  []HostError // every host that failed by itself
	Search bool        // the job is a search, a tuning job; Class and Hosts are those of a trial that failed
}

// HostError is one host's failure.
type HostError struct {
	Host     string // algo-1; "" = AWS does not say which of several
	Class    Class
	Message  string // what the program said, as far as FailureReason has room for it
	ExitCode int    // −1 = unknown: the host was lost
}

func (e *Error) Error() string {
	kind := "training"
	if e.Search {
		kind = "tuning"
	}
	return fmt.Sprintf("%s job %s: %s: %s", kind, e.Job, e.Class, e.Reason)
}

// Retryable marks err as one that a repetition may mend, such as a server that did not answer: the caller gets an [Error]
// of class [RetryError]. The mark stays when err is wrapped. nil is nil.
func Retryable(err error) error {
	if err == nil {
		return nil
	}
	return &retryable{err}
}

type retryable struct{ err error }

func (r *retryable) Error() string { return r.err.Error() }
func (r *retryable) Unwrap() error { return r.err }

// Why a function's context is done; see [context.Cause]. A job is stopped by a signal that does not say why: ErrMaxRuntime
// is told from a stop by the time that has passed. What Wait returns afterwards is certain.
var (
	ErrStopped     = errors.New("the job was stopped")                                // StopTrainingJob, or early stopping
	ErrMaxRuntime  = errors.New("the job's run time is over")                         // MaxRuntime
	ErrInterrupted = errors.New("the job was stopped or its spot capacity was taken") // with Spot, where the two cannot be told apart
)
