package lifecycle

import (
	"slices"
	"time"

	"github.com/sagefly/sagefly/container"
	"github.com/sagefly/sagefly/engine/runner"
)

// New is a job that was just created, with its first effect.
func New(hosts []string, now time.Time) (State, []Effect) {
	s := State{Phase: Queued, Status: InProgress, Created: now}
	for _, h := range hosts {
		s.Hosts = append(s.Hosts, Host{Name: h})
	}
	s.move(Starting, "Starting the training job", now)
	return s, []Effect{Queue}
}

// Next is the state machine. An event that does not fit the state, such as the late answer of an effect that was
// performed twice, changes nothing and has no effects.
func Next(s State, e Event, now time.Time) (State, []Effect) {
	s = s.clone()
	switch e := e.(type) {
	case Granted:
		return s.granted(now)
	case Staged:
		return s.staged(now)
	case StageFailed:
		return s.stageFailed(e, now)
	case Launched:
		return s.launched(e, now)
	case LaunchFailed:
		return s.hostEnded(lost(e), now)
	case HostEnded:
		return s.hostEnded(e, now)
	case Uploaded:
		return s.uploaded(e, now)
	case UploadFailed:
		return s.uploadFailed(e, now)
	case StopRequested:
		return s.stop(e, now)
	}
	return s, nil
}

func (s State) granted(now time.Time) (State, []Effect) {
	if s.Phase != Queued {
		return s, nil
	}
	s.Phase = Staging
	s.Transitions[len(s.Transitions)-1].Message = "Preparing the instances for training"
	s.move(Downloading, "Downloading input data", now)
	s.TrainingStart = now
	return s, []Effect{Stage}
}

func (s State) staged(now time.Time) (State, []Effect) {
	if s.Phase != Staging {
		return s, nil
	}
	if s.StopRequested {
		return s.end(Stopped, Stopped, "Training job stopped", now)
	}
	s.Phase = Launching
	s.Modified = now
	return s, []Effect{Launch}
}

func (s State) stageFailed(e StageFailed, now time.Time) (State, []Effect) {
	if s.Phase != Staging {
		return s, nil
	}
	if s.StopRequested {
		return s.end(Stopped, Stopped, "Training job stopped", now)
	}
	s.FailureReason = container.CutReason(e.Reason)
	return s.end(Failed, Failed, "Training job failed", now)
}

func (s State) launched(e Launched, now time.Time) (State, []Effect) {
	h := s.host(e.Host)
	if s.Phase != Launching || h == nil || h.Handle != nil {
		return s, nil
	}
	h.Handle = e.Handle
	s.Modified = now
	return s.running(now)
}

// running leaves Launching when every host has started or failed to.
func (s State) running(now time.Time) (State, []Effect) {
	for _, h := range s.Hosts {
		if h.Handle == nil && h.Exit == nil {
			return s, nil
		}
	}
	s.Phase = Running
	if s.StopRequested {
		return s, []Effect{Watch, StopHosts}
	}
	s.move(Training, "Training image download completed. Training in progress.", now)
	if s.endingHosts() {
		return s, []Effect{Watch, StopHosts}
	}
	return s, []Effect{Watch}
}

func lost(e LaunchFailed) HostEnded {
	return HostEnded{Host: e.Host, Exit: runner.Exit{Code: -1, Cause: runner.CauseLost, Error: e.Reason}}
}

func (s State) hostEnded(e HostEnded, now time.Time) (State, []Effect) {
	h := s.host(e.Host)
	if h == nil || h.Exit != nil || (s.Phase != Running && s.Phase != Launching) {
		return s, nil
	}
	h.Exit, h.Failure = &e.Exit, e.Failure
	s.Modified = now
	var effects []Effect
	if s.Phase == Launching {
		if s, effects = s.running(now); s.Phase != Running {
			return s, effects
		}
	}
	if !s.hostsEnded() {
		if bad(e.Exit) {
			return s, append(effects, StopHosts)
		}
		return s, effects
	}
	s.Phase = Uploading
	s.decide()
	s.move(SecondaryUploading, "Uploading generated training model", now)
	return s, []Effect{Upload}
}

// decide sets the outcome once all hosts have ended. A stop that was asked for wins over how the program ended, but for an early one that came
// when the program had ended well; then the deadline; then hosts that failed by themselves, since the others are ended because of them.
func (s *State) decide() {
	s.Outcome = Succeeded
	for _, h := range s.Hosts {
		switch {
		case s.StopRequested && !(s.StopEarly && s.endedWell()):
			s.Outcome = StoppedRun
			return
		case h.Exit.Cause == runner.CauseDeadline:
			s.Outcome = ExceededRun
			return
		case bad(*h.Exit):
			s.Outcome = FailedRun
		}
	}
	if s.Outcome == FailedRun {
		s.FailureReason = s.reason()
	}
}

