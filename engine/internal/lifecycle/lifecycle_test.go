package lifecycle

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagefly/sagefly/engine/runner"
)

var t0 = time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)

// walk applies events one second apart and returns the final state and all effects in order.
func walk(t *testing.T, hosts int, events ...Event) (State, []Effect) {
	t.Helper()
	names := []string{"algo-1", "algo-2", "algo-3"}[:hosts]
	s, effects := New(names, t0)
	for i, e := range events {
		var more []Effect
		s, more = Next(s, e, t0.Add(time.Duration(i+1)*time.Second))
		effects = append(effects, more...)
	}
	return s, effects
}

type step struct{ Status, Message string }

func steps(s State) (list []step) {
	for _, tr := range s.Transitions {
		list = append(list, step{tr.Status, tr.Message})
	}
	return list
}

func launched(host string) Event {
	return Launched{Host: host, Handle: json.RawMessage(`{}`)}
}

func ended(host string, code int) Event {
	return HostEnded{Host: host, Exit: runner.Exit{Code: code, Cause: runner.CauseExit}}
}

// The walk and its messages are those of a real Describe answer of a completed job.
func TestCompleted(t *testing.T) {
	t.Parallel()
	s, effects := walk(t, 1, Granted{}, Staged{}, launched("algo-1"), ended("algo-1", 0), Uploaded{})
	want := []step{
		{"Starting", "Preparing the instances for training"},
		{"Downloading", "Downloading input data"},
		{"Training", "Training image download completed. Training in progress."},
		{"Uploading", "Uploading generated training model"},
		{"Completed", "Training job completed"},
	}
	if diff := cmp.Diff(want, steps(s)); diff != "" {
		t.Errorf("transitions (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]Effect{Queue, Stage, Launch, Watch, Upload, Finish}, effects); diff != "" {
		t.Errorf("effects (-want +got):\n%s", diff)
	}
	last := s.Transitions[4]
	if !last.Start.Equal(last.End) || !s.TrainingEnd.Equal(last.Start) || !s.Modified.Equal(last.Start) {
		t.Errorf("a job ends at one moment: last %v, training end %v, modified %v", last, s.TrainingEnd, s.Modified)
	}
	if want := s.Transitions[1].Start; !s.TrainingStart.Equal(want) {
		t.Errorf("TrainingStart = %v, want the start of Downloading, %v", s.TrainingStart, want)
	}
}

func TestOutcomes(t *testing.T) {
	t.Parallel()
	running := []Event{Granted{}, Staged{}, launched("algo-1")}
	stopped := HostEnded{Host: "algo-1", Exit: runner.Exit{Code: 143, Cause: runner.CauseStop}}
	heeded := HostEnded{Host: "algo-1", Exit: runner.Exit{Code: 0, Cause: runner.CauseStop}}
	deadline := HostEnded{Host: "algo-1", Exit: runner.Exit{Code: 0, Cause: runner.CauseDeadline}}
	lost := HostEnded{Host: "algo-1", Exit: runner.Exit{Code: -1, Cause: runner.CauseLost}}
	tests := map[string]struct {
		events                    []Event
		status, secondary, reason string
		steps                     int
	}{
		"stop while queued":    {[]Event{StopRequested{}}, "Stopped", "Stopped", "", 3},
		"stop while staging":   {[]Event{Granted{}, StopRequested{}, StageFailed{"x"}}, "Stopped", "Stopped", "", 4},
		"stop, then staged":    {[]Event{Granted{}, StopRequested{}, Staged{}}, "Stopped", "Stopped", "", 4},
		"stop while launching": {[]Event{Granted{}, Staged{}, StopRequested{}, launched("algo-1"), stopped, Uploaded{}}, "Stopped", "Stopped", "", 5},
		"stop while training":  {append(running, StopRequested{}, stopped, Uploaded{}), "Stopped", "Stopped", "", 6},
		"stop, exit 0 anyway":  {append(running, StopRequested{}, ended("algo-1", 0), Uploaded{}), "Stopped", "Stopped", "", 6},
		"stop while uploading": {append(running, ended("algo-1", 0), StopRequested{}, Uploaded{}), "Stopped", "Stopped", "", 5},
		// An early stop is for the values of a trial. One whose process had ended well by then is whole.
		"early stop":                  {append(running, StopRequested{Early: true}, stopped, Uploaded{}), "Stopped", "Stopped", "", 6},
		"early stop, exit 0 by it":    {append(running, StopRequested{Early: true}, heeded, Uploaded{}), "Stopped", "Stopped", "", 6},
		"early stop after the end":    {append(running, StopRequested{Early: true}, ended("algo-1", 0), Uploaded{}), "Completed", "Completed", "", 6},
		"early stop after a failure":  {append(running, StopRequested{Early: true}, ended("algo-1", 1), Uploaded{}), "Stopped", "Stopped", "", 6},
		"early stop while uploading":  {append(running, ended("algo-1", 0), StopRequested{Early: true}, Uploaded{}), "Completed", "Completed", "", 5},
		"early stop, then a full one": {append(running, ended("algo-1", 0), StopRequested{Early: true}, StopRequested{}, Uploaded{}), "Stopped", "Stopped", "", 5},
		"max runtime":                 {append(running, deadline, Uploaded{}), "Stopped", "MaxRuntimeExceeded", "", 5},
		"no data":                     {[]Event{Granted{}, StageFailed{"ClientError: no data"}}, "Failed", "Failed", "ClientError: no data", 3},
		"exit 1 without text":         {append(running, ended("algo-1", 1), Uploaded{}), "Failed", "Failed", "AlgorithmError: , exit code: 1", 5},
		"failure file": {
			append(running, HostEnded{"algo-1", runner.Exit{Code: 1, Cause: runner.CauseExit}, "no label"}, Uploaded{}),
			"Failed", "Failed", "AlgorithmError: no label, exit code: 1", 5,
		},
		"lost": {
			append(running, lost, Uploaded{}), "Failed", "Failed",
			"InternalServerError: We encountered an internal error. Please try again. " +
				"(the process that watches over the host ended without leaving a record)", 5,
		},
		"never started": {
			[]Event{Granted{}, Staged{}, LaunchFailed{"algo-1", "no namespaces"}, Uploaded{}},
			"Failed", "Failed",
			"InternalServerError: We encountered an internal error. Please try again. (no namespaces)", 5,
		},
		"upload fails": {append(running, ended("algo-1", 0), UploadFailed{Reason: "disk full"}), "Failed", "Failed", "disk full", 5},
		"upload of a failed run fails": {
			append(running, ended("algo-1", 2), UploadFailed{Reason: "disk full"}), "Failed", "Failed", "AlgorithmError: , exit code: 2", 5,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, effects := walk(t, 1, tt.events...)
			got := []any{s.Status, s.Secondary, s.FailureReason, s.Phase, len(s.Transitions)}
			want := []any{tt.status, tt.secondary, tt.reason, Ended, tt.steps}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("end (-want +got):\n%s\n%v", diff, steps(s))
			}
			if effects[len(effects)-1] != Finish {
				t.Errorf("last effect %s, want finish", effects[len(effects)-1])
			}
		})
	}
}

