package lifecycle

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/sagefly/sagefly/container"
	"github.com/sagefly/sagefly/engine/runner"
)

// failed is the end of a host by itself, so many seconds after t0.
func failed(host, text string, code, second int) Event {
	return HostEnded{Host: host, Failure: text, Exit: runner.Exit{Code: code, Cause: runner.CauseExit, End: t0.Add(time.Duration(second) * time.Second)}}
}

func threeHosts(ends ...Event) []Event {
	return append([]Event{Granted{}, Staged{}, launched("algo-1"), launched("algo-2"), launched("algo-3")}, append(ends, Uploaded{})...)
}

func TestReasonShowsEveryHostThatFailed(t *testing.T) {
	t.Parallel()
	stopped := HostEnded{Host: "algo-2", Failure: "UserError: ended by the others", Exit: runner.Exit{Code: 143, Cause: runner.CauseStop, End: t0}}
	oom := HostEnded{Host: "algo-1", Exit: runner.Exit{Code: 137, Cause: runner.CauseExit, OOM: true, End: t0.Add(3 * time.Second)}}
	lostHost := HostEnded{Host: "algo-2", Exit: runner.Exit{Code: -1, Cause: runner.CauseLost, End: t0.Add(4 * time.Second)}}
	tests := map[string]struct {
		events []Event
		want   string
	}{
		"the first cause first": {
			threeHosts(stopped, failed("algo-1", "UserError: peer is gone", 1, 9), failed("algo-3", "Panic: x\ny", 2, 4)),
			"AlgorithmError: algo-3: Panic: x\n  y, exit code: 2\nalgo-1: UserError: peer is gone, exit code: 1",
		},
		"the host that said its name": {
			threeHosts(stopped, failed("algo-1", "UserError: algo-1: no label", 1, 9), ended("algo-3", 0)),
			"AlgorithmError: algo-1: UserError: no label, exit code: 1",
		},
		"memory and a lost host": {
			threeHosts(oom, lostHost, failed("algo-3", "", 5, 6)),
			"AlgorithmError: algo-1: OutOfMemory: the process was ended by the kernel's out-of-memory killer, exit code: 137\n" +
				"algo-2: Lost: the process that watches over the host ended without leaving a record\nalgo-3: , exit code: 5",
		},
		"one never started": {
			[]Event{
				Granted{},
				Staged{},
				launched("algo-1"),
				LaunchFailed{"algo-2", "no space left"},
				launched("algo-3"),
				failed("algo-1", "UserError: peer is gone", 1, 9), ended("algo-3", 0),
				Uploaded{},
			},
			"InternalServerError: We encountered an internal error. Please try again. (algo-2: no space left)\nalgo-1: UserError: peer is gone, exit code: 1",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := walk(t, 3, tt.events...)
			if s.Status != Failed || s.FailureReason != tt.want {
				t.Errorf("%s, reason\n%s\nwant\n%s", s.Status, s.FailureReason, tt.want)
			}
		})
	}
}

// Three hosts with long texts: the reason fits the API, all are there with their codes, and who reads it gets them back.
func TestReasonOfLongTexts(t *testing.T) {
	t.Parallel()
	long := func(r string) string { return "UserError: " + strings.Repeat(r, container.MaxFailure-11) }
	s, _ := walk(t, 3, threeHosts(failed("algo-1", long("ä"), 1, 1), failed("algo-2", long("b"), 75, 2), failed("algo-3", long("\n"), 3, 3))...)
	if n := utf8.RuneCountInString(s.FailureReason); n > container.MaxFailure {
		t.Errorf("%d characters", n)
	}
	got := map[string]int{}
	for _, f := range container.ParseReason(s.FailureReason, 3) {
		got[f.Host] = f.ExitCode
	}
	if diff := cmp.Diff(map[string]int{"algo-1": 1, "algo-2": 75, "algo-3": 3}, got); diff != "" {
		t.Errorf("exit codes (-want +got):\n%s", diff)
	}
}

// A stop or the end of the run time is no failure of the hosts, whatever they left.
func TestReasonOfStoppedJobs(t *testing.T) {
	t.Parallel()
	deadline := HostEnded{Host: "algo-3", Exit: runner.Exit{Code: 1, Cause: runner.CauseDeadline}}
	for name, events := range map[string][]Event{
		"stop":     {StopRequested{}, failed("algo-1", "UserError: x", 1, 1), failed("algo-2", "", 1, 1), ended("algo-3", 0), Uploaded{}},
		"run time": {failed("algo-1", "UserError: x", 1, 1), failed("algo-2", "", 1, 1), deadline, Uploaded{}},
	} {
		all := append([]Event{Granted{}, Staged{}, launched("algo-1"), launched("algo-2"), launched("algo-3")}, events...)
		if s, _ := walk(t, 3, all...); s.Status != Stopped || s.FailureReason != "" {
			t.Errorf("%s: %s, %q", name, s.Status, s.FailureReason)
		}
	}
}
