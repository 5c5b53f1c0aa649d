package amt

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// The time of a tuning job counts from its creation, also for an engine that takes it up later; without a limit it never ends.
func TestDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		created := time.Now()
		fired := func(v *supervisor) bool {
			over, end := context.WithTimeout(t.Context(), time.Second)
			defer end()
			v.over, v.mail = over, make(chan func())
			go v.deadline()
			select {
			case <-v.mail:
				return true
			case <-over.Done():
				return false
			}
		}
		limited := &supervisor{plan: plan{MaxRuntime: 2 * time.Minute}, state: state{Created: created}}
		time.Sleep(118500 * time.Millisecond)
		if fired(limited) {
			t.Error("over before 120 seconds")
		}
		if !fired(limited) {
			t.Error("not over after 120 seconds")
		}
		time.Sleep(time.Hour)
		if !fired(limited) {
			t.Error("not over for an engine that takes the job up an hour later")
		}
		if fired(&supervisor{state: state{Created: created}}) {
			t.Error("over without a limit")
		}
	})
}

// A fault in the supervisor is heard at once, not when its trials, which wait for it, have ended.
func TestPanicIsLoud(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := &supervisor{mail: make(chan func())}
		v.over, v.end = context.WithCancelCause(t.Context())
		v.tasks.Go(func() {
			v.post(func() { panic("a fault") })
			v.post(func() { t.Error("done after the fault") })
		})
		defer func() {
			if recover() != "a fault" {
				t.Error("not heard")
			}
		}()
		v.run()
	})
}
