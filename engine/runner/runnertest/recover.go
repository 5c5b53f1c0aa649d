package runnertest

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/sagefly/sagefly/engine/runner"
)

var recoverTests = map[string]func(kase){
	"RecoverRunning": func(k kase) {
		spec := k.spec(Program{Forever: true, OnStop: StopHandled, Exit: 4})
		handle := k.orphan(spec)
		p := k.recover(handle)
		k.check(p.Stop())
		e := k.wait(p)
		k.want(e, 4, runner.CauseStop)
		if e.Start.IsZero() {
			k.Error("the time of its start is lost")
		}
		if again := k.wait(k.recover(handle)); !same(e, again) { // and once more, after its end
			k.Errorf("exit %+v became %+v", e, again)
		}
	},
	"RecoverKilled": func(k kase) {
		p := k.recover(k.orphan(k.spec(Program{Forever: true, OnStop: StopIgnored})))
		k.check(p.Kill())
		k.want(k.wait(p), byKill, runner.CauseStop)
		k.check(p.Stop())
		k.check(p.Kill())
	},
	"DeadlineWithoutEngine": func(k kase) {
		spec := k.spec(Program{Forever: true}, func(s *runner.Spec) { s.MaxRuntime = 100 * time.Millisecond })
		var handle runner.Handle
		if k.h.Orphan != nil {
			handle = k.h.Orphan(k.T, spec)
		} else {
			p, err := k.runner.Start(k.Context(), spec)
			k.check(err)
			handle = p.Handle()
		}
		k.want(k.wait(k.recover(handle)), byTerm, runner.CauseDeadline)
	},
	"RecoverTwice": func(k kase) {
		handle := k.orphan(k.spec(Program{Forever: true}))
		a, b := k.recover(handle), k.recover(handle)
		k.check(a.Stop())
		if x, y := k.wait(a), k.wait(b); !same(x, y) {
			k.Errorf("one says %+v, the other %+v", x, y)
		}
		if !slices.Equal(a.Handle(), handle) {
			k.Errorf("handle %s became %s", handle, a.Handle())
		}
	},
	"StartTwiceIsOneHost": func(k kase) {
		// An engine that died before it could note the handle starts again.
		spec := k.spec(Program{Forever: true})
		k.orphan(spec)
		p, err := k.h.New(k.T).Start(k.Context(), spec)
		if err != nil {
			k.Fatal(err)
		}
		k.check(p.Stop())
		e := k.wait(p)
		k.want(e, byTerm, runner.CauseStop)
		ended, err := k.h.New(k.T).Start(k.Context(), spec)
		if err != nil {
			k.Fatal(err)
		}
		if again := k.wait(ended); !same(e, again) {
			k.Errorf("a third start ran again: %+v, %+v", e, again)
		}
		if got := k.texts(spec); !slices.Equal(got, []string{readyLine}) {
			k.Errorf("log = %q: the program ran more than once", got)
		}
	},
	"Lost": func(k kase) {
		spec := k.spec(Program{Forever: true})
		p := k.start(spec)
		k.h.Lose(k.T, spec)
		k.want(k.wait(p), byKill, runner.CauseLost)
		k.check(p.Stop())
		k.check(p.Kill())
		k.want(k.wait(k.recover(p.Handle())), byKill, runner.CauseLost)
	},
	"RecoverUnknown": func(k kase) {
		// A handle of a host that never was: one of this runner's own, in another directory.
		p := k.start(k.spec(Program{Forever: true}))
		k.check(p.Kill())
		k.wait(p)
		other := bytes.Replace(p.Handle(), []byte(k.dir), []byte(k.TempDir()), 1)
		if _, err := k.runner.Recover(k.Context(), other); !errors.Is(err, runner.ErrLost) {
			k.Errorf("Recover of %s = %v, want ErrLost", other, err)
		}
		for _, bad := range []string{``, `{`, `[]`, `7`} {
			if _, err := k.runner.Recover(k.Context(), json.RawMessage(bad)); err == nil {
				k.Errorf("Recover of %q found something", bad)
			}
		}
	},
}

// orphan starts a host by an engine that is gone when it returns; the program runs.
func (k kase) orphan(spec runner.Spec) runner.Handle {
	k.Helper()
	if k.h.Orphan != nil {
		handle := k.h.Orphan(k.T, spec)
		k.ready(spec)
		return handle
	}
	return k.start(spec).Handle()
}

// recover finds a host by a new engine.
func (k kase) recover(handle runner.Handle) runner.Process {
	k.Helper()
	p, err := k.h.New(k.T).Recover(k.Context(), handle)
	if err != nil {
		k.Fatal(err)
	}
	return p
}
