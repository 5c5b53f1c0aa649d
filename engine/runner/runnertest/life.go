package runnertest

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/sagefly/sagefly/engine/runner"
)

const (
	byTerm = 143
	byKill = 137
)

var lifeTests = map[string]func(kase){
	"ExitCode": func(k kase) {
		for _, code := range []int{0, 1, 3, 255} {
			k := newCase(k.T, k.h)
			p, err := k.runner.Start(k.Context(), k.spec(Program{Exit: code}))
			if err != nil {
				k.Fatal(err)
			}
			e := k.wait(p)
			k.want(e, code, runner.CauseExit)
			if e.Start.IsZero() || e.Error != "" || e.OOM {
				k.Errorf("exit %+v", e)
			}
		}
	},
	"OwnSignal": func(k kase) {
		for _, code := range []int{byKill, byTerm} {
			k := newCase(k.T, k.h)
			p, err := k.runner.Start(k.Context(), k.spec(Program{Exit: code}))
			if err != nil {
				k.Fatal(err)
			}
			k.want(k.wait(p), code, runner.CauseExit)
		}
	},
	"LogIsCompleteAtTheEnd": func(k kase) {
		spec := k.spec(Program{Lines: []string{"one", "", "two\twith tab"}})
		p, err := k.runner.Start(k.Context(), spec)
		if err != nil {
			k.Fatal(err)
		}
		k.wait(p)
		if got, want := k.texts(spec), []string{"one", "", "two\twith tab"}; !slices.Equal(got, want) {
			k.Errorf("log = %q, want %q", got, want)
		}
	},
	"StopWithoutHandler": func(k kase) {
		p := k.start(k.spec(Program{Forever: true}))
		k.check(p.Stop())
		k.want(k.wait(p), byTerm, runner.CauseStop)
	},
	"StopWithHandler": func(k kase) {
		p := k.start(k.spec(Program{Forever: true, OnStop: StopHandled, Exit: 5}))
		k.check(p.Stop())
		k.want(k.wait(p), 5, runner.CauseStop)
	},
	"StopIgnoredIsKilledAfterGrace": func(k kase) {
		const grace = 150 * time.Millisecond
		p := k.start(k.spec(Program{Forever: true, OnStop: StopIgnored}, func(s *runner.Spec) { s.Grace = grace }))
		begin := time.Now()
		k.check(p.Stop())
		k.check(p.Stop()) // does not start the grace again, nor end it
		k.want(k.wait(p), byKill, runner.CauseStop)
		if took := time.Since(begin); took < grace {
			k.Errorf("killed after %v, want at least %v", took, grace)
		}
	},
	"StopWithoutGraceKills": func(k kase) {
		p := k.start(k.spec(Program{Forever: true, OnStop: StopHandled}, func(s *runner.Spec) { s.Grace = 0 }))
		k.check(p.Stop())
		k.want(k.wait(p), byKill, runner.CauseStop)
	},
	"Kill": func(k kase) {
		p := k.start(k.spec(Program{Forever: true, OnStop: StopHandled}))
		k.check(p.Kill())
		k.want(k.wait(p), byKill, runner.CauseStop)
	},
	"KillDuringGrace": func(k kase) {
		p := k.start(k.spec(Program{Forever: true, OnStop: StopIgnored}))
		k.check(p.Stop())
		k.check(p.Kill())
		k.want(k.wait(p), byKill, runner.CauseStop)
	},
	"LateStopDoesNothing": func(k kase) {
		p, err := k.runner.Start(k.Context(), k.spec(Program{Exit: 3}))
		if err != nil {
			k.Fatal(err)
		}
		before := k.wait(p)
		k.check(p.Stop())
		k.check(p.Kill())
		if after := k.wait(p); !same(before, after) {
			k.Errorf("exit %+v became %+v", before, after)
		}
	},
	// These two do not wait for the program: the deadline may well come first on a busy machine.
	"Deadline": func(k kase) {
		const limit = 100 * time.Millisecond
		e := k.run(k.spec(Program{Forever: true}, func(s *runner.Spec) { s.MaxRuntime = limit }))
		k.want(e, byTerm, runner.CauseDeadline)
		if took := e.End.Sub(e.Start); took < limit {
			k.Errorf("ended after %v", took)
		}
	},
	"DeadlineWithoutGraceKills": func(k kase) {
		e := k.run(k.spec(Program{Forever: true, OnStop: StopHandled}, func(s *runner.Spec) {
			s.MaxRuntime, s.Grace = 100*time.Millisecond, 0
		}))
		k.want(e, byKill, runner.CauseDeadline)
	},
	"StopIsNoDeadline": func(k kase) {
		p := k.start(k.spec(Program{Forever: true, OnStop: StopIgnored}, func(s *runner.Spec) {
			s.MaxRuntime, s.Grace = time.Hour, 100*time.Millisecond
		}))
		k.check(p.Stop())
		k.want(k.wait(p), byKill, runner.CauseStop)
	},
	"WaitLeavesByContext": func(k kase) {
		p := k.start(k.spec(Program{Forever: true}))
		ctx, cancel := context.WithTimeoutCause(k.Context(), 10*time.Millisecond, errWaitedEnough)
		defer cancel()
		if _, err := p.Wait(ctx); !errors.Is(err, errWaitedEnough) {
			k.Errorf("Wait = %v, want the cause of its context", err)
		}
		k.check(p.Stop()) // it still lives
		k.want(k.wait(p), byTerm, runner.CauseStop)
	},
	"ManyWait": func(k kase) {
		p := k.start(k.spec(Program{Forever: true}))
		exits := make(chan runner.Exit)
		for range 4 {
			go func() {
				e, err := p.Wait(k.Context())
				if err != nil {
					k.Error(err)
				}
				exits <- e
			}()
		}
		k.check(p.Stop())
		first := <-exits
		for range 3 {
			if e := <-exits; !same(e, first) {
				k.Errorf("one Wait says %+v, another %+v", first, e)
			}
		}
	},
	"CanceledStart": func(k kase) {
		ctx, cancel := context.WithCancel(k.Context())
		cancel()
		spec := k.spec(Program{Forever: true})
		if _, err := k.runner.Start(ctx, spec); !errors.Is(err, context.Canceled) {
			k.Errorf("Start with an ended context = %v", err)
		}
		p := k.start(spec) // it can be repeated
		k.check(p.Kill())
		k.wait(p)
	},
	"CanceledWhileStarting": func(k kase) {
		for wait := time.Millisecond; wait < 40*time.Millisecond; wait *= 2 {
			k := newCase(k.T, k.h)
			spec := k.spec(Program{Forever: true})
			ctx, cancel := context.WithTimeout(k.Context(), wait)
			p, err := k.runner.Start(ctx, spec)
			cancel()
			if err != nil {
				p = k.start(spec) // the first one is gone without a trace
			}
			k.check(p.Kill())
			k.want(k.wait(p), byKill, runner.CauseStop)
		}
	},
}

var errWaitedEnough = errors.New("waited enough")

func (k kase) check(err error) {
	k.Helper()
	if err != nil {
		k.Fatal(err)
	}
}

func same(a, b runner.Exit) bool {
	return a.Code == b.Code && a.Cause == b.Cause && a.OOM == b.OOM && a.Error == b.Error && a.Start.Equal(b.Start) && a.End.Equal(b.End)
}