func TestOneFailedHostEndsTheOthers(t *testing.T) {
	t.Parallel()
	s, effects := walk(t, 2, Granted{}, Staged{}, launched("algo-1"), launched("algo-2"), ended("algo-2", 3))
	if effects[len(effects)-1] != StopHosts {
		t.Fatalf("effects %v, want stop-hosts last", effects)
	}
	s, _ = Next(s, HostEnded{Host: "algo-1", Exit: runner.Exit{Code: 143, Cause: runner.CauseStop}}, t0)
	s, _ = Next(s, Uploaded{}, t0)
	if want := "AlgorithmError: algo-2: , exit code: 3"; s.FailureReason != want {
		t.Errorf("reason %q, want %q: the host that failed by itself", s.FailureReason, want)
	}
}

func TestFailureTextKeepsTheExitCode(t *testing.T) {
	t.Parallel()
	long := make([]rune, 1024)
	for i := range long {
		long[i] = 'ä'
	}
	s, _ := walk(t, 1, Granted{}, Staged{}, launched("algo-1"),
		HostEnded{"algo-1", runner.Exit{Code: 7, Cause: runner.CauseExit}, string(long)}, Uploaded{})
	r := []rune(s.FailureReason)
	if len(r) != 1024 || string(r[len(r)-14:]) != ", exit code: 7" {
		t.Errorf("%d characters ending in %q; want 1024 ending in the exit code", len(r), string(r[max(0, len(r)-14):]))
	}
}

func TestStoredFormKeepsOddMetrics(t *testing.T) {
	t.Parallel()
	nan, err := json.Marshal(Float(nanValue()))
	if err != nil || string(nan) != `"NaN"` {
		t.Fatalf("NaN is stored as %s, %v", nan, err)
	}
	var back Float
	if err := json.Unmarshal(nan, &back); err != nil || back == back { //nolint:staticcheck // NaN differs from itself
		t.Errorf("NaN came back as %v, %v", back, err)
	}
}

func nanValue() float64 { z := 0.0; return z / z }
