package lifecycle

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sagefly/sagefly/engine/runner"
)

func randomEvent(t *rapid.T) Event {
	host := fmt.Sprintf("algo-%d", rapid.IntRange(1, 3).Draw(t, "host"))
	exit := runner.Exit{
		Code:  rapid.IntRange(0, 2).Draw(t, "code"),
		Cause: rapid.SampledFrom([]runner.Cause{runner.CauseExit, runner.CauseStop, runner.CauseDeadline, runner.CauseLost}).Draw(t, "cause"),
	}
	return rapid.SampledFrom([]Event{
		Granted{},
		Staged{},
		StageFailed{"ClientError: x"},
		launched(host),
		LaunchFailed{host, "x"},
		HostEnded{Host: host, Exit: exit},
		Uploaded{},
		UploadFailed{Reason: "x"},
		StopRequested{},
		StopRequested{Early: true},
	}).Draw(t, "event")
}

// Whatever happens in whatever order: history only grows and has no gap, an ended job never changes, and a stored
// state reads back the same.
func TestAnyOrderOfEvents(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s, _ := New([]string{"algo-1", "algo-2"}, t0)
		for i := range rapid.IntRange(1, 40).Draw(t, "n") {
			before := s
			var effects []Effect
			s, effects = Next(s, randomEvent(t), t0.Add(time.Duration(i)*time.Second))
			if before.Phase == Ended && (len(effects) > 0 || !cmp.Equal(before, s)) {
				t.Fatalf("an ended job changed: %v", cmp.Diff(before, s))
			}
			checkHistory(t, before, s)
			data, err := s.Marshal()
			if err != nil {
				t.Fatal(err)
			}
			if back, err := Unmarshal(data); err != nil || !cmp.Equal(s, back) {
				t.Fatalf("stored state came back different: %v %s", err, cmp.Diff(s, back))
			}
		}
	})
}

func checkHistory(t *rapid.T, before, s State) {
	if len(s.Transitions) < len(before.Transitions) {
		t.Fatal("history became shorter")
	}
	for i, tr := range s.Transitions[:len(s.Transitions)-1] {
		if next := s.Transitions[i+1]; !tr.End.Equal(next.Start) {
			t.Fatalf("gap after %s: ends %v, next starts %v", tr.Status, tr.End, next.Start)
		}
		if tr.Message == "" {
			t.Fatalf("%s has no message; SDKs index it", tr.Status)
		}
	}
	if open := s.Transitions[len(s.Transitions)-1].End.IsZero(); open != (s.Phase != Ended) {
		t.Fatalf("last transition open: %v in phase %s", open, s.Phase)
	}
}

// Killing the engine at every step and resuming reaches the same end as an undisturbed walk.
func TestResumeAtEveryStep(t *testing.T) {
	t.Parallel()
	answers := map[Effect][]Event{
		Queue: {Granted{}}, Stage: {Staged{}}, Launch: {launched("algo-1")},
		Watch: {ended("algo-1", 0)}, Upload: {Uploaded{}},
	}
	for crash := range 6 {
		s, effects := New([]string{"algo-1"}, t0)
		for i := 0; s.Phase != Ended; i++ {
			if i == crash { // the effects that were under way are forgotten; the stored state tells them
				effects = Resume(s)
			}
			var next []Effect
			for _, e := range effects {
				for _, answer := range answers[e] {
					s, next = Next(s, answer, t0)
				}
			}
			effects = next
		}
		if s.Status != Completed || len(s.Transitions) != 5 {
			t.Errorf("crash before step %d: %s after %d transitions", crash, s.Status, len(s.Transitions))
		}
	}
}