// endedWell says that all hosts have ended by themselves and well.
func (s State) endedWell() bool {
	return !slices.ContainsFunc(s.Hosts, func(h Host) bool { return h.Exit == nil || h.Exit.Cause != runner.CauseExit || h.Exit.Code != 0 })
}

// bad says that a host failed by itself.
func bad(e runner.Exit) bool {
	return e.Cause == runner.CauseLost || e.Cause == runner.CauseExit && e.Code != 0
}

// endingHosts says that running hosts are to be ended.
func (s State) endingHosts() bool {
	if s.StopRequested {
		return true
	}
	for _, h := range s.Hosts {
		if h.Exit != nil && bad(*h.Exit) {
			return true
		}
	}
	return false
}

func (s State) uploaded(e Uploaded, now time.Time) (State, []Effect) {
	if s.Phase != Uploading {
		return s, nil
	}
	s.Metrics = e.Metrics
	switch {
	case s.Outcome == FailedRun:
		return s.end(Failed, Failed, "Training job failed", now)
	case s.StopRequested && !s.StopEarly, s.Outcome == StoppedRun:
		return s.end(Stopped, Stopped, "Training job stopped", now)
	case s.Outcome == ExceededRun:
		return s.end(Stopped, MaxRuntimeExceeded, "Training job runtime exceeded MaxRuntimeInSeconds provided", now)
	}
	return s.end(Completed, Completed, "Training job completed", now)
}

func (s State) uploadFailed(e UploadFailed, now time.Time) (State, []Effect) {
	if s.Phase != Uploading {
		return s, nil
	}
	s.Metrics = e.Metrics
	if s.FailureReason == "" { // the run's own failure tells more
		s.FailureReason = container.CutReason(e.Reason)
	}
	return s.end(Failed, Failed, "Training job failed", now)
}

func (s State) stop(e StopRequested, now time.Time) (State, []Effect) {
	if s.StopRequested || s.Status != InProgress || e.Early && s.Phase == Uploading {
		return s, nil
	}
	s.StopRequested, s.StopEarly = true, e.Early
	s.Status = Stopping
	s.Modified = now
	switch s.Phase {
	case Queued:
		s.move(Stopping, "Stopping the training job", now)
		return s.end(Stopped, Stopped, "Training job stopped", now)
	case Staging:
		s.move(Stopping, "Stopping the training job", now)
		return s, []Effect{CancelStage}
	case Launching:
		s.move(Stopping, "Stopping the training job", now)
		return s, nil
	case Running:
		s.move(Stopping, "Stopping the training job", now)
		return s, []Effect{StopHosts}
	}
	return s, nil
}

// end reaches a terminal state. As in real answers the last transition starts and ends at the same time.
func (s State) end(status, secondary, message string, now time.Time) (State, []Effect) {
	s.Phase, s.Status = Ended, status
	s.move(secondary, message, now)
	s.Transitions[len(s.Transitions)-1].End = now
	if !s.TrainingStart.IsZero() {
		s.TrainingEnd = now
	}
	return s, []Effect{Finish}
}

// move appends a transition and closes the one before.
func (s *State) move(secondary, message string, now time.Time) {
	if n := len(s.Transitions); n > 0 && s.Transitions[n-1].End.IsZero() {
		s.Transitions[n-1].End = now
	}
	s.Secondary, s.Modified = secondary, now
	s.Transitions = append(s.Transitions, Transition{Status: secondary, Start: now, Message: message})
}

func (s *State) host(name string) *Host {
	for i := range s.Hosts {
		if s.Hosts[i].Name == name {
			return &s.Hosts[i]
		}
	}
	return nil
}

// reason is the FailureReason of a job whose hosts failed by themselves: all of them, in the order in which they ended, for
// the first is the cause and the others often its consequence.
func (s State) reason() string {
	var failed []container.EndedHost
	for _, h := range s.byEnd() {
		if !bad(*h.Exit) {
			continue
		}
		e := container.EndedHost{Host: h.Name, Text: h.Failure, ExitCode: h.Exit.Code, OutOfMemory: h.Exit.OOM}
		if h.Exit.Cause == runner.CauseLost {
			e.Lost, e.OutOfMemory, e.Text = true, false, lostText(*h.Exit)
		}
		failed = append(failed, e)
	}
	return container.FormatReason(failed, len(s.Hosts))
}

// byEnd is the hosts, all of which have ended, in the order of their ends. One that never started has no time and comes first.
func (s State) byEnd() []Host {
	hosts := slices.Clone(s.Hosts)
	slices.SortStableFunc(hosts, func(a, b Host) int { return a.Exit.End.Compare(b.Exit.End) })
	return hosts
}

func lostText(e runner.Exit) string {
	if e.Error != "" {
		return e.Error
	}
	return "the process that watches over the host ended without leaving a record"
}
